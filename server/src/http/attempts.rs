//! A rate limit per address or account: token buckets in a map of bounded size.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Token buckets by key. Each admits a burst at once, then one attempt per `interval`.
#[derive(Debug)]
pub(crate) struct Attempts<K> {
    /// The time when the bucket of each key is empty again. Empty buckets may be removed from the map.
    empty_at: Mutex<HashMap<K, Instant>>,
    burst: u32,
    interval: Duration,
}

/// An attempt was refused. The next one is admitted after `retry_after`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooMany {
    pub(crate) retry_after: Duration,
}

impl<K: Clone + Eq + Hash> Attempts<K> {
    pub(crate) fn new(burst: u32, interval: Duration) -> Attempts<K> {
        Attempts { empty_at: Mutex::default(), burst, interval }
    }

    /// Counts one attempt. Fails if there were too many.
    pub(crate) fn count(&self, key: &K, now: Instant) -> Result<(), TooMany> {
        let mut buckets = self.empty_at.lock().unwrap_or_else(PoisonError::into_inner);
        let filled = self.filled(buckets.get(key), now)?;
        if !buckets.contains_key(key) && buckets.len() >= KEYS {
            forget_some(&mut buckets, now);
        }
        buckets.insert(key.clone(), filled);
        Ok(())
    }

    /// Returns whether an attempt would be admitted now, without counting it.
    pub(crate) fn check(&self, key: &K, now: Instant) -> Result<(), TooMany> {
        let buckets = self.empty_at.lock().unwrap_or_else(PoisonError::into_inner);
        self.filled(buckets.get(key), now).map(drop)
    }

    /// Returns the time when the bucket would be empty again after one more attempt.
    fn filled(&self, empty_at: Option<&Instant>, now: Instant) -> Result<Instant, TooMany> {
        let filled = empty_at.map_or(now, |&empty_at| empty_at.max(now)) + self.interval;
        match filled.duration_since(now).checked_sub(self.interval * self.burst) {
            None | Some(Duration::ZERO) => Ok(filled),
            Some(retry_after) => Err(TooMany { retry_after }),
        }
    }
}

/// Removes the empty buckets. If none is empty, removes the one that will be empty first.
fn forget_some<K: Clone + Eq + Hash>(buckets: &mut HashMap<K, Instant>, now: Instant) {
    buckets.retain(|_, empty_at| *empty_at > now);
    if buckets.len() >= KEYS
        && let Some(first) = buckets.iter().min_by_key(|(_, empty_at)| **empty_at).map(|(key, _)| key.clone())
    {
        buckets.remove(&first);
    }
}

/// The part of an IP address that identifies one client: all of an IPv4 address, the first 64 bits of an IPv6 address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ClientNetwork(IpAddr);

impl From<IpAddr> for ClientNetwork {
    fn from(ip: IpAddr) -> ClientNetwork {
        ClientNetwork(match ip.to_canonical() {
            IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64).into(),
            v4 @ IpAddr::V4(_) => v4,
        })
    }
}

/// The size of the map. With addresses as keys, it takes less than a megabyte.
const KEYS: usize = 10_000;

#[cfg(test)]
mod tests {
    use std::net::IpAddr;
    use std::time::{Duration, Instant};

    use super::{Attempts, ClientNetwork, KEYS, TooMany};

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn each_key_has_a_burst_of_attempts_and_then_one_per_interval() {
        let attempts = Attempts::new(3, 10 * SECOND);
        let start = Instant::now();
        let passed = |at| (0..10).filter(|_| attempts.count(&"jill", at).is_ok()).count();
        assert_eq!(passed(start), 3);
        let retry_after = 9 * SECOND;
        assert_eq!(attempts.check(&"jill", start + SECOND), Err(TooMany { retry_after }));
        assert_eq!(attempts.check(&"jack", start), Ok(()));
        assert_eq!(passed(start + 20 * SECOND), 2);
        assert_eq!(passed(start + 3600 * SECOND), 3, "no more than a burst");
    }

    #[test]
    fn the_number_of_keys_is_bounded_and_empty_buckets_are_removed_first() {
        let attempts = Attempts::new(3, SECOND);
        let start = Instant::now();
        for key in 0..KEYS + 100 {
            attempts.count(&key, start + Duration::from_nanos(key as u64)).unwrap();
        }
        assert_eq!(attempts.empty_at.lock().unwrap().len(), KEYS);
        attempts.count(&KEYS, start + SECOND / 2).unwrap();
        attempts.count(&(2 * KEYS), start + 3600 * SECOND).unwrap();
        assert_eq!(attempts.empty_at.lock().unwrap().len(), 1);
    }

    #[test]
    fn a_client_is_one_ipv4_address_or_one_ipv6_network() {
        let network = |ip: &str| ClientNetwork::from(ip.parse::<IpAddr>().unwrap());
        assert_eq!(network("10.0.0.1"), network("::ffff:10.0.0.1"));
        assert_ne!(network("10.0.0.1"), network("10.0.0.2"));
        assert_eq!(network("2001:db8:0:1::1"), network("2001:db8:0:1:ffff::2"));
        assert_ne!(network("2001:db8:0:1::1"), network("2001:db8:0:2::1"));
    }
}
