//! Questions to the URLs of the settings, and what waits for their answers.
//!
//! A socket has one question open on a channel at most; its further commands for that channel wait behind it, so that
//! they are handled in order. Nothing else waits.

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use xano_realtime_protocol::Action;
use xano_realtime_protocol::frame::Client;

use super::command::{Command, Message, Request, Wishes};
use super::depth::is_too_deep;
use super::{ConnectionId, Hub, Output, Refusal};
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

/// What waits for the answers to one socket's questions.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    channels: HashMap<Arc<str>, Queue>,
    /// In the commands of all of them.
    bytes: usize,
    /// How many of them it is about to join, when all who share them know of it.
    joins: usize,
}

#[derive(Debug)]
struct Queue {
    asked: Asked,
    /// The commands that came after it, oldest first.
    commands: VecDeque<Command<'static>>,
}

/// What is done if the answer allows it.
#[derive(Debug)]
pub(super) enum Asked {
    Join {
        wishes: Wishes,
        /// The trigger that is asked: the answer counts while it is the channel's.
        url: TriggerUrl,
    },
    Message {
        recipient: Option<String>,
        authenticated: bool,
        key: Option<String>,
    },
    /// Nothing: the question is another socket's. The message itself comes first in the queue.
    Repeat,
    /// A join: all who share the channel are told.
    Others(Wishes),
}

impl Asked {
    fn key(&self) -> Option<&str> {
        match self {
            Asked::Message { key, .. } => key.as_deref(),
            Asked::Join { .. } | Asked::Repeat | Asked::Others(_) => None,
        }
    }
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
        deliveries.extend(self.go_on(id, &channel, commands));
        deliveries
    }

    /// Ends the waiting of one socket on one channel. What came behind the question is to be handled next.
    pub(super) fn take_queue(
        &mut self,
        id: ConnectionId,
        channel: &str,
    ) -> Option<(Asked, VecDeque<Command<'static>>)> {
        let waiting = self.waiting.get_mut(&id)?;
        let Queue { asked, commands } = waiting.channels.remove(channel)?;
        waiting.bytes -= commands.iter().map(|command| command.bytes).sum::<usize>();
        waiting.joins -= usize::from(matches!(asked, Asked::Others(_)));
        if waiting.channels.is_empty() {
            self.waiting.remove(&id);
        }
        if let Asked::Others(_) = asked {
            self.stop_waiting_for_others(id, channel);
        }
        Some((asked, commands))
    }

    /// Handles what waited, up to the next question.
    pub(super) fn go_on(
        &mut self,
        id: ConnectionId,
        channel: &str,
        mut commands: VecDeque<Command<'static>>,
    ) -> Vec<Output> {
        let mut deliveries = Vec::new();
        while let Some(command) = commands.pop_front() {
            deliveries.extend(self.perform(id, command));
            if let Some(waiting) = self.waiting.get_mut(&id)
                && let Some(queue) = waiting.channels.get_mut(channel)
            {
                waiting.bytes += commands.iter().map(|command| command.bytes).sum::<usize>();
                queue.commands.extend(commands);
                break;
            }
        }
        deliveries
    }

    /// A socket is gone, and what it asked for is not done. Who sent one of its messages again is the first now.
    pub(super) fn stop_waiting(&mut self, id: ConnectionId, client: &RawValue) -> Vec<Output> {
        let Some(waiting) = self.waiting.remove(&id) else {
            return Vec::new();
        };
        let mut deliveries = Vec::new();
        for (channel, queue) in waiting.channels {
            if let Asked::Others(_) = queue.asked {
                self.stop_waiting_for_others(id, &channel);
                self.share_leave(&channel, client);
                self.forget_if_bare(&channel);
            }
            if let Some(key) = queue.asked.key() {
                deliveries.extend(self.decide(&channel, key, None));
            }
        }
        deliveries
    }

    /// Lets a message that was sent again wait for what comes of the first.
    pub(super) fn wait_for_outcome(&mut self, id: ConnectionId, channel: &str, message: &Message<'_>, bytes: usize) {
        let request = Request::Message(message.clone());
        let command = Command { channel: channel.into(), request, bytes }.into_owned();
        let waiting = self.waiting.entry(id).or_default();
        waiting.bytes += bytes;
        let commands = VecDeque::from([command]);
        waiting.channels.insert(channel.into(), Queue { asked: Asked::Repeat, commands });
    }

    /// Lets a join wait until all know of it who share the channel.
    pub(super) fn wait_for_others(&mut self, id: ConnectionId, channel: &str, wishes: Wishes) {
        let queue = Queue { asked: Asked::Others(wishes), commands: VecDeque::new() };
        let waiting = self.waiting.entry(id).or_default();
        waiting.channels.insert(channel.into(), queue);
        waiting.joins += 1;
        if let Some(share) = self.share_mut(channel) {
            share.waiting.insert(id);
        }
    }

    /// How many channels somebody is about to join, when all who share them know of it.
    pub(super) fn waiting_joins(&self, id: ConnectionId) -> usize {
        self.waiting.get(&id).map_or(0, |waiting| waiting.joins)
    }

    fn stop_waiting_for_others(&mut self, id: ConnectionId, channel: &str) {
        if let Some(share) = self.share_mut(channel) {
            share.waiting.remove(&id);
        }
    }

    /// All know of it: somebody comes in, and what they sent meanwhile is handled.
    pub(super) fn admit_waiting(&mut self, id: ConnectionId, channel: &str) -> Vec<Output> {
        let Some((Asked::Others(wishes), commands)) = self.take_queue(id, channel) else {
            return Vec::new();
        };
        // What allowed it may have changed meanwhile.
        let admitted = self.admit(id, channel, wishes);
        let mut deliveries = admitted.unwrap_or_else(|why| vec![self.refuse_join(id, channel, &why)]);
        deliveries.extend(self.go_on(id, channel, commands));
        self.forget_if_bare(channel);
        deliveries
    }

    /// Nobody comes in who waits for it; what they sent meanwhile is handled.
    pub(super) fn refuse_waiting(&mut self, channel: &str, why: &Refusal) -> Vec<Output> {
        let mut deliveries = Vec::new();
        for id in self.waiting_for_others(channel) {
            deliveries.extend(self.refuse_one_waiting(id, channel, why));
        }
        deliveries
    }

    /// One socket does not come in that waits for it; what it sent meanwhile is handled.
    pub(super) fn refuse_one_waiting(&mut self, id: ConnectionId, channel: &str, why: &Refusal) -> Vec<Output> {
        let Some((_, commands)) = self.take_queue(id, channel) else {
            return Vec::new();
        };
        let mut deliveries = vec![self.refuse_join(id, channel, why)];
        deliveries.extend(self.go_on(id, channel, commands));
        deliveries
    }

    /// Somebody does not come in, of whom the others were told.
    fn refuse_join(&mut self, id: ConnectionId, channel: &str, why: &Refusal) -> Output {
        if let Some(client) = self.connections.get(&id).map(|connection| Arc::clone(&connection.client)) {
            self.share_leave(channel, &client);
        }
        Output::refusal(id, Some(channel), None, why)
    }

    /// Whether a command has to wait, as its socket has a question open on its channel.
    pub(super) fn has_to_wait(&self, id: ConnectionId, channel: &str) -> bool {
        // Where no question is open, this is all that a command pays for triggers.
        !self.waiting.is_empty() && self.waiting.get(&id).is_some_and(|waiting| waiting.channels.contains_key(channel))
    }

    /// Lets a command wait that [has to](Self::has_to_wait), or refuses it.
    pub(super) fn wait_behind_question(&mut self, id: ConnectionId, command: Command<'_>) -> Vec<Output> {
        if let Some(waiting) = self.waiting.get_mut(&id)
            && let Some(queue) = waiting.channels.get_mut(&*command.channel)
        {
            if waiting.bytes > WAITING_BYTES {
                let why = Refusal::WaitingTooLong;
                return vec![Output::refusal(id, Some(&command.channel), command.key(), &why)];
            }
            waiting.bytes += command.bytes;
            queue.commands.push_back(command.into_owned());
        }
        Vec::new()
    }

    pub(super) fn ask_about_join(&mut self, id: ConnectionId, channel: &str, url: TriggerUrl, wishes: Wishes) {
        let payload = serde_json::json!({ "history": wishes.history, "presence": wishes.presence });
        let payload = to_raw_value(&payload).ok();
        let asked = Asked::Join { wishes, url: url.clone() };
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
        let waiting = self.waiting.entry(id).or_default();
        waiting.channels.insert(Arc::clone(&channel), Queue { asked, commands: VecDeque::new() });
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
            (Asked::Join { wishes, url }, _) => {
                let rules = self.settings.rules_for(channel).ok_or(Refusal::NoSettings)?;
                let is_asked = rules.triggers.join.as_ref().is_none_or(|trigger| *trigger == url);
                if is_asked { self.enter(id, channel, wishes) } else { self.join(id, channel, wishes) }
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

/// How much of one socket may wait for answers. One frame larger than that still may.
const WAITING_BYTES: usize = 1024 * 1024;
