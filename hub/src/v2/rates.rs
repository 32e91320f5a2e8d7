//! How much each identity sends to each channel: so many messages in the minute after the first of them.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use super::refusal::Refusal;
use super::roster::Identity;

/// The minutes that have begun and are not over. Leaving a channel, or the end of a socket, ends none of them. Their number
/// is bounded: sockets that come and go would take memory without end, and the oldest minute is nearly over.
#[derive(Debug, Default)]
pub(super) struct Rates {
    minutes: HashMap<(Arc<str>, Identity), Minute>,
    /// The keys of `minutes` with their ends, oldest first.
    ends: VecDeque<(u64, (Arc<str>, Identity))>,
}

#[derive(Debug)]
struct Minute {
    ends_ms: u64,
    messages: u32,
}

impl Rates {
    /// Counts a message, unless the identity has sent as many as the channel allows. (guess: rate-limit)
    pub(super) fn take(
        &mut self,
        channel: &Arc<str>,
        identity: Identity,
        limit: u32,
        now_ms: u64,
    ) -> Result<(), Refusal> {
        self.forget_ended(now_ms);
        let key = (Arc::clone(channel), identity);
        match self.minutes.get_mut(&key) {
            Some(minute) if minute.messages >= limit => {
                Err(Refusal::RateLimited { limit, retry_after: (minute.ends_ms - now_ms).div_ceil(1_000) })
            }
            Some(minute) => {
                minute.messages += 1;
                Ok(())
            }
            None => {
                if self.ends.len() >= MINUTES_AT_MOST
                    && let Some((_, oldest)) = self.ends.pop_front()
                {
                    self.minutes.remove(&oldest);
                }
                let ends_ms = now_ms + MINUTE_MS;
                self.ends.push_back((ends_ms, key.clone()));
                self.minutes.insert(key, Minute { ends_ms, messages: 1 });
                Ok(())
            }
        }
    }

    fn forget_ended(&mut self, now_ms: u64) {
        while let Some((_, key)) = self.ends.pop_front_if(|(ends_ms, _)| *ends_ms <= now_ms) {
            self.minutes.remove(&key);
        }
    }
}

const MINUTE_MS: u64 = 60_000;

/// The number of minutes that are counted at the same time: some 100 MB.
const MINUTES_AT_MOST: usize = 500_000;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::Rates;
    use crate::ConnectionId;
    use crate::v2::Refusal;
    use crate::v2::roster::Identity;

    #[test]
    fn an_identity_sends_so_many_messages_in_a_minute_and_learns_when_to_go_on() {
        let mut rates = Rates::default();
        let (channel, jill): (Arc<str>, _) = ("rt/talk".into(), Identity::Anonymous(ConnectionId::new(1)));
        assert_eq!([0, 10, 20].map(|now_ms| rates.take(&channel, jill, 2, now_ms).is_ok()), [true, true, false]);
        assert_eq!(rates.take(&channel, jill, 2, 50_001), Err(Refusal::RateLimited { limit: 2, retry_after: 10 }));
        assert!(rates.take(&channel, Identity::Anonymous(ConnectionId::new(2)), 2, 20).is_ok(), "another identity");
        assert!(rates.take(&"rt/other".into(), jill, 2, 20).is_ok(), "another channel");
        assert!(rates.take(&channel, jill, 2, 60_000).is_ok(), "another minute");
    }

    #[test]
    fn the_number_of_minutes_is_bounded_and_the_oldest_go_first() {
        let mut rates = Rates::default();
        let channel: Arc<str> = "rt/talk".into();
        let jill = |number| Identity::Anonymous(ConnectionId::new(number));
        for number in 0..=super::MINUTES_AT_MOST as u64 {
            rates.take(&channel, jill(number), 1, 0).unwrap();
        }
        assert_eq!((rates.minutes.len(), rates.ends.len()), (super::MINUTES_AT_MOST, super::MINUTES_AT_MOST));
        assert!(rates.take(&channel, jill(1), 1, 0).is_err());
        assert!(rates.take(&channel, jill(0), 1, 0).is_ok(), "forgotten");
    }

    #[test]
    fn minutes_that_are_over_take_no_memory() {
        let mut rates = Rates::default();
        let channel: Arc<str> = "rt/talk".into();
        for number in 0..10_000 {
            let jill = Identity::Anonymous(ConnectionId::new(number));
            rates.take(&channel, jill, 2, number * 100).unwrap();
        }
        assert_eq!((rates.minutes.len(), rates.ends.len()), (600, 600));
    }
}
