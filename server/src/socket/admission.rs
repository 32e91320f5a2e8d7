//! How many sockets may be open, in all and from one address.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::settings::Limits;

/// Counts the open sockets.
#[derive(Debug)]
pub(crate) struct Admission {
    counts: Mutex<Counts>,
    connections: usize,
    connections_per_ip: usize,
}

#[derive(Debug, Default)]
struct Counts {
    total: usize,
    /// Only addresses with an open socket.
    by_ip: HashMap<IpAddr, usize>,
}

/// A place for one socket; free again when it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    admission: Arc<Admission>,
    ip: IpAddr,
}

/// Why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Full {
    InAll,
    ForThisAddress,
}

impl Admission {
    pub(crate) fn new(limits: &Limits) -> Admission {
        let &Limits { connections, connections_per_ip, .. } = limits;
        Admission { counts: Mutex::default(), connections, connections_per_ip }
    }

    pub(crate) fn admit(self: &Arc<Self>, ip: IpAddr) -> Result<Place, Full> {
        let ip = counted_address(ip);
        let mut counts = self.counts();
        if counts.total >= self.connections {
            return Err(Full::InAll);
        }
        if counts.by_ip.get(&ip).is_some_and(|&count| count >= self.connections_per_ip) {
            return Err(Full::ForThisAddress);
        }
        counts.total += 1;
        *counts.by_ip.entry(ip).or_default() += 1;
        Ok(Place { admission: Arc::clone(self), ip })
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is counted as one address: in IPv6 a network of 64 bits, which one client has as its own.
pub(crate) fn counted_address(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits() & !u128::from(u64::MAX)).into(),
        ip => ip,
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.admission.counts();
        counts.total -= 1;
        if let Some(count) = counts.by_ip.get_mut(&self.ip) {
            *count -= 1;
            if *count == 0 {
                counts.by_ip.remove(&self.ip);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;
    use std::sync::Arc;

    use super::{Admission, Full};
    use crate::Limits;

    #[test]
    fn places_are_counted_in_all_and_by_address_and_are_free_again_when_dropped() {
        let limits = Limits { connections: 3, connections_per_ip: 2, ..Limits::default() };
        let admission = Arc::new(Admission::new(&limits));
        let [jill, jill_in_v6, jack] = ["127.0.0.1", "::ffff:127.0.0.1", "::1"].map(|ip| ip.parse::<IpAddr>().unwrap());
        let first = admission.admit(jill).unwrap();
        let second = admission.admit(jill_in_v6).unwrap();
        assert_eq!(admission.admit(jill).err(), Some(Full::ForThisAddress));
        let third = admission.admit(jack).unwrap();
        assert_eq!(admission.admit(jack).err(), Some(Full::InAll));
        drop(first);
        let again = admission.admit(jill).unwrap();
        drop((second, third, again));
        assert!(admission.counts().by_ip.is_empty());
        assert_eq!(admission.counts().total, 0);
    }

    #[test]
    fn addresses_of_one_ipv6_network_count_as_one() {
        let limits = Limits { connections_per_ip: 1, ..Limits::default() };
        let admission = Arc::new(Admission::new(&limits));
        let [jill, jill_again, jack] =
            ["2001:db8::1", "2001:db8::ffff:0:0:2", "2001:db8:0:1::1"].map(|ip| ip.parse::<IpAddr>().unwrap());
        let _place = admission.admit(jill).unwrap();
        assert_eq!(admission.admit(jill_again).err(), Some(Full::ForThisAddress));
        assert!(admission.admit(jack).is_ok());
    }
}
