//! Commands that wait behind a question of the same socket and channel, so that frames are answered in order.
//!
//! Receipts have no key: a client matches them to its messages by their order. So a command that finds no room in the
//! queue is refused in its turn too, as long as there is room for its error.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::command::{Broadcast, Command, Request};
use super::refusal::Refusal;
use super::service::Service;
use crate::settings::TriggerUrl;
use crate::settings::v2::MessageSettings;
use crate::{ConnectionId, Output};

/// The commands of one socket that wait for answers.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    /// By the names of the channels.
    queues: BTreeMap<Arc<str>, Queue>,
    /// The size of all waiting commands.
    bytes: usize,
}

#[derive(Debug)]
struct Queue {
    asked: Asked,
    /// The commands behind the question, oldest first, with their sizes.
    commands: VecDeque<(usize, Command<'static>)>,
}

/// The action that follows if the answer allows it.
#[derive(Debug)]
pub(super) enum Asked {
    Join {
        client_id: Option<String>,
        /// The trigger that was asked. The answer is valid only while the channel still has this trigger.
        url: TriggerUrl,
    },
    Broadcast {
        broadcast: Broadcast<'static>,
        message: Arc<MessageSettings>,
    },
}

impl Waiting {
    /// Returns whether a command for this channel has to wait.
    pub(super) fn has(&self, channel: &str) -> bool {
        !self.queues.is_empty() && self.queues.contains_key(channel)
    }

    /// Starts the waiting on a channel.
    pub(super) fn start(&mut self, channel: &str, asked: Asked) {
        self.queues.insert(channel.into(), Queue { asked, commands: VecDeque::new() });
    }

    /// Queues a command that [has](Self::has) to wait. The error is for a command that cannot wait at all.
    pub(super) fn push(&mut self, channel: &str, command: Command<'_>) -> Result<(), Refusal> {
        let Some(queue) = self.queues.get_mut(channel) else {
            return Ok(());
        };
        let refused = Refusal::Shared(crate::Refusal::WaitingTooLong);
        if self.bytes > REFUSED_BYTES {
            return Err(refused);
        }
        let command = if self.bytes > WAITING_BYTES {
            Command { channel: Some(channel.to_owned().into()), request: Request::Refused(refused), bytes: 0 }
        } else {
            command.into_owned()
        };
        let bytes = command.bytes.max(COMMAND_BYTES);
        self.bytes += bytes;
        queue.commands.push_back((bytes, command));
        Ok(())
    }

    fn take(&mut self, channel: &str) -> Option<Queue> {
        let queue = self.queues.remove(channel)?;
        self.bytes -= queue.commands.iter().map(|(bytes, _)| bytes).sum::<usize>();
        Some(queue)
    }

    fn put_back(&mut self, channel: &str, commands: VecDeque<(usize, Command<'static>)>) {
        if let Some(queue) = self.queues.get_mut(channel) {
            self.bytes += commands.iter().map(|(bytes, _)| bytes).sum::<usize>();
            queue.commands.extend(commands);
        }
    }
}

impl Service {
    /// Ends the waiting of one socket on one channel: `settle` carries out the action that was asked about, then the
    /// commands behind it are handled, up to the next question.
    pub(super) fn go_on(
        &mut self,
        id: ConnectionId,
        channel: &str,
        sink: &mut Vec<Output>,
        settle: impl FnOnce(&mut Service, Asked, &mut Vec<Output>),
    ) {
        let Some(queue) = self.connections.get_mut(&id).and_then(|connection| connection.waiting.take(channel)) else {
            return;
        };
        let Queue { asked, mut commands } = queue;
        settle(self, asked, sink);
        loop {
            let Some(connection) = self.connections.get_mut(&id) else {
                return;
            };
            if connection.waiting.has(channel) {
                return connection.waiting.put_back(channel, commands);
            }
            let Some((_, command)) = commands.pop_front() else {
                return;
            };
            self.perform(id, command, sink);
        }
    }
}

/// The bytes of one socket's commands that may wait for answers. One frame may exceed the bound.
const WAITING_BYTES: usize = 1024 * 1024;

/// Up to this bound, a further command waits to be refused. Beyond it, it is refused at once.
const REFUSED_BYTES: usize = 2 * WAITING_BYTES;

/// The least that a waiting command counts.
const COMMAND_BYTES: usize = 256;
