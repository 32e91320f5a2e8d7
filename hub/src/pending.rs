//! Commands that wait: for the answer of a trigger, for a join on its way, or for the outcome of another socket's
//! message with the same key.
//!
//! A socket waits for one thing on a channel at most; its further commands for that channel wait behind it, so that they
//! are handled in order. Nothing else waits.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use serde_json::value::RawValue;

use crate::settings::TriggerUrl;
use crate::v1::command::{Command, JoinOptions, Message, Request};
use crate::{ConnectionId, Hub, Output, Refusal};

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
        join_options: JoinOptions,
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
    Others(JoinOptions),
}

impl Asked {
    pub(super) fn key(&self) -> Option<&str> {
        match self {
            Asked::Message { key, .. } => key.as_deref(),
            Asked::Join { .. } | Asked::Repeat | Asked::Others(_) => None,
        }
    }
}

impl Hub {
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
            self.stop_waiting_for_log(id, channel);
        }
        Some((asked, commands))
    }

    /// Handles what waited, up to the next question.
    pub(super) fn resume(
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
                self.stop_waiting_for_log(id, &channel);
                self.send_leave(&channel, client);
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
    pub(super) fn wait_for_log(&mut self, id: ConnectionId, channel: &str, join_options: JoinOptions) {
        let queue = Queue { asked: Asked::Others(join_options), commands: VecDeque::new() };
        let waiting = self.waiting.entry(id).or_default();
        waiting.channels.insert(channel.into(), queue);
        waiting.joins += 1;
        if let Some(channel_replica) = self.channel_replica(channel) {
            channel_replica.waiting.insert(id);
        }
    }

    /// How many channels somebody is about to join, when all who share them know of it.
    pub(super) fn waiting_joins(&self, id: ConnectionId) -> usize {
        self.waiting.get(&id).map_or(0, |waiting| waiting.joins)
    }

    fn stop_waiting_for_log(&mut self, id: ConnectionId, channel: &str) {
        if let Some(channel_replica) = self.channel_replica(channel) {
            channel_replica.waiting.remove(&id);
        }
    }

    /// All know of it: somebody comes in, and what they sent meanwhile is handled.
    pub(super) fn admit_waiting(&mut self, id: ConnectionId, channel: &str) -> Vec<Output> {
        let Some((Asked::Others(join_options), commands)) = self.take_queue(id, channel) else {
            return Vec::new();
        };
        // What allowed it may have changed meanwhile.
        let admitted = self.admit(id, channel, join_options);
        let mut deliveries = admitted.unwrap_or_else(|why| vec![self.refuse_join(id, channel, &why)]);
        deliveries.extend(self.resume(id, channel, commands));
        self.forget_if_bare(channel);
        deliveries
    }

    /// Nobody comes in who waits for it; what they sent meanwhile is handled.
    pub(super) fn refuse_waiting(&mut self, channel: &str, why: &Refusal) -> Vec<Output> {
        let mut deliveries = Vec::new();
        for id in self.waiting_for_log(channel) {
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
        deliveries.extend(self.resume(id, channel, commands));
        deliveries
    }

    /// Somebody does not come in, of whom the others were told.
    fn refuse_join(&mut self, id: ConnectionId, channel: &str, why: &Refusal) -> Output {
        if let Some(client) = self.connections.get(&id).map(|connection| Arc::clone(&connection.client)) {
            self.send_leave(channel, &client);
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

    /// Lets a socket wait for the answer of a trigger.
    pub(super) fn wait_for_trigger(&mut self, id: ConnectionId, channel: &Arc<str>, asked: Asked) {
        let queue = Queue { asked, commands: VecDeque::new() };
        self.waiting.entry(id).or_default().channels.insert(Arc::clone(channel), queue);
    }
}

/// How much of one socket may wait for answers. One frame larger than that still may.
const WAITING_BYTES: usize = 1024 * 1024;
