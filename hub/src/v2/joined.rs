//! The channels that a socket has joined.

use std::sync::Arc;

use super::connection::Address;

/// The keys of the joined channels, in the order of their names. There may be very many sockets, most of them on a few
/// channels: a sorted list takes a quarter of the memory of a map.
#[derive(Debug)]
pub(super) struct Joined {
    /// The length of what all keys begin with: the address of the socket, and a slash.
    prefix: usize,
    keys: Vec<Arc<str>>,
}

impl Joined {
    /// Creates the empty list of a socket at this address.
    pub(super) fn at(address: &Address) -> Joined {
        Joined { prefix: address.key("").len(), keys: Vec::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    /// Returns the key of a joined channel.
    pub(super) fn get(&self, channel: &str) -> Option<&Arc<str>> {
        self.position(channel).ok().and_then(|at| self.keys.get(at))
    }

    /// Adds a channel by its key, unless it is there.
    pub(super) fn insert(&mut self, key: &Arc<str>) {
        if let Err(at) = self.position(self.name_in(key)) {
            self.keys.insert(at, Arc::clone(key));
        }
    }

    /// Removes a channel. Returns its key if it was there.
    pub(super) fn remove(&mut self, channel: &str) -> Option<Arc<str>> {
        self.position(channel).ok().map(|at| self.keys.remove(at))
    }

    /// Removes all channels. Returns their keys.
    pub(super) fn take(&mut self) -> Vec<Arc<str>> {
        std::mem::take(&mut self.keys)
    }

    /// Returns where the channel is, or where it belongs.
    fn position(&self, channel: &str) -> Result<usize, usize> {
        self.keys.binary_search_by(|key| self.name_in(key).cmp(channel))
    }

    fn name_in<'a>(&self, key: &'a str) -> &'a str {
        key.get(self.prefix..).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::Joined;
    use crate::v2::Address;

    #[test]
    fn a_channel_is_found_by_its_name_until_it_is_removed() {
        let address = Address::parse("acme:rtmain01");
        let mut joined = Joined::at(&address);
        for name in ["b", "a", "c", "b"] {
            joined.insert(&Arc::from(address.key(name)));
        }
        assert_eq!(joined.len(), 3);
        assert_eq!(joined.get("b").map(|key| &**key), Some("acme:rtmain01/b"));
        assert_eq!(joined.remove("b").as_deref(), Some("acme:rtmain01/b"));
        assert_eq!((joined.remove("b"), joined.get("b")), (None, None));
        assert_eq!(joined.take().iter().map(|key| &**key).collect::<Vec<_>>(), ["acme:rtmain01/a", "acme:rtmain01/c"]);
        assert_eq!(joined.len(), 0);
    }
}
