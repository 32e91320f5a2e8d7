//! The outcomes of messages with an idempotency key, kept for two minutes to detect repeated messages.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use crate::message_id::MessageId;

/// The outcome of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The id of the message; `None` for private and dropped messages.
    pub id: Option<MessageId>,
    /// Whether a trigger has dropped the message.
    pub is_dropped: bool,
}

/// The idempotency keys of all channels. Each is kept for two minutes, unless there are too many.
#[derive(Debug)]
pub(super) struct Keys {
    now: Duration,
    channels: HashMap<Arc<str>, Known>,
    /// Every channel, ordered by the time of its oldest key.
    oldest: BTreeSet<(Duration, Arc<str>)>,
    count: usize,
    /// The largest number of keys in total.
    at_most: usize,
    /// The number of keys up to which a channel loses none because of other channels.
    spared: usize,
}

#[derive(Debug, Default)]
struct Known {
    outcomes: HashMap<Arc<str>, Outcome>,
    /// Ordered by age, oldest first.
    order: VecDeque<(Duration, Arc<str>)>,
}

impl Default for Keys {
    fn default() -> Keys {
        Keys::bounded(AT_MOST, PER_CHANNEL)
    }
}

impl Keys {
    fn bounded(at_most: usize, spared: usize) -> Keys {
        let (channels, oldest) = (HashMap::new(), BTreeSet::new());
        Keys { now: Duration::ZERO, channels, oldest, count: 0, at_most, spared }
    }

    /// Advances the clock and forgets expired keys.
    pub(super) fn advance(&mut self, now: Duration) {
        self.now = self.now.max(now);
        while let Some((at, channel)) = self.oldest.first()
            && *at + REMEMBERED <= now
        {
            self.forget_oldest_of(&Arc::clone(channel));
        }
    }

    pub(super) fn outcome(&self, channel: &str, key: &str) -> Option<Outcome> {
        self.channels.get(channel)?.outcomes.get(key).copied()
    }

    /// Stores the outcome of a message with a new key.
    pub(super) fn remember(&mut self, channel: &str, key: &str, outcome: Outcome) {
        if !self.channels.contains_key(channel) {
            let name: Arc<str> = channel.into();
            self.oldest.insert((self.now, Arc::clone(&name)));
            self.channels.insert(name, Known::default());
        }
        let Some(known) = self.channels.get_mut(channel) else {
            return;
        };
        let key: Arc<str> = key.into();
        known.order.push_back((self.now, Arc::clone(&key)));
        known.outcomes.insert(key, outcome);
        self.count += 1;
        if self.count <= self.at_most {
            return;
        }
        // A channel with many keys loses its own oldest one; only if it has few, the oldest key of all channels is
        // forgotten.
        if known.order.len() > self.spared {
            self.forget_oldest_of(channel);
        } else if let Some((_, channel)) = self.oldest.first() {
            self.forget_oldest_of(&Arc::clone(channel));
        }
    }

    /// Returns the channels that have keys.
    pub(super) fn channels(&self) -> Vec<Arc<str>> {
        self.channels.keys().cloned().collect()
    }

    /// Forgets all keys of a closed channel.
    pub(super) fn forget_channel(&mut self, channel: &str) {
        let count = self.channels.get(channel).map_or(0, |known| known.order.len());
        for _ in 0..count {
            self.forget_oldest_of(channel);
        }
    }

    fn forget_oldest_of(&mut self, channel: &str) {
        let Some((name, _)) = self.channels.get_key_value(channel) else {
            return;
        };
        let name = Arc::clone(name);
        let Some(known) = self.channels.get_mut(channel) else {
            return;
        };
        if let Some((at, key)) = known.order.pop_front() {
            known.outcomes.remove(&key);
            self.count -= 1;
            self.oldest.remove(&(at, Arc::clone(&name)));
        }
        match known.order.front() {
            Some(&(at, _)) => drop(self.oldest.insert((at, name))),
            None => drop(self.channels.remove(channel)),
        }
    }
}

const REMEMBERED: Duration = Duration::from_secs(120);

/// The largest number of keys. They take about 100 MB with the longest keys, and half of that with usual ones.
const AT_MOST: usize = 500_000;

const PER_CHANNEL: usize = 10_000;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Keys, Outcome};

    const SENT: Outcome = Outcome { id: None, is_dropped: false };

    /// Returns which of the keys "0", "1" and so on are known.
    fn known(keys: &Keys, channel: &str, numbers: usize) -> Vec<usize> {
        (0..numbers).filter(|number| keys.outcome(channel, &number.to_string()).is_some()).collect()
    }

    fn remember(keys: &mut Keys, channel: &str, numbers: std::ops::Range<usize>) {
        for number in numbers {
            keys.remember(channel, &number.to_string(), SENT);
        }
    }

    #[test]
    fn a_key_is_known_for_two_minutes_and_then_removed_completely() {
        let mut keys = Keys::default();
        for second in 0..3 {
            keys.advance(Duration::from_secs(second));
            keys.remember("a", &second.to_string(), SENT);
        }
        keys.advance(Duration::from_millis(119_999));
        assert_eq!(known(&keys, "a", 3), [0, 1, 2]);
        keys.advance(Duration::from_secs(121));
        assert_eq!(known(&keys, "a", 3), [2]);
        assert_eq!(keys.outcome("b", "2"), None, "keys belong to a channel");
        keys.advance(Duration::from_secs(122));
        assert!(keys.channels.is_empty() && keys.oldest.is_empty() && keys.count == 0);
    }

    #[test]
    fn ten_thousand_keys_of_a_channel_are_known_however_many_other_channels_add() {
        let mut keys = Keys::default();
        remember(&mut keys, "quiet", 0..10_000);
        remember(&mut keys, "busy", 0..600_000);
        assert_eq!(known(&keys, "quiet", 10_000).len(), 10_000);
        assert_eq!(keys.count, 500_000);
        assert_eq!(known(&keys, "busy", 600_000), Vec::from_iter(110_000..600_000), "its own oldest went");
    }

    #[test]
    fn if_no_channel_has_many_keys_the_oldest_of_all_is_forgotten() {
        let mut keys = Keys::bounded(4, 10);
        for (second, channel) in [(0, "a"), (1, "b")] {
            keys.advance(Duration::from_secs(second));
            remember(&mut keys, channel, 0..3);
        }
        assert_eq!((known(&keys, "a", 3), known(&keys, "b", 3)), (vec![2], vec![0, 1, 2]));
    }
}
