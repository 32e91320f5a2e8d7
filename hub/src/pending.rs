//! Commands that wait: for the answer of a trigger, for a join in the shared log, or for the outcome of another
//! socket's message with the same key.
//!
//! A socket waits for at most one thing per channel. Its further commands for that channel wait behind it, so that they
//! are handled in order. No other commands wait.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use serde_json::value::RawValue;

use crate::command::{Command, JoinOptions, Message, Request};
use crate::settings::TriggerUrl;
use crate::{ConnectionId, Hub, Output, Refusal};

/// The commands of one socket that wait for answers.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    channels: HashMap<Arc<str>, Queue>,
    /// The size of all waiting commands.
    bytes: usize,
    /// The number of joins that wait for the shared log.
    joins: usize,
}

#[derive(Debug)]
struct Queue {
    asked: Asked,
    /// The commands behind the question, oldest first.
    commands: VecDeque<Command<'static>>,
}

/// The action that follows if the answer allows it.
#[derive(Debug)]
pub(super) enum Asked {
    Join {
        join_options: JoinOptions,
        /// The trigger that was asked. The answer is valid only while the channel still has this trigger.
        url: TriggerUrl,
    },
    Message {
        recipient: Option<String>,
        authenticated: bool,
        key: Option<String>,
    },
    /// No action: another socket's question decides. The message itself is the first command in the queue.
    Repeat,
    /// A join that waits for its replica event from the shared log.
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
    /// Ends the waiting of one socket on one channel. The caller must handle the returned commands next.
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

    /// Handles waiting commands, up to the next question.
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

    /// Drops the waiting commands of a closed socket. If another socket has repeated one of its messages, that one
    /// becomes the first.
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

    /// Queues a repeated message until the first one is decided.
    pub(super) fn wait_for_outcome(&mut self, id: ConnectionId, channel: &str, message: &Message<'_>, bytes: usize) {
        let request = Request::Message(message.clone());
        let command = Command { channel: channel.into(), request, bytes }.into_owned();
        let waiting = self.waiting.entry(id).or_default();
        waiting.bytes += bytes;
        let commands = VecDeque::from([command]);
        waiting.channels.insert(channel.into(), Queue { asked: Asked::Repeat, commands });
    }

    /// Queues a join until its replica event arrives from the shared log.
    pub(super) fn wait_for_log(&mut self, id: ConnectionId, channel: &str, join_options: JoinOptions) {
        let queue = Queue { asked: Asked::Others(join_options), commands: VecDeque::new() };
        let waiting = self.waiting.entry(id).or_default();
        waiting.channels.insert(channel.into(), queue);
        waiting.joins += 1;
        if let Some(channel_replica) = self.channel_replica(channel) {
            channel_replica.waiting.insert(id);
        }
    }

    /// Returns the number of this socket's joins that wait for the shared log.
    pub(super) fn waiting_joins(&self, id: ConnectionId) -> usize {
        self.waiting.get(&id).map_or(0, |waiting| waiting.joins)
    }

    fn stop_waiting_for_log(&mut self, id: ConnectionId, channel: &str) {
        if let Some(channel_replica) = self.channel_replica(channel) {
            channel_replica.waiting.remove(&id);
        }
    }

    /// Admits a client whose join has come back as a replica event, then handles the commands that waited behind the
    /// join.
    pub(super) fn admit_waiting(&mut self, id: ConnectionId, channel: &str) -> Vec<Output> {
        let Some((Asked::Others(join_options), commands)) = self.take_queue(id, channel) else {
            return Vec::new();
        };
        // The settings may have changed during the wait, so permissions are checked again.
        let admitted = self.admit(id, channel, join_options);
        let mut deliveries = admitted.unwrap_or_else(|why| vec![self.refuse_join(id, channel, &why)]);
        deliveries.extend(self.resume(id, channel, commands));
        self.forget_if_bare(channel);
        deliveries
    }

    /// Refuses all joins that wait on a channel, then handles the commands behind them.
    pub(super) fn refuse_waiting(&mut self, channel: &str, why: &Refusal) -> Vec<Output> {
        let mut deliveries = Vec::new();
        for id in self.waiting_for_log(channel) {
            deliveries.extend(self.refuse_one_waiting(id, channel, why));
        }
        deliveries
    }

    /// Refuses one waiting join, then handles the commands behind it.
    pub(super) fn refuse_one_waiting(&mut self, id: ConnectionId, channel: &str, why: &Refusal) -> Vec<Output> {
        let Some((_, commands)) = self.take_queue(id, channel) else {
            return Vec::new();
        };
        let mut deliveries = vec![self.refuse_join(id, channel, why)];
        deliveries.extend(self.resume(id, channel, commands));
        deliveries
    }

    /// Refuses a join that was already announced to the shared log, so it is withdrawn there too.
    fn refuse_join(&mut self, id: ConnectionId, channel: &str, why: &Refusal) -> Output {
        if let Some(client) = self.connections.get(&id).map(|connection| Arc::clone(&connection.client)) {
            self.send_leave(channel, &client);
        }
        Output::refusal(id, Some(channel), None, why)
    }

    /// Returns whether a command must wait because its socket has an open question on the channel.
    pub(super) fn has_to_wait(&self, id: ConnectionId, channel: &str) -> bool {
        // If no question is open, this check is the whole cost of triggers for a command.
        !self.waiting.is_empty() && self.waiting.get(&id).is_some_and(|waiting| waiting.channels.contains_key(channel))
    }

    /// Queues a command that [has to wait](Self::has_to_wait), or refuses it if too many bytes wait.
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

    /// Starts the waiting of a socket for the answer of a trigger.
    pub(super) fn wait_for_trigger(&mut self, id: ConnectionId, channel: &Arc<str>, asked: Asked) {
        let queue = Queue { asked, commands: VecDeque::new() };
        self.waiting.entry(id).or_default().channels.insert(Arc::clone(channel), queue);
    }
}

/// The bytes of one socket that may wait for answers. One frame may exceed the bound.
const WAITING_BYTES: usize = 1024 * 1024;
