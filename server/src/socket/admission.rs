//! Limits how many sockets may be open, in total and per IP address.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::settings::Limits;

/// The counts of open sockets and their limits.
#[derive(Debug)]
pub(crate) struct Admission {
    counts: Mutex<Counts>,
    connections: usize,
    connections_per_ip: usize,
}

#[derive(Debug, Default)]
struct Counts {
    total: usize,
    /// Contains only addresses that have an open socket.
    by_ip: HashMap<IpAddr, usize>,
}

/// The permit of one open socket. Dropping it lowers the counts again.
#[derive(Debug)]
pub(crate) struct Place {
    admission: Arc<Admission>,
    ip: IpAddr,
}

/// The limit that a new socket would exceed.
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

/// Returns the address under which a client is counted: an IPv4 address in full, an IPv6 address without its last 64
/// bits, because one client can use all addresses of such a network.
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
    fn sockets_are_counted_in_total_and_per_address_and_dropping_a_place_frees_it() {
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
