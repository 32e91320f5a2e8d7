//! Questions to the URLs of the settings, and what waits for their answers.
//!
//! A socket has one question open on a channel at most; its further frames for that channel wait behind it, so that
//! they are handled in order. Nothing else waits.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use xano_realtime_protocol::Action;
use xano_realtime_protocol::frame::Client;

use super::command::{Message, Wishes};
use super::{ConnectionId, Delivery, Hub, Refusal};
use crate::settings::TriggerUrl;

/// A question that is to be asked, and whose answer is to be handed back with its [`Ticket`].
#[derive(Debug)]
pub struct Call {
    /// Whom to ask.
    pub url: TriggerUrl,
    /// What to ask, JSON.
    pub input: Box<str>,
    /// Comes back with the answer.
    pub ticket: Ticket,
}

/// Says which question an answer belongs to.
#[derive(Debug)]
pub struct Ticket {
    connection: ConnectionId,
    channel: Arc<str>,
}

/// What came of a question.
#[derive(Debug)]
pub enum Answer {
    /// JSON.
    Json(Box<RawValue>),
    /// Something else, but no failure.
    NotJson,
    /// As many questions are open at that URL as may be.
    Busy,
    /// No answer in time, or none that counts.
    Failed,
}

/// What waits for the answers to one socket's questions.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    channels: HashMap<Arc<str>, Queue>,
    /// In the frames of all of them.
    bytes: usize,
}

#[derive(Debug)]
struct Queue {
    asked: Asked,
    /// What came after it, oldest first.
    frames: VecDeque<Box<str>>,
}

/// What is done if the answer allows it.
#[derive(Debug)]
enum Asked {
    Join(Wishes),
    Message { recipient: Option<String>, authenticated: bool },
}

impl Hub {
    /// The questions to be asked by now.
    pub fn take_calls(&mut self) -> Vec<Call> {
        std::mem::take(&mut self.calls)
    }

    /// An answer came. What waited behind the question is handled too, up to the next question.
    pub fn answer(&mut self, ticket: Ticket, answer: Answer) -> Vec<Delivery> {
        let Ticket { connection: id, channel } = ticket;
        let Some(waiting) = self.waiting.get_mut(&id) else {
            return Vec::new();
        };
        let Some(Queue { asked, mut frames }) = waiting.channels.remove(&channel) else {
            return Vec::new();
        };
        waiting.bytes -= frames.iter().map(|frame| frame.len()).sum::<usize>();
        if waiting.channels.is_empty() {
            self.waiting.remove(&id);
        }
        let outcome = self.settle(id, &channel, asked, answer);
        let mut deliveries = outcome.unwrap_or_else(|why| vec![Delivery::refusal(id, Some(&channel), &why)]);
        while let Some(frame) = frames.pop_front() {
            deliveries.extend(self.receive(id, &frame));
            if let Some(waiting) = self.waiting.get_mut(&id)
                && let Some(queue) = waiting.channels.get_mut(&channel)
            {
                waiting.bytes += frames.iter().map(|frame| frame.len()).sum::<usize>();
                queue.frames = frames;
                break;
            }
        }
        deliveries
    }

    /// Lets a frame wait, if its socket has a question open on its channel. Says what came of it.
    pub(super) fn queue_behind_question(
        &mut self,
        id: ConnectionId,
        channel: &str,
        text: &str,
    ) -> Option<Result<(), Refusal>> {
        // Where nobody asks anything, this is all that a frame pays for triggers.
        if self.waiting.is_empty() {
            return None;
        }
        let waiting = self.waiting.get_mut(&id)?;
        let queue = waiting.channels.get_mut(channel)?;
        if waiting.bytes > WAITING_BYTES {
            return Some(Err(Refusal::WaitingTooLong));
        }
        waiting.bytes += text.len();
        queue.frames.push_back(text.into());
        Some(Ok(()))
    }

    pub(super) fn ask_about_join(&mut self, id: ConnectionId, channel: &str, url: TriggerUrl, wishes: Wishes) {
        let payload = serde_json::json!({ "history": wishes.history, "presence": wishes.presence });
        let payload = to_raw_value(&payload).ok();
        self.ask(id, channel, url, payload.as_deref(), Asked::Join(wishes));
    }

    pub(super) fn ask_about_message(
        &mut self,
        id: ConnectionId,
        channel: &str,
        url: TriggerUrl,
        message: &Message<'_>,
    ) {
        let recipient = message.recipient.as_deref().map(str::to_owned);
        let asked = Asked::Message { recipient, authenticated: message.authenticated };
        self.ask(id, channel, url, message.payload, asked);
    }

    fn ask(&mut self, id: ConnectionId, channel: &str, url: TriggerUrl, payload: Option<&RawValue>, asked: Asked) {
        let Some(connection) = self.connections.get(&id) else {
            return;
        };
        let (action, authenticated) = match &asked {
            Asked::Join(_) => (Action::Join, connection.is_authenticated),
            Asked::Message { authenticated, .. } => (Action::Message, *authenticated),
        };
        let client: Client = connection.client();
        let client = InputClient { extras: &client.extras, permissions: client.permissions };
        let options = InputOptions { authenticated, channel };
        let input = Input { action, channel, client, options, payload };
        let Ok(input) = serde_json::to_string(&input) else {
            return;
        };
        let channel: Arc<str> = channel.into();
        let waiting = self.waiting.entry(id).or_default();
        waiting.channels.insert(Arc::clone(&channel), Queue { asked, frames: VecDeque::new() });
        self.calls.push(Call { url, input: input.into(), ticket: Ticket { connection: id, channel } });
    }

    fn settle(
        &mut self,
        id: ConnectionId,
        channel: &str,
        asked: Asked,
        answer: Answer,
    ) -> Result<Vec<Delivery>, Refusal> {
        match (asked, answer) {
            (_, Answer::Busy) => Err(Refusal::TriggerBusy),
            (_, Answer::Failed) | (Asked::Message { .. }, Answer::NotJson) => Err(Refusal::TriggerFailed),
            (Asked::Join(_), Answer::Json(json)) if json.get() == "false" => Err(Refusal::RefusedByTrigger),
            (Asked::Join(wishes), _) => self.admit(id, channel, wishes),
            (Asked::Message { .. }, Answer::Json(json)) if matches!(json.get(), "false" | "null") => Ok(Vec::new()),
            (Asked::Message { recipient, authenticated }, Answer::Json(json)) => {
                let recipient = recipient.map(Into::into);
                self.send(id, channel, &Message { recipient, authenticated, payload: Some(&json) })
            }
        }
    }
}

/// What a trigger is told.
#[derive(Serialize)]
struct Input<'a> {
    action: Action,
    channel: &'a str,
    client: InputClient<'a>,
    options: InputOptions<'a>,
    payload: Option<&'a RawValue>,
}

#[derive(Serialize)]
struct InputClient<'a> {
    extras: &'a serde_json::Map<String, serde_json::Value>,
    permissions: xano_realtime_protocol::frame::Permissions,
}

#[derive(Serialize)]
struct InputOptions<'a> {
    authenticated: bool,
    channel: &'a str,
}

/// How much of one socket may wait for answers. One frame larger than that still may.
const WAITING_BYTES: usize = 1024 * 1024;
