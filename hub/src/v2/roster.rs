//! Presence: one entry for each user, however many sockets it has on the channel, and one for each anonymous socket.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde_json::value::RawValue;
use xano_realtime_protocol::frame::Permissions;

use crate::ConnectionId;
use crate::channel::PresencePoint;
use crate::presence::{Change, ChangeKind, Presence};

/// Who a socket is to presence, rate limits and direct messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Identity {
    User(Permissions),
    Anonymous(ConnectionId),
}

impl Identity {
    pub(super) fn of(id: ConnectionId, user: Option<Permissions>) -> Identity {
        user.map_or(Identity::Anonymous(id), Identity::User)
    }
}

/// The identities on a channel, in the order of their joins.
#[derive(Debug, Default)]
pub(super) struct Roster {
    entries: BTreeMap<u64, Entry>,
    numbers: HashMap<Identity, u64>,
    presence: Presence<u64>,
    last: u64,
}

#[derive(Debug)]
struct Entry {
    identity: Identity,
    /// The entry as encoded in frames.
    member: Arc<RawValue>,
    sockets: usize,
}

/// The change of a roster that the other members are told.
type Told = Option<Change>;

impl Roster {
    /// Adds a socket. Returns the change if no other socket of the same identity is here, and if it may be told at
    /// once.
    pub(super) fn add(
        &mut self,
        id: ConnectionId,
        identity: Identity,
        member: impl FnOnce() -> Arc<RawValue>,
        at: PresencePoint,
    ) -> Told {
        if let Some(entry) = self.numbers.get(&identity).and_then(|number| self.entries.get_mut(number)) {
            entry.sockets += 1;
            return None;
        }
        self.last += 1;
        let client = member();
        self.entries.insert(self.last, Entry { identity, member: Arc::clone(&client), sockets: 1 });
        self.numbers.insert(identity, self.last);
        let change = Change { kind: ChangeKind::Join, client, about: Some(id) };
        self.presence.came(self.last, self.entries.len(), at.named_at_most, at.now_ms, change)
    }

    /// Removes a socket. Returns the changes that may be told at once, if it was the last one of its identity. Another
    /// identity may take its place in the list.
    pub(super) fn remove(&mut self, id: ConnectionId, identity: Identity, at: PresencePoint) -> Vec<Change> {
        let Some(&number) = self.numbers.get(&identity) else {
            return Vec::new();
        };
        let Some(entry) = self.entries.get_mut(&number) else {
            return Vec::new();
        };
        entry.sockets -= 1;
        if entry.sockets > 0 {
            return Vec::new();
        }
        let change = Change { kind: ChangeKind::Leave, client: Arc::clone(&entry.member), about: Some(id) };
        self.entries.remove(&number);
        self.numbers.remove(&identity);
        let mut told: Vec<_> = self.presence.went(number, at.now_ms, change).into_iter().collect();
        if let Some(next) = self.presence.next_named(self.entries.len(), at.named_at_most)
            && let Some(entry) = self.entries.get(&next)
        {
            let change = Change { kind: ChangeKind::Join, client: Arc::clone(&entry.member), about: None };
            told.extend(self.presence.tell(next, at.now_ms, change));
        }
        told
    }

    /// Returns the list without one identity, as after its join, and the number of entries that the list does not name.
    /// (guess: presence-full-self)
    pub(super) fn without(&self, own: Identity) -> (Vec<&RawValue>, usize) {
        self.list(own, false)
    }

    /// Returns the list with one identity, as on its request, and the number of entries that the list does not name.
    pub(super) fn with(&self, own: Identity) -> (Vec<&RawValue>, usize) {
        self.list(own, true)
    }

    fn list(&self, own: Identity, shows_own: bool) -> (Vec<&RawValue>, usize) {
        let is_listed = |number: &u64, identity: Identity| match identity == own {
            true => shows_own,
            false => self.presence.names(number),
        };
        let listed = self.entries.iter().filter(|(number, entry)| is_listed(number, entry.identity));
        let members = listed.map(|(_, entry)| &*entry.member).chain(self.presence.leaving().map(|client| &**client));
        let is_own_unnamed = self.numbers.get(&own).is_some_and(|number| self.presence.is_unnamed(number));
        (members.collect(), self.presence.unnamed() - usize::from(is_own_unnamed))
    }

    /// Takes the waiting changes, which are due now.
    pub(super) fn take_pending(&mut self) -> impl Iterator<Item = Change> + use<> {
        self.presence.take_pending()
    }

    pub(super) fn is_pending(&self) -> bool {
        self.presence.is_pending()
    }
}
