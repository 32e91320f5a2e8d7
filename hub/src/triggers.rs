//! Requests to the URLs of the settings: what is asked, and what an answer leads to.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use xano_realtime_protocol::Action;
use xano_realtime_protocol::frame::Client;

use crate::depth::is_too_deep;
use crate::pending::Asked;
use crate::settings::TriggerUrl;
use crate::v1::command::{JoinOptions, Message};
use crate::{ConnectionId, Hub, Output, Refusal};

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

impl Ticket {
    /// The socket on whose behalf it is asked.
    pub fn connection(&self) -> ConnectionId {
        self.connection
    }

    /// The channel that it is about.
    pub fn channel(&self) -> &Arc<str> {
        &self.channel
    }
}

/// What came of a question.
#[derive(Debug)]
pub enum Answer {
    /// JSON.
    Json(Box<RawValue>),
    /// Something else, but no failure.
    NotJson,
    /// It was not asked: too many others were open, or waited, until its time was over.
    Busy,
    /// No answer in time, or none that counts.
    Failed,
}

impl Hub {
    /// An answer came. What waited behind the question is handled too, up to the next question.
    pub(super) fn answer(&mut self, ticket: Ticket, answer: Answer) -> Vec<Output> {
        let Ticket { connection: id, channel } = ticket;
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
        self.calls.push(Call { url, input: input.into(), ticket: Ticket { connection: id, channel } });
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
            // No ticket is given for them.
            (Asked::Repeat | Asked::Others(_), _) => Ok(Vec::new()),
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
