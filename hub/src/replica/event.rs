//! The JSON that servers exchange about a channel that they share.

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::ConnectionId;
use crate::log_entry::{LogEntry, Sender};

/// A replica event: a change on a channel, which its server publishes to all servers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReplicaEvent<'a> {
    #[serde(rename = "said")]
    Appended {
        #[serde(borrow)]
        id: Cow<'a, str>,
        /// The id of the entry before this one; empty for the first entry.
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

/// A log entry with its origin. The origin contains the idempotency key, which only the sender's own copy shows.
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

/// A member of a replicated channel, as all servers know it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RemoteMember {
    /// The version of the member list that added this member. It is stored beside the member, not in it.
    #[serde(default, skip_serializing)]
    pub(crate) since: u64,
    pub(crate) node: Box<str>,
    pub(crate) authenticated: bool,
    pub(crate) client: Arc<RawValue>,
}

impl Entry<'_> {
    /// Returns the sender if it is connected to this server.
    pub(crate) fn sender(&self, node: &str) -> Option<Sender<'_>> {
        let origin = self.origin.as_ref().filter(|origin| origin.node == node)?;
        Some(Sender { id: origin.from, key: Some(&origin.key) })
    }
}

/// Returns whether a remote member is connected to the given server.
pub fn is_of_node(member: &str, node: &str) -> bool {
    serde_json::from_str(member).is_ok_and(|known: RemoteMember| *known.node == *node)
}

/// Returns whether a replica event is a private message, which is delivered once and stored nowhere.
pub(crate) fn is_private_message(notice: &str) -> bool {
    matches!(serde_json::from_str(notice), Ok(ReplicaEvent::PrivateMessage { .. }))
}

pub(crate) fn encode(value: &impl Serialize) -> Box<str> {
    serde_json::to_string(value).unwrap_or_default().into()
}
