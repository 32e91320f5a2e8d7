//! What servers tell each other of a channel that they share, as JSON.

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::ConnectionId;
use crate::log_entry::{LogEntry, Sender};

/// Something happened on a channel.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReplicaEvent<'a> {
    #[serde(rename = "said")]
    Appended {
        #[serde(borrow)]
        id: Cow<'a, str>,
        /// The one before it; empty where there was none.
        #[serde(borrow)]
        before: Cow<'a, str>,
        #[serde(borrow)]
        entry: Entry<'a>,
    },
    #[serde(rename = "whisper")]
    PrivateMessage {
        #[serde(borrow)]
        to: Cow<'a, str>,
        #[serde(borrow)]
        frame: &'a RawValue,
    },
    Came {
        version: u64,
        #[serde(borrow)]
        socket_id: Cow<'a, str>,
        #[serde(borrow)]
        member: &'a RawValue,
    },
    Went {
        version: u64,
        #[serde(borrow)]
        socket_id: Cow<'a, str>,
    },
}

/// What was said, and by whom: the sender's own copy says the key.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Entry<'a> {
    #[serde(borrow)]
    pub(crate) said: LogEntry<'a>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) origin: Option<Origin<'a>>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Origin<'a> {
    #[serde(borrow)]
    pub(crate) node: Cow<'a, str>,
    pub(crate) from: ConnectionId,
    #[serde(borrow)]
    pub(crate) key: Cow<'a, str>,
}

/// Somebody who is on a channel, as all servers know them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RemoteMember {
    /// The version of the members that they came with; what keeps them all says which.
    #[serde(default, skip_serializing)]
    pub(crate) since: u64,
    pub(crate) node: Box<str>,
    pub(crate) authenticated: bool,
    pub(crate) client: Arc<RawValue>,
}

impl Entry<'_> {
    /// Who sent it, if that was here.
    pub(crate) fn sender(&self, node: &str) -> Option<Sender<'_>> {
        let origin = self.origin.as_ref().filter(|origin| origin.node == node)?;
        Some(Sender { id: origin.from, key: Some(&origin.key) })
    }
}

/// Whether a member, as all servers know it, is connected to that one.
pub fn is_of_node(member: &str, node: &str) -> bool {
    serde_json::from_str(member).is_ok_and(|known: RemoteMember| *known.node == *node)
}

/// Whether a notice is told once, and kept nowhere.
pub(crate) fn is_private_message(notice: &str) -> bool {
    matches!(serde_json::from_str(notice), Ok(ReplicaEvent::PrivateMessage { .. }))
}

pub(crate) fn encode(value: &impl Serialize) -> Box<str> {
    serde_json::to_string(value).unwrap_or_default().into()
}
