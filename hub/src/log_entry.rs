//! The entries of a channel's log: public messages and events.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::channel::Channel;
use crate::history::Bounds;
use crate::message_id::MessageId;
use crate::v1::frames;
use crate::{ConnectionId, Output};

/// An entry of a channel's log, without its id.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LogEntry<'a> {
    /// A message of a client.
    Message {
        /// The client as encoded in frames.
        #[serde(borrow)]
        client: &'a RawValue,
        /// Whether only authenticated members receive it.
        authenticated: bool,
        /// The payload; `None` stands for `null`.
        #[serde(borrow)]
        payload: Option<&'a RawValue>,
    },
    /// An event of the workspace.
    Event {
        /// The payload; `None` stands for `null`.
        #[serde(borrow)]
        data: Option<&'a RawValue>,
    },
}

/// The sender of a message, with its idempotency key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sender<'a> {
    pub(crate) id: ConnectionId,
    pub(crate) key: Option<&'a str>,
}

impl LogEntry<'_> {
    pub(crate) fn is_for_authenticated(&self) -> bool {
        matches!(self, LogEntry::Message { authenticated: true, .. })
    }
}

impl Channel {
    /// Appends an entry: adds it to the history and delivers it to the members.
    pub(crate) fn append(
        &mut self,
        channel: &str,
        id: MessageId,
        said: &LogEntry<'_>,
        sender: Option<Sender<'_>>,
        bounds: Bounds,
    ) -> Vec<Output> {
        let frame = frames::log_entry(channel, id, said, None);
        let for_authenticated = said.is_for_authenticated();
        self.history.keep(id, frame.clone(), for_authenticated, bounds);
        let mut to = self.audience(for_authenticated);
        // Only the sender's copy contains the key, so only a message with a key needs a second encoding.
        let own = sender.and_then(|Sender { id: from, key }| {
            let key = key?;
            to.retain(|&member| member != from);
            Some(Output::message(vec![from], frames::log_entry(channel, id, said, Some(key))))
        });
        let mut deliveries = vec![Output::message(to, frame)];
        deliveries.extend(own);
        deliveries
    }
}
