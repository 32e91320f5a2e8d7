//! The entries of a channel's log: public messages and events.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use xano_realtime_protocol::Action;
use xano_realtime_protocol::frame::{Options, Payload, ServerFrame};

use crate::channel::Channel;
use crate::history::Bounds;
use crate::message_id::MessageId;
use crate::{ConnectionId, Encoded, Output};

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

    /// Returns the frame for the members. Only the sender's own copy contains the key.
    pub(crate) fn frame(&self, channel: &str, id: MessageId, key: Option<&str>) -> Encoded {
        let id = &id.to_string();
        let frame = match self {
            LogEntry::Message { client, authenticated, payload } => ServerFrame {
                action: Action::Message,
                client: Some(client),
                options: Options::Message {
                    authenticated: *authenticated,
                    socket_id: None,
                    channel,
                    id: Some(id),
                    key,
                },
                payload: Payload::AsSent(*payload),
            },
            LogEntry::Event { data } => ServerFrame {
                action: Action::Event,
                client: None,
                options: Options::Event { channel, id },
                payload: Payload::Event { data: *data, dbo_id: 0, row_id: 0 },
            },
        };
        Encoded::frame(&frame)
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
        let frame = said.frame(channel, id, None);
        let for_authenticated = said.is_for_authenticated();
        self.history.keep(id, frame.clone(), for_authenticated, bounds);
        let mut to = self.audience(for_authenticated);
        // Only the sender's copy contains the key, so only a message with a key needs a second encoding.
        let own = sender.and_then(|Sender { id: from, key }| {
            let key = key?;
            to.retain(|&member| member != from);
            Some(Output::message(vec![from], said.frame(channel, id, Some(key))))
        });
        let mut deliveries = vec![Output::message(to, frame)];
        deliveries.extend(own);
        deliveries
    }
}
