//! The presence list of a channel: which members it names, and when updates are sent.
//!
//! The list names a bounded number of members. The first updates of a channel are sent at once. Further rapid updates
//! wait and are sent in batches, ten times a second; a member that joins and leaves within one batch is never
//! mentioned. A new member's list does not contain waiting changes either, so lists and updates always agree.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::value::RawValue;

use super::ConnectionId;

/// The presence state that the members of one channel have seen. `K` identifies a member and defines the order in which
/// unnamed members move up.
#[derive(Debug)]
pub(super) struct Presence<K> {
    /// Members beyond the bound, which the list does not name.
    unnamed: BTreeSet<K>,
    /// Updates that wait for the next batch.
    pending: BTreeMap<K, Change>,
    /// The number of updates recently sent at once, and the time up to which it has drained.
    told: u64,
    told_until_ms: u64,
}

/// A presence update: one join or leave.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) kind: ChangeKind,
    pub(super) client: Arc<RawValue>,
    /// The member's own socket, if it is on this server. It does not receive the update.
    pub(super) about: Option<ConnectionId>,
}

/// The kind of a presence update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ChangeKind {
    Join,
    Leave,
}

impl<K> Default for Presence<K> {
    fn default() -> Presence<K> {
        Presence { unnamed: BTreeSet::new(), pending: BTreeMap::new(), told: 0, told_until_ms: 0 }
    }
}

impl<K: Ord + Clone> Presence<K> {
    /// Records the join of the channel's `members`-th member. Returns the update if it may be sent at once.
    pub(super) fn came(&mut self, key: K, members: usize, at_most: usize, now_ms: u64, of: Change) -> Option<Change> {
        if members - self.unnamed.len() > at_most {
            self.unnamed.insert(key);
            return None;
        }
        self.tell(key, now_ms, of)
    }

    /// Records that a member left. Returns the update if it may be sent at once.
    pub(super) fn went(&mut self, key: K, now_ms: u64, of: Change) -> Option<Change> {
        if self.unnamed.remove(&key) {
            return None;
        }
        self.tell(key, now_ms, of)
    }

    /// Returns the next unnamed member, if the list has a free place for it.
    pub(super) fn next_named(&mut self, members: usize, at_most: usize) -> Option<K> {
        if members - self.unnamed.len() >= at_most {
            return None;
        }
        self.unnamed.pop_first()
    }

    /// Queues an update, or returns it if it may be sent at once.
    pub(super) fn tell(&mut self, key: K, now_ms: u64, change: Change) -> Option<Change> {
        if self.pending.is_empty() && self.is_calm(now_ms) {
            return Some(change);
        }
        match self.pending.entry(key) {
            // A join and a leave of the same member cancel out.
            std::collections::btree_map::Entry::Occupied(opposite) => drop(opposite.remove()),
            std::collections::btree_map::Entry::Vacant(place) => drop(place.insert(change)),
        }
        None
    }

    /// Takes the waiting updates, which are due now.
    pub(super) fn take_pending(&mut self) -> impl Iterator<Item = Change> + use<K> {
        std::mem::take(&mut self.pending).into_values()
    }

    pub(super) fn is_pending(&self) -> bool {
        !self.pending.is_empty()
    }

    /// Returns whether the list that other members see names this member.
    pub(super) fn names(&self, key: &K) -> bool {
        let is_coming = |change: &Change| change.kind == ChangeKind::Join;
        !self.unnamed.contains(key) && !self.pending.get(key).is_some_and(is_coming)
    }

    /// Returns members that have left but are still in the lists that other members have.
    pub(super) fn leaving(&self) -> impl Iterator<Item = &Arc<RawValue>> {
        let leaving = self.pending.values().filter(|change| change.kind == ChangeKind::Leave);
        leaving.map(|change| &change.client)
    }

    pub(super) fn is_unnamed(&self, key: &K) -> bool {
        self.unnamed.contains(key)
    }

    /// Returns the number of members that the list does not name.
    pub(super) fn unnamed(&self) -> usize {
        self.unnamed.len()
    }

    /// Returns whether one more update may be sent at once: a burst, then as many per second as there are batches.
    fn is_calm(&mut self, now_ms: u64) -> bool {
        let drained = now_ms.saturating_sub(self.told_until_ms) / BATCH_EVERY_MS;
        self.told = self.told.saturating_sub(drained);
        if drained > 0 {
            self.told_until_ms = now_ms;
        }
        let is_calm = self.told < TOLD_AT_ONCE;
        self.told += u64::from(is_calm);
        is_calm
    }
}

/// The interval between batches.
pub const BATCH_EVERY_MS: u64 = 100;

/// The number of updates of a channel that may be sent at once.
const TOLD_AT_ONCE: u64 = 20;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::value::RawValue;

    use super::{Change, ChangeKind, Presence, TOLD_AT_ONCE};

    fn change(kind: ChangeKind) -> Change {
        Change { kind, client: Arc::from(RawValue::from_string("{}".to_owned()).unwrap()), about: None }
    }

    #[test]
    fn rapid_joins_and_leaves_of_one_member_produce_a_bounded_number_of_updates() {
        let mut presence = Presence::default();
        let mut told = 0;
        for now_ms in 0..1_000 {
            for kind in [ChangeKind::Join, ChangeKind::Leave] {
                told += usize::from(presence.tell(1, now_ms, change(kind)).is_some());
            }
            if now_ms % 100 == 99 {
                told += presence.take_pending().count();
            }
        }
        // The bound is a burst, then at most one update at once and one in each batch, every 100 ms.
        assert!(told as u64 <= TOLD_AT_ONCE + 20, "{told}");
    }

    #[test]
    fn members_beyond_the_bound_are_not_named_until_a_place_is_free() {
        let mut presence = Presence::default();
        let come = |presence: &mut Presence<u8>, key, members| {
            presence.came(key, members, 2, 0, change(ChangeKind::Join)).is_some()
        };
        assert_eq!([1, 2, 3, 4].map(|key| come(&mut presence, key, key.into())), [true, true, false, false]);
        assert_eq!([1, 2, 3, 4].map(|key| presence.names(&key)), [true, true, false, false]);
        assert!(presence.went(4, 0, change(ChangeKind::Leave)).is_none(), "was not named");
        assert_eq!(presence.next_named(3, 2), None, "no place is free");
        assert!(presence.went(1, 0, change(ChangeKind::Leave)).is_some());
        assert_eq!(presence.next_named(2, 2), Some(3));
        assert!(presence.names(&3));
    }
}
