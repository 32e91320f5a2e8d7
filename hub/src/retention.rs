//! The bounds on everything that all channels keep: bytes, age, and number of channels.
//!
//! A channel is *unused* if it has no members and keeps a history. When a bound is reached, the channel that was unused
//! for the longest time is removed with its history. Readers that return to it learn that messages are missing.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::channel::Channel;
use crate::history::Bounds;
use crate::limits::Limits;
use crate::{Hub, Refusal};

/// The bounds, and the amounts in use.
#[derive(Debug)]
pub(super) struct Retention {
    /// The bound on all channels together.
    bytes_at_most: usize,
    bytes_per_channel: usize,
    age_ms: u64,
    channels_at_most: usize,
    /// The memory of all histories, in bytes.
    bytes: usize,
    /// Unused channels, ordered by their last use.
    unused: BTreeMap<LastUse, Arc<str>>,
    uses: u64,
}

/// The time of a channel's last use in milliseconds since 1970, with a number that makes it unique.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LastUse {
    ms: u64,
    number: u64,
}

impl Retention {
    pub(super) fn new(limits: &Limits) -> Retention {
        Retention {
            bytes_at_most: limits.history_bytes,
            bytes_per_channel: limits.history_bytes_per_channel.min(limits.history_bytes),
            age_ms: u64::try_from(limits.history_age_seconds).unwrap_or(u64::MAX).saturating_mul(1_000),
            channels_at_most: limits.channels,
            bytes: 0,
            unused: BTreeMap::new(),
            uses: 0,
        }
    }

    /// Returns the bounds of a channel that keeps up to `count` messages.
    pub(super) fn bounds(&self, count: usize) -> Bounds {
        Bounds { count, bytes: self.bytes_per_channel, age_ms: self.age_ms }
    }

    /// Returns the memory of all histories, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    fn uses(&mut self, state: &mut Channel) {
        if let Some(last_use) = state.unused_since.take() {
            self.unused.remove(&last_use);
        }
    }

    fn releases(&mut self, channel: &Arc<str>, state: &mut Channel, now_ms: u64) {
        self.uses(state);
        self.uses += 1;
        let last_use = LastUse { ms: now_ms, number: self.uses };
        state.unused_since = Some(last_use);
        self.unused.insert(last_use, Arc::clone(channel));
    }

    fn count(&mut self, state: &mut Channel) {
        self.bytes = self.bytes - state.counted_bytes + state.history.bytes();
        state.counted_bytes = state.history.bytes();
    }
}

impl Hub {
    /// Call this after the members or the history of a channel have changed. It counts the history, forgets a channel
    /// that keeps nothing, and makes room if all channels together exceed a bound.
    pub(super) fn note_change(&mut self, channel: &str) {
        let Some((name, _)) = self.channels.get_key_value(channel) else {
            return;
        };
        let name = Arc::clone(name);
        let Some(state) = self.channels.get_mut(channel) else {
            return;
        };
        self.retention.count(state);
        if state.is_bare() {
            return self.forget_if_bare(channel);
        }
        if state.is_unused() {
            self.retention.releases(&name, state, self.now_ms);
        } else {
            self.retention.uses(state);
        }
        if self.retention.bytes > self.retention.bytes_at_most {
            self.make_room(channel);
        }
    }

    /// Call this after a message on a channel that has members: a short form of `note_change`.
    pub(super) fn note_message(&mut self, channel: &str) {
        let Some(state) = self.channels.get_mut(channel) else {
            return;
        };
        self.retention.count(state);
        if state.unused_since.is_some() || state.is_unused() || self.retention.bytes > self.retention.bytes_at_most {
            self.note_change(channel);
        }
    }

    /// Forgets unused channels until the histories fit. If all channels are in use, the given channel loses its own
    /// oldest messages.
    fn make_room(&mut self, channel: &str) {
        while self.retention.bytes > self.retention.bytes_at_most {
            if self.forget_unused(channel) {
                continue;
            }
            let Some(state) = self.channels.get_mut(channel) else {
                return;
            };
            if !state.history.remove_oldest() {
                return;
            }
            self.retention.count(state);
        }
    }

    /// Forgets the channel that was unused for the longest time, except `save_for`. Returns whether there was one. Idle
    /// replicated channels go first, because Redis keeps their history.
    fn forget_unused(&mut self, save_for: &str) -> bool {
        let idle = self.log.replica().and_then(|replica| replica.idle.oldest(save_for));
        let oldest = idle.or_else(|| self.retention.unused.values().find(|name| &***name != save_for).map(Arc::clone));
        oldest.inspect(|oldest| self.forget(oldest)).is_some()
    }

    /// Makes room for one more channel.
    pub(super) fn make_room_for_channel(&mut self, channel: &str) -> Result<(), Refusal> {
        let is_full = self.channels.len() >= self.retention.channels_at_most && !self.channels.contains_key(channel);
        if is_full && !self.forget_unused(channel) {
            return Err(Refusal::TooManyChannelsInAll(self.retention.channels_at_most));
        }
        Ok(())
    }

    /// Forgets unused channels whose messages are all too old.
    pub(super) fn forget_outdated(&mut self) {
        let oldest_kept = self.now_ms.saturating_sub(self.retention.age_ms);
        while let Some((_, channel)) = self.retention.unused.first_key_value().filter(|(last, _)| last.ms < oldest_kept)
        {
            let channel = Arc::clone(channel);
            self.forget(&channel);
        }
    }

    /// Removes messages from a channel's history that are too old to be read.
    pub(super) fn expire(&mut self, channel: &str) {
        if let Some(state) = self.channels.get_mut(channel) {
            state.history.expire(self.now_ms, self.retention.bounds(state.rules.history));
            self.retention.count(state);
        }
    }

    /// Call this for a channel that was removed from the hub.
    pub(super) fn release(&mut self, state: &mut Channel) {
        self.retention.uses(state);
        self.retention.bytes -= state.counted_bytes;
    }
}
