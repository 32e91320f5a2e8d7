//! Replicated channels without local members. They are kept up to date for a while, so that a client that returns can
//! join without another request to Redis.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use super::Hub;

/// The idle channels. Their number, bytes and time are bounded.
#[derive(Debug)]
pub(crate) struct IdleChannels {
    /// Ordered by the time since which each is idle.
    order: BTreeSet<(Duration, Arc<str>)>,
    /// The time since which each channel is idle, and the size of its history.
    channels: HashMap<Arc<str>, (Duration, usize)>,
    bytes: usize,
    max_bytes: usize,
}

impl IdleChannels {
    pub(crate) fn new(max_bytes: usize) -> IdleChannels {
        IdleChannels { order: BTreeSet::new(), channels: HashMap::new(), bytes: 0, max_bytes }
    }

    /// Adds a channel without local members. `bytes` is the size of its history.
    pub(crate) fn add(&mut self, channel: &Arc<str>, now: Duration, bytes: usize) {
        let since = self.remove(channel).unwrap_or(now);
        self.order.insert((since, Arc::clone(channel)));
        self.channels.insert(Arc::clone(channel), (since, bytes));
        self.bytes += bytes;
    }

    /// Counts a new message. Does nothing if the channel is not idle.
    pub(crate) fn grow(&mut self, channel: &str, bytes: usize) {
        if let Some((_, size)) = self.channels.get_mut(channel) {
            *size += bytes;
            self.bytes += bytes;
        }
    }

    /// Removes a channel that has a member again or is forgotten. Returns the time since which it was idle.
    pub(crate) fn remove(&mut self, channel: &str) -> Option<Duration> {
        let (name, (since, bytes)) = self.channels.remove_entry(channel)?;
        self.order.remove(&(since, name));
        self.bytes -= bytes;
        Some(since)
    }

    /// Returns the next channel to forget: one that has been idle for too long, or the oldest if a bound is exceeded.
    pub(crate) fn next_excess(&self, now: Duration) -> Option<Arc<str>> {
        let (since, channel) = self.order.first()?;
        let is_excess = *since + IDLE_FOR <= now || self.order.len() > MAX_IDLE || self.bytes > self.max_bytes;
        is_excess.then(|| Arc::clone(channel))
    }

    /// Returns the channel that has been idle for the longest time, except `save_for`.
    pub(crate) fn oldest(&self, save_for: &str) -> Option<Arc<str>> {
        self.order.iter().map(|(_, channel)| channel).find(|channel| &***channel != save_for).map(Arc::clone)
    }

    pub(crate) fn names(&self) -> Vec<Arc<str>> {
        self.channels.keys().cloned().collect()
    }
}

impl Hub {
    /// Handles the passing of time: requests again what was refused, and forgets idle channels.
    pub(crate) fn advance_replica(&mut self, now: Duration) {
        let Some(replica) = self.log.replica_mut() else {
            return;
        };
        replica.now = replica.now.max(now);
        while let Some(channel) = replica.next_to_ask() {
            if let Some(state) = self.channels.get_mut(&channel) {
                replica.reopen(&channel, state);
            }
        }
        self.forget_excess();
    }

    /// Keeps a replicated channel without local members up to date for a while, within bounds.
    pub(crate) fn rest(&mut self, channel: &str) {
        let (Some(replica), Some((name, state))) = (self.log.replica_mut(), self.channels.get_key_value(channel))
        else {
            return;
        };
        replica.idle.add(name, replica.now, state.history.bytes());
        self.forget_excess();
    }

    pub(crate) fn forget_excess(&mut self) {
        while let Some(channel) = self.log.replica().and_then(|replica| replica.idle.next_excess(replica.now)) {
            self.forget(&channel);
            // The channel may have been unknown to the hub; it must leave the idle list in any case.
            self.log.replica_mut().and_then(|replica| replica.idle.remove(&channel));
        }
    }
}

/// The time that an idle channel is kept. It is longer than the reload of a page.
const IDLE_FOR: Duration = Duration::from_secs(30);

const MAX_IDLE: usize = 1_000;

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::IdleChannels;

    fn excess(idle: &mut IdleChannels, now_s: u64) -> Vec<String> {
        let mut excess = Vec::new();
        while let Some(channel) = idle.next_excess(Duration::from_secs(now_s)) {
            idle.remove(&channel);
            excess.push(channel.to_string());
        }
        excess
    }

    fn add(idle: &mut IdleChannels, channel: &str, now_s: u64, bytes: usize) {
        idle.add(&Arc::from(channel), Duration::from_secs(now_s), bytes);
    }

    #[test]
    fn an_idle_channel_is_kept_for_thirty_seconds_after_its_last_member() {
        let mut idle = IdleChannels::new(1_000);
        add(&mut idle, "a", 0, 10);
        add(&mut idle, "b", 1, 10);
        add(&mut idle, "a", 2, 20);
        assert_eq!(excess(&mut idle, 29), [""; 0]);
        assert_eq!(excess(&mut idle, 30), ["a"], "what is said on it does not keep it");
        assert_eq!(excess(&mut idle, 31), ["b"]);
        assert_eq!((idle.bytes, idle.channels.len(), idle.order.len()), (0, 0, 0));
    }

    #[test]
    fn above_a_bound_the_oldest_idle_channels_are_forgotten_first() {
        let mut idle = IdleChannels::new(100);
        for channel in ["a", "b", "c"] {
            add(&mut idle, channel, 0, 40);
        }
        assert_eq!(excess(&mut idle, 0), ["a"]);
        idle.grow("c", 30);
        idle.grow("elsewhere", 1_000);
        assert_eq!(excess(&mut idle, 0), ["b"]);
        for number in 0..1_002 {
            add(&mut idle, &format!("{number:04}"), 1, 0);
        }
        assert_eq!(excess(&mut idle, 1), ["c", "0000", "0001"]);
    }
}
