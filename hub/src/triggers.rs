//! Questions to trigger URLs: their bodies, and the actions that follow from the answers.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use xano_realtime_protocol::Action;
use xano_realtime_protocol::frame::Client;

use crate::command::{JoinOptions, Message};
use crate::depth::is_too_deep;
use crate::pending::Asked;
use crate::settings::TriggerUrl;
use crate::{ConnectionId, Hub, Output, Refusal, v2};

/// A question to a trigger. The answer must be passed in with the same [`Ticket`].
#[derive(Debug)]
pub struct Call {
    /// The URL to ask.
    pub url: TriggerUrl,
    /// The body of the request, as JSON.
    pub input: Box<str>,
    /// The ticket, which comes back with the answer.
    pub ticket: Ticket,
}

/// Identifies the question that an answer belongs to.
#[derive(Debug)]
pub struct Ticket {
    pub(crate) connection: ConnectionId,
    pub(crate) channel: Arc<str>,
    pub(crate) matter: Matter,
}

/// The dialect of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Matter {
    V1,
    V2(v2::Matter),
}

impl Ticket {
    /// Returns the socket that caused the question.
    pub fn connection(&self) -> ConnectionId {
        self.connection
    }

    /// Returns the channel of the question.
    pub fn channel(&self) -> &Arc<str> {
        &self.channel
    }
}

/// The answer to a question.
#[derive(Debug)]
pub enum Answer {
    /// The trigger has answered with JSON.
    Json(Box<RawValue>),
    /// The trigger has answered with a body that is not JSON.
    NotJson,
    /// The question was not sent: the queue was full, or its time ran out in the queue.
    Busy,
    /// The trigger did not answer in time, or answered with an error status.
    Failed,
}

impl Hub {
    /// Handles an answer, then the commands that waited behind the question, up to the next question.
    pub(super) fn answer(&mut self, ticket: Ticket, answer: Answer) -> Vec<Output> {
        let Ticket { connection: id, channel, .. } = ticket;
        let Some((asked, commands)) = self.take_queue(id, &channel) else {
            return Vec::new();
        };
        let key = asked.key().map(str::to_owned);
        let outcome = self.settle(id, &channel, asked, answer);
        let refusal = outcome.as_ref().err();
        let others = key.as_deref().map(|key| self.decide(&channel, key, refusal)).unwrap_or_default();
        let mut deliveries =
            outcome.unwrap_or_else(|why| vec![Output::refusal(id, Some(&channel), key.as_deref(), &why)]);
        deliveries.extend(others);
        deliveries.extend(self.resume(id, &channel, commands));
        deliveries
    }

    pub(super) fn ask_about_join(
        &mut self,
        id: ConnectionId,
        channel: &str,
        url: TriggerUrl,
        join_options: JoinOptions,
    ) {
        let payload = serde_json::json!({ "history": join_options.history, "presence": join_options.presence });
        let payload = to_raw_value(&payload).ok();
        let asked = Asked::Join { join_options, url: url.clone() };
        self.ask(id, channel, url, payload.as_deref(), asked);
    }

    pub(super) fn ask_about_message(
        &mut self,
        id: ConnectionId,
        channel: &str,
        url: TriggerUrl,
        message: &Message<'_>,
    ) {
        let recipient = message.recipient.as_deref().map(str::to_owned);
        let key = message.key.as_deref().map(str::to_owned);
        if let Some(key) = &key {
            self.note_undecided(channel, key);
        }
        let asked = Asked::Message { recipient, authenticated: message.authenticated, key };
        self.ask(id, channel, url, message.payload.as_deref(), asked);
    }

    fn ask(&mut self, id: ConnectionId, channel: &str, url: TriggerUrl, payload: Option<&RawValue>, asked: Asked) {
        let Some(connection) = self.connections.get(&id) else {
            return;
        };
        let (action, authenticated) = match &asked {
            Asked::Join { .. } => (Action::Join, connection.is_authenticated),
            Asked::Message { authenticated, .. } => (Action::Message, *authenticated),
            Asked::Repeat | Asked::Others(_) => return,
        };
        let client: Client = connection.client();
        let client = InputClient { extras: &client.extras, permissions: client.permissions };
        let options = InputOptions { authenticated, channel };
        let input = Input { action, channel, client, options, payload };
        let Ok(input) = serde_json::to_string(&input) else {
            return;
        };
        let channel: Arc<str> = channel.into();
        self.wait_for_trigger(id, &channel, asked);
        let ticket = Ticket { connection: id, channel, matter: Matter::V1 };
        self.calls.push(Call { url, input: input.into(), ticket });
    }

    fn settle(
        &mut self,
        id: ConnectionId,
        channel: &str,
        asked: Asked,
        answer: Answer,
    ) -> Result<Vec<Output>, Refusal> {
        match (asked, answer) {
            (_, Answer::Busy) => Err(Refusal::TriggerBusy),
            (_, Answer::Failed) | (Asked::Message { .. }, Answer::NotJson) => Err(Refusal::TriggerFailed),
            (Asked::Join { .. }, Answer::Json(json)) if json.get() == "false" => Err(Refusal::RefusedByTrigger),
            (Asked::Join { join_options, url }, _) => {
                let rules = self.settings.rules_for(channel).ok_or(Refusal::NoSettings)?;
                let is_asked = rules.triggers.join.as_ref().is_none_or(|trigger| *trigger == url);
                if is_asked { self.enter(id, channel, join_options) } else { self.join(id, channel, join_options) }
            }
            (Asked::Message { key, .. }, Answer::Json(json)) if matches!(json.get(), "false" | "null") => {
                Ok(key.and_then(|key| self.note_dropped(id, channel, &key)).into_iter().collect())
            }
            (Asked::Message { .. }, Answer::Json(json)) if is_too_deep(json.get()) => Err(Refusal::TriggerFailed),
            (Asked::Message { recipient, authenticated, key }, Answer::Json(json)) => {
                let (recipient, key) = (recipient.map(Into::into), key.map(Into::into));
                self.send(id, channel, &Message { recipient, authenticated, key, payload: Some(Cow::Owned(json)) })
            }
            // These two have no ticket, so no answer arrives for them.
            (Asked::Repeat | Asked::Others(_), _) => Ok(Vec::new()),
        }
    }
}

/// The body of a request to a trigger.
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
