//! The bounds on everything that all channels keep: bytes, age, and number of channels. The channels of V1 and of V2
//! have one bookkeeping each, and share the bounds.
//!
//! A channel is *unused* if it has no members and keeps a history. When a bound is reached, the channel that was unused
//! for the longest time is removed with its history. Readers that return to it learn that messages are missing.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::history::Bounds;
use crate::limits::Limits;
use crate::{Hub, Refusal};

/// The bounds, and the amounts that the channels of one dialect use.
#[derive(Debug)]
pub(crate) struct Retention {
    /// The bound on all channels together.
    bytes_at_most: usize,
    bytes_per_channel: usize,
    age_ms: u64,
    channels_at_most: usize,
    /// The memory of all histories, in bytes.
    bytes: usize,
    /// What the channels of the other dialect use of the same bounds.
    elsewhere: InUse,
    /// Unused channels, ordered by their last use.
    unused: BTreeMap<LastUse, Arc<str>>,
    uses: u64,
}

/// What the channels of one dialect use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct InUse {
    /// The memory of all histories, in bytes.
    pub(crate) bytes: usize,
    pub(crate) channels: usize,
}

/// What the bookkeeping knows of one channel.
#[derive(Debug, Default)]
pub(crate) struct Account {
    /// The bytes of the history that the total of all channels includes.
    counted_bytes: usize,
    /// The time of the last use, if the channel has no members and keeps messages.
    unused_since: Option<LastUse>,
}

impl Account {
    /// Returns whether the channel is unused.
    pub(crate) fn is_unused(&self) -> bool {
        self.unused_since.is_some()
    }
}

/// The time of a channel's last use in milliseconds since 1970, with a number that makes it unique.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct LastUse {
    ms: u64,
    number: u64,
}

impl Retention {
    pub(crate) fn new(limits: &Limits) -> Retention {
        Retention {
            bytes_at_most: limits.history_bytes,
            bytes_per_channel: limits.history_bytes_per_channel.min(limits.history_bytes),
            age_ms: u64::try_from(limits.history_age_seconds).unwrap_or(u64::MAX).saturating_mul(1_000),
            channels_at_most: limits.channels,
            bytes: 0,
            elsewhere: InUse::default(),
            unused: BTreeMap::new(),
            uses: 0,
        }
    }

    /// Returns the bounds of a channel that keeps up to `count` messages.
    pub(crate) fn bounds(&self, count: usize) -> Bounds {
        Bounds { count, bytes: self.bytes_per_channel, age_ms: self.age_ms }
    }

    /// Returns the memory of all histories, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Sets what the channels of the other dialect use.
    pub(crate) fn set_elsewhere(&mut self, elsewhere: InUse) {
        self.elsewhere = elsewhere;
    }

    /// Returns whether the histories of both dialects exceed their bound.
    pub(crate) fn is_over(&self) -> bool {
        self.bytes + self.elsewhere.bytes > self.bytes_at_most
    }

    /// Returns whether there can be no further channel beside this number of channels.
    pub(crate) fn is_full(&self, channels: usize) -> bool {
        channels + self.elsewhere.channels >= self.channels_at_most
    }

    /// Returns the error for a channel that would be too many.
    pub(crate) fn full(&self) -> Refusal {
        Refusal::TooManyChannelsInAll(self.channels_at_most)
    }

    /// Records that a channel has members.
    pub(crate) fn uses(&mut self, account: &mut Account) {
        if let Some(last_use) = account.unused_since.take() {
            self.unused.remove(&last_use);
        }
    }

    /// Records that a channel that keeps messages has no members now.
    pub(crate) fn releases(&mut self, channel: &Arc<str>, account: &mut Account, now_ms: u64) {
        self.uses(account);
        self.uses += 1;
        let last_use = LastUse { ms: now_ms, number: self.uses };
        account.unused_since = Some(last_use);
        self.unused.insert(last_use, Arc::clone(channel));
    }

    /// Counts the bytes of a channel's history after it has changed.
    pub(crate) fn count(&mut self, account: &mut Account, bytes: usize) {
        self.bytes = self.bytes - account.counted_bytes + bytes;
        account.counted_bytes = bytes;
    }

    /// Call this for a channel that was removed from the hub.
    pub(crate) fn release(&mut self, account: &mut Account) {
        self.uses(account);
        self.bytes -= account.counted_bytes;
    }

    /// Returns the channel that was unused for the longest time, except `save_for`.
    pub(crate) fn oldest_unused(&self, save_for: &str) -> Option<Arc<str>> {
        self.unused.values().find(|name| &***name != save_for).map(Arc::clone)
    }

    /// Returns an unused channel whose messages are all too old.
    pub(crate) fn outdated(&self, now_ms: u64) -> Option<Arc<str>> {
        let oldest_kept = now_ms.saturating_sub(self.age_ms);
        let (_, channel) = self.unused.first_key_value().filter(|(last, _)| last.ms < oldest_kept)?;
        Some(Arc::clone(channel))
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
        self.retention.count(&mut state.account, state.history.bytes());
        if state.is_bare() {
            return self.forget_if_bare(channel);
        }
        if state.is_unused() {
            self.retention.releases(&name, &mut state.account, self.now_ms);
        } else {
            self.retention.uses(&mut state.account);
        }
        if self.retention.is_over() {
            self.make_room(channel);
        }
    }

    /// Call this after a message on a channel that has members: a short form of `note_change`.
    pub(super) fn note_message(&mut self, channel: &str) {
        let Some(state) = self.channels.get_mut(channel) else {
            return;
        };
        self.retention.count(&mut state.account, state.history.bytes());
        if state.account.is_unused() || state.is_unused() || self.retention.is_over() {
            self.note_change(channel);
        }
    }

    /// Forgets unused channels until the histories fit. If all channels are in use, the given channel loses its own
    /// oldest messages.
    fn make_room(&mut self, channel: &str) {
        while self.retention.is_over() {
            if self.forget_unused(channel) {
                continue;
            }
            let Some(state) = self.channels.get_mut(channel) else {
                return;
            };
            if !state.history.remove_oldest() {
                return;
            }
            self.retention.count(&mut state.account, state.history.bytes());
        }
    }

    /// Forgets the channel that was unused for the longest time, except `save_for`. Returns whether there was one. Idle
    /// replicated channels go first, because Redis keeps their history. Channels of V2 go last.
    pub(super) fn forget_unused(&mut self, save_for: &str) -> bool {
        let idle = self.log.replica().and_then(|replica| replica.idle.oldest(save_for));
        let oldest = idle.or_else(|| self.retention.oldest_unused(save_for));
        oldest.inspect(|oldest| self.forget(oldest)).is_some() || self.forget_unused_of_v2()
    }

    /// Makes room for one more channel.
    pub(super) fn make_room_for_channel(&mut self, channel: &str) -> Result<(), Refusal> {
        let is_full = self.retention.is_full(self.channels.len()) && !self.channels.contains_key(channel);
        if is_full && !self.forget_unused(channel) {
            return Err(self.retention.full());
        }
        Ok(())
    }

    /// Forgets unused channels whose messages are all too old.
    pub(super) fn forget_outdated(&mut self) {
        while let Some(channel) = self.retention.outdated(self.now_ms) {
            self.forget(&channel);
        }
    }

    /// Removes messages from a channel's history that are too old to be read.
    pub(super) fn expire(&mut self, channel: &str) {
        if let Some(state) = self.channels.get_mut(channel) {
            state.history.expire(self.now_ms, self.retention.bounds(state.rules.history));
            self.retention.count(&mut state.account, state.history.bytes());
        }
    }
}
