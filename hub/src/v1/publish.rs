//! Messages with a key: said once, however often they are sent, and each sending answered once.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;
use xano_realtime_protocol::Action;
use xano_realtime_protocol::frame::{Options, Payload, ServerFrame};

use crate::channel::{Channel, Member};
use crate::idempotency::Outcome;
use crate::v1::command::Message;
use crate::{ConnectionId, Encoded, Hub, Output, Refusal};

impl Hub {
    /// The answer to a message with a key that was sent before, even by another socket; `None` if it was not. While a trigger is
    /// asked about the first, the repeat waits for what comes of it.
    pub(crate) fn repeat(
        &mut self,
        from: ConnectionId,
        channel: &str,
        message: &Message<'_>,
        bytes: usize,
    ) -> Result<Option<Vec<Output>>, Refusal> {
        let Some(key) = message.key.as_deref() else {
            return Ok(None);
        };
        let state = self.channels.get(channel).ok_or(Refusal::NotJoined)?;
        let member = state.member(from).ok_or(Refusal::NotJoined)?;
        if let Some(outcome) = self.keys.outcome(channel, key) {
            return Ok(Some(vec![Output::to_one(from, answer(state, member, channel, key, outcome))]));
        }
        if self.undecided.is_empty() {
            return Ok(None);
        }
        let Some(repeaters) = self.undecided.get_mut(&(channel.into(), key.into())) else {
            return Ok(None);
        };
        repeaters.push(from);
        self.wait_for_outcome(from, channel, message, bytes);
        Ok(Some(Vec::new()))
    }

    /// A trigger is asked about the first.
    pub(crate) fn note_undecided(&mut self, channel: &str, key: &str) {
        self.undecided.insert((channel.into(), key.into()), Vec::new());
    }

    /// The message is decided, or its sender is gone. A refusal counts for the repeats too; without one they are
    /// handled now.
    pub(crate) fn decide(&mut self, channel: &Arc<str>, key: &str, refusal: Option<&Refusal>) -> Vec<Output> {
        let repeaters = self.undecided.remove(&(Arc::clone(channel), key.into())).unwrap_or_default();
        let mut deliveries = Vec::new();
        for id in repeaters {
            let Some((_, mut commands)) = self.take_queue(id, channel) else {
                continue;
            };
            if let Some(why) = refusal {
                commands.pop_front();
                deliveries.push(Output::refusal(id, Some(channel), Some(key), why));
            }
            deliveries.extend(self.resume(id, channel, commands));
        }
        deliveries
    }

    /// A trigger dropped the message.
    pub(crate) fn note_dropped(&mut self, from: ConnectionId, channel: &str, key: &str) -> Option<Output> {
        self.record_outcome(from, channel, key, Outcome { id: None, is_dropped: true })
    }
}

/// What somebody is told who sent a message again: what the first sending was told, as long as it is kept.
pub(crate) fn answer(state: &Channel, member: &Member, channel: &str, key: &str, outcome: Outcome) -> Encoded {
    let kept = outcome.id.and_then(|id| Some((id, state.history.find(id, member.is_authenticated)?)));
    let echo = kept.and_then(|(id, frame)| {
        let text = frame.to_text();
        let Kept { client, options, payload } = serde_json::from_str(&text).ok()?;
        let id = id.to_string();
        let options = Options::Message {
            authenticated: options.authenticated,
            socket_id: None,
            channel,
            id: Some(&id),
            key: Some(key),
        };
        let frame =
            ServerFrame { action: Action::Message, client: Some(client), options, payload: Payload::AsSent(payload) };
        Some(Encoded::frame(&frame))
    });
    echo.unwrap_or_else(|| ack(channel, key, outcome))
}

/// What came of a message that has no echo.
pub(crate) fn ack(channel: &str, key: &str, outcome: Outcome) -> Encoded {
    let id = outcome.id.map(|id| id.to_string());
    let frame = ServerFrame {
        action: Action::Ack,
        client: None,
        options: Options::Channel { channel, key: Some(key) },
        payload: Payload::Ack { id: id.as_deref(), dropped: outcome.is_dropped },
    };
    Encoded::frame(&frame)
}

/// What an echo is made of again.
#[derive(Deserialize)]
struct Kept<'a> {
    #[serde(borrow)]
    client: &'a RawValue,
    options: KeptOptions,
    #[serde(borrow)]
    payload: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct KeptOptions {
    authenticated: bool,
}
