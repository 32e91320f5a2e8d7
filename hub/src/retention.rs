//! What the channels keep together: bounded in bytes, in age and in number.
//!
//! A channel without members that keeps a history is *unused*. Where a bound is reached, the channel that is unused for
//! the longest time goes first, with all that it keeps. Its readers are told when they come back: what they missed is not
//! complete.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::channel::Channel;
use crate::history::Bounds;
use crate::limits::Limits;
use crate::{Hub, Refusal};

/// The bounds, and what is kept by now.
#[derive(Debug)]
pub(super) struct Retention {
    /// Of all channels together.
    bytes_at_most: usize,
    bytes_per_channel: usize,
    age_ms: u64,
    channels_at_most: usize,
    /// What the histories of all channels take.
    bytes: usize,
    /// Unused channels, by when they were last used.
    unused: BTreeMap<LastUse, Arc<str>>,
    uses: u64,
}

/// When a channel was last used: milliseconds since 1970, and a number that no other use has.
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

    /// The bounds of a channel that keeps so many messages.
    pub(super) fn bounds(&self, count: usize) -> Bounds {
        Bounds { count, bytes: self.bytes_per_channel, age_ms: self.age_ms }
    }

    /// What the histories of all channels take.
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
    /// To be called after a channel's members or its history changed: counts what it keeps, forgets it if that is
    /// nothing, and makes room where all channels together keep too much.
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

    /// The same for a channel that had members before and has members still: all that a message can change.
    pub(super) fn note_message(&mut self, channel: &str) {
        let Some(state) = self.channels.get_mut(channel) else {
            return;
        };
        self.retention.count(state);
        if state.unused_since.is_some() || state.is_unused() || self.retention.bytes > self.retention.bytes_at_most {
            self.note_change(channel);
        }
    }

    /// Forgets unused channels until the histories fit; where all are used, the channel at hand pays for itself.
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

    /// Forgets the channel that is unused for the longest time, save for one. Says whether there was one. Replicated
    /// channels that are idle here go first: Redis keeps them.
    fn forget_unused(&mut self, save_for: &str) -> bool {
        let idle = self.log.replica().and_then(|replica| replica.idle.oldest(save_for));
        let oldest = idle.or_else(|| self.retention.unused.values().find(|name| &***name != save_for).map(Arc::clone));
        oldest.inspect(|oldest| self.forget(oldest)).is_some()
    }

    /// Makes room for one channel more.
    pub(super) fn make_room_for_channel(&mut self, channel: &str) -> Result<(), Refusal> {
        let is_full = self.channels.len() >= self.retention.channels_at_most && !self.channels.contains_key(channel);
        if is_full && !self.forget_unused(channel) {
            return Err(Refusal::TooManyChannelsInAll(self.retention.channels_at_most));
        }
        Ok(())
    }

    /// Forgets unused channels all of whose messages are too old.
    pub(super) fn forget_outdated(&mut self) {
        let oldest_kept = self.now_ms.saturating_sub(self.retention.age_ms);
        while let Some((_, channel)) = self.retention.unused.first_key_value().filter(|(last, _)| last.ms < oldest_kept)
        {
            let channel = Arc::clone(channel);
            self.forget(&channel);
        }
    }

    /// A channel's history as it may be read now.
    pub(super) fn expire(&mut self, channel: &str) {
        if let Some(state) = self.channels.get_mut(channel) {
            state.history.expire(self.now_ms, self.retention.bounds(state.rules.history));
            self.retention.count(state);
        }
    }

    /// To be called for a channel that is no longer among the rooms.
    pub(super) fn release(&mut self, state: &mut Channel) {
        self.retention.uses(state);
        self.retention.bytes -= state.counted_bytes;
    }
}
