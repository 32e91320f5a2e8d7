//! Messages with an idempotency key: delivered once however often they are sent, and answered each time.

use std::sync::Arc;

use crate::command::Message;
use crate::idempotency::Outcome;
use crate::v1::frames;
use crate::{ConnectionId, Hub, Output, Refusal};

impl Hub {
    /// Returns the answer to a repeated message, also if another socket sent the first one; `None` if the message is
    /// new. While a trigger decides about the first one, the repeated message waits for the outcome.
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
            return Ok(Some(vec![Output::to_one(
                from,
                frames::answer(channel, key, outcome, state.kept(outcome, member)),
            )]));
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

    /// Records that a trigger is deciding about a message with this key.
    pub(crate) fn note_undecided(&mut self, channel: &str, key: &str) {
        self.undecided.insert((channel.into(), key.into()), Vec::new());
    }

    /// Ends the waiting of repeated messages after the first one was decided or its sender has left. A refusal applies
    /// to the repeated messages too; otherwise they are handled now.
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

    /// Records that a trigger has dropped the message.
    pub(crate) fn note_dropped(&mut self, from: ConnectionId, channel: &str, key: &str) -> Option<Output> {
        self.record_outcome(from, channel, key, Outcome { id: None, is_dropped: true })
    }
}
