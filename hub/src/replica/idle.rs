//! Replicated channels without members here, which are kept up to date for a while: a client that comes back is let in
//! without asking Redis for the history and the members again.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use super::Hub;

/// The idle channels, bounded in number, in bytes and in time.
#[derive(Debug)]
pub(crate) struct IdleChannels {
    /// The oldest first.
    order: BTreeSet<(Duration, Arc<str>)>,
    /// Since when each is idle, and the bytes of its history.
    channels: HashMap<Arc<str>, (Duration, usize)>,
    bytes: usize,
    max_bytes: usize,
}

impl IdleChannels {
    pub(crate) fn new(max_bytes: usize) -> IdleChannels {
        IdleChannels { order: BTreeSet::new(), channels: HashMap::new(), bytes: 0, max_bytes }
    }

    /// The channel has no members here, and a history of so many bytes.
    pub(crate) fn add(&mut self, channel: &Arc<str>, now: Duration, bytes: usize) {
        let since = self.remove(channel).unwrap_or(now);
        self.order.insert((since, Arc::clone(channel)));
        self.channels.insert(Arc::clone(channel), (since, bytes));
        self.bytes += bytes;
    }

    /// Something was said on the channel. No-op where it is not idle.
    pub(crate) fn grow(&mut self, channel: &str, bytes: usize) {
        if let Some((_, size)) = self.channels.get_mut(channel) {
            *size += bytes;
            self.bytes += bytes;
        }
    }

    /// The channel has a member, or is forgotten. Says since when it was idle.
    pub(crate) fn remove(&mut self, channel: &str) -> Option<Duration> {
        let (name, (since, bytes)) = self.channels.remove_entry(channel)?;
        self.order.remove(&(since, name));
        self.bytes -= bytes;
        Some(since)
    }

    /// The next channel to be forgotten: it is idle for too long, or there are too many.
    pub(crate) fn next_excess(&self, now: Duration) -> Option<Arc<str>> {
        let (since, channel) = self.order.first()?;
        let is_excess = *since + IDLE_FOR <= now || self.order.len() > MAX_IDLE || self.bytes > self.max_bytes;
        is_excess.then(|| Arc::clone(channel))
    }

    /// The channel that is idle for the longest time, save for one.
    pub(crate) fn oldest(&self, save_for: &str) -> Option<Arc<str>> {
        self.order.iter().map(|(_, channel)| channel).find(|channel| &***channel != save_for).map(Arc::clone)
    }

    pub(crate) fn names(&self) -> Vec<Arc<str>> {
        self.channels.keys().cloned().collect()
    }
}

impl Hub {
    /// So much time has passed since 1970.
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

    /// A replicated channel has no members here any more. It is followed for a while, within bounds.
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
            // Forgotten by now, or not known any more: in both cases not idle.
            self.log.replica_mut().and_then(|replica| replica.idle.remove(&channel));
        }
    }
}

/// Longer than a page needs to load again.
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
    fn the_oldest_go_first_where_there_are_too_many_bytes_or_channels() {
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
