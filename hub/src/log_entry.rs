//! What takes a place in the order of a channel: messages to everybody, and events.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use xano_realtime_protocol::Action;
use xano_realtime_protocol::frame::{Options, Payload, ServerFrame};

use crate::channel::Channel;
use crate::history::Bounds;
use crate::message_id::MessageId;
use crate::{ConnectionId, Encoded, Output};

/// What was said, without its place.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LogEntry<'a> {
    /// By a client.
    Message {
        /// As it stands in a frame.
        #[serde(borrow)]
        client: &'a RawValue,
        /// For authenticated members only.
        authenticated: bool,
        /// `None` is `null`.
        #[serde(borrow)]
        payload: Option<&'a RawValue>,
    },
    /// By the workspace.
    Event {
        /// `None` is `null`.
        #[serde(borrow)]
        data: Option<&'a RawValue>,
    },
}

/// Who has sent a message, and under which key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sender<'a> {
    pub(crate) id: ConnectionId,
    pub(crate) key: Option<&'a str>,
}

impl LogEntry<'_> {
    pub(crate) fn is_for_authenticated(&self) -> bool {
        matches!(self, LogEntry::Message { authenticated: true, .. })
    }

    /// The frame as members get it; the sender's own copy says the key.
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
    /// It has its place: it is kept, and handed to the members.
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
        // Only the sender sees the key, so only its copy of a message that has one is made apart.
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
