//! What servers tell each other of a channel that they share, as JSON.

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::ConnectionId;
use super::said::{Said, Sender};

/// Something happened on a channel.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Notice<'a> {
    Said {
        #[serde(borrow)]
        id: Cow<'a, str>,
        /// The one before it; empty where there was none.
        #[serde(borrow)]
        before: Cow<'a, str>,
        #[serde(borrow)]
        entry: Entry<'a>,
    },
    Whisper {
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
pub(super) struct Entry<'a> {
    #[serde(borrow)]
    pub(super) said: Said<'a>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(super) origin: Option<Origin<'a>>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Origin<'a> {
    #[serde(borrow)]
    pub(super) node: Cow<'a, str>,
    pub(super) from: ConnectionId,
    #[serde(borrow)]
    pub(super) key: Cow<'a, str>,
}

/// Somebody who is on a channel, as all servers know them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Known {
    /// The version of the members that they came with; what keeps them all says which.
    #[serde(default, skip_serializing)]
    pub(super) since: u64,
    pub(super) node: Box<str>,
    pub(super) authenticated: bool,
    pub(super) client: Arc<RawValue>,
}

impl Entry<'_> {
    /// Who sent it, if that was here.
    pub(super) fn sender(&self, node: &str) -> Option<Sender<'_>> {
        let origin = self.origin.as_ref().filter(|origin| origin.node == node)?;
        Some(Sender { id: origin.from, key: Some(&origin.key) })
    }
}

/// Whether a member, as all servers know it, is connected to that one.
pub fn is_of_node(member: &str, node: &str) -> bool {
    serde_json::from_str(member).is_ok_and(|known: Known| *known.node == *node)
}

/// Whether a notice is told once, and kept nowhere.
pub(super) fn is_whisper(notice: &str) -> bool {
    matches!(serde_json::from_str(notice), Ok(Notice::Whisper { .. }))
}

pub(super) fn encode(value: &impl Serialize) -> Box<str> {
    serde_json::to_string(value).unwrap_or_default().into()
}
