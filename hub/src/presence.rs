//! Which members of a channel its presence list names, and when the others are told of a change.
//!
//! The list names a bounded number of members. The first changes of a channel are told at once; where they come fast,
//! they wait and leave together, ten times a second, and a member who came and went in between is not mentioned at all.
//! Until a change is told it is not in the list of a new member either: so list and changes always fit.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::value::RawValue;
use xano_realtime_protocol::frame::PresenceAction;

use super::ConnectionId;

/// What the members of one channel were told of each other. `K` names a member, and orders those who are not named.
#[derive(Debug)]
pub(super) struct Presence<K> {
    /// Members beyond the number that the list names.
    unnamed: BTreeSet<K>,
    /// Changes that nobody was told of yet.
    pending: BTreeMap<K, Change>,
    /// How many changes were told at once of late, and until when that was counted.
    told: u64,
    told_until_ms: u64,
}

/// A member came or went.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) action: PresenceAction,
    pub(super) client: Arc<RawValue>,
    /// The member's own socket, if it is on this server: it is not told.
    pub(super) about: Option<ConnectionId>,
}

impl<K> Default for Presence<K> {
    fn default() -> Presence<K> {
        Presence { unnamed: BTreeSet::new(), pending: BTreeMap::new(), told: 0, told_until_ms: 0 }
    }
}

impl<K: Ord + Clone> Presence<K> {
    /// A member came who is the channel's `members`-th. Returns the change if the others may be told at once.
    pub(super) fn came(&mut self, key: K, members: usize, at_most: usize, now_ms: u64, of: Change) -> Option<Change> {
        if members - self.unnamed.len() > at_most {
            self.unnamed.insert(key);
            return None;
        }
        self.tell(key, now_ms, of)
    }

    /// A member went. Returns the change if the others may be told at once.
    pub(super) fn went(&mut self, key: K, now_ms: u64, of: Change) -> Option<Change> {
        if self.unnamed.remove(&key) {
            return None;
        }
        self.tell(key, now_ms, of)
    }

    /// Where a place is free on the list, the first of those who are not named takes it.
    pub(super) fn next_named(&mut self, members: usize, at_most: usize) -> Option<K> {
        if members - self.unnamed.len() >= at_most {
            return None;
        }
        self.unnamed.pop_first()
    }

    /// Returns the change if the others may be told at once.
    pub(super) fn tell(&mut self, key: K, now_ms: u64, change: Change) -> Option<Change> {
        if self.pending.is_empty() && self.is_calm(now_ms) {
            return Some(change);
        }
        match self.pending.entry(key) {
            // A member who came and went, or went and came, is as before.
            std::collections::btree_map::Entry::Occupied(opposite) => drop(opposite.remove()),
            std::collections::btree_map::Entry::Vacant(place) => drop(place.insert(change)),
        }
        None
    }

    /// The changes that wait, to be told now.
    pub(super) fn take_pending(&mut self) -> impl Iterator<Item = Change> + use<K> {
        std::mem::take(&mut self.pending).into_values()
    }

    pub(super) fn is_pending(&self) -> bool {
        !self.pending.is_empty()
    }

    /// Whether the list that others get names this member.
    pub(super) fn names(&self, key: &K) -> bool {
        let is_coming = |change: &Change| change.action == PresenceAction::Join;
        !self.unnamed.contains(key) && !self.pending.get(key).is_some_and(is_coming)
    }

    /// Members who went and are still in the lists that others have.
    pub(super) fn leaving(&self) -> impl Iterator<Item = &Arc<RawValue>> {
        let leaving = self.pending.values().filter(|change| change.action == PresenceAction::Leave);
        leaving.map(|change| &change.client)
    }

    pub(super) fn is_unnamed(&self, key: &K) -> bool {
        self.unnamed.contains(key)
    }

    /// How many members the list does not name.
    pub(super) fn unnamed(&self) -> usize {
        self.unnamed.len()
    }

    /// Whether one more change may be told at once: a burst, then as many a second as batches would be.
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

/// How often changes that wait are told.
pub const BATCH_EVERY_MS: u64 = 100;

/// So many changes of a channel are told at once before the next have to wait.
const TOLD_AT_ONCE: u64 = 20;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::value::RawValue;
    use xano_realtime_protocol::frame::PresenceAction;

    use super::{Change, Presence, TOLD_AT_ONCE};

    fn change(action: PresenceAction) -> Change {
        Change { action, client: Arc::from(RawValue::from_string("{}".to_owned()).unwrap()), about: None }
    }

    #[test]
    fn a_member_who_comes_and_goes_again_and_again_is_told_of_a_bounded_number_of_times() {
        let mut presence = Presence::default();
        let mut told = 0;
        for now_ms in 0..1_000 {
            for action in [PresenceAction::Join, PresenceAction::Leave] {
                told += usize::from(presence.tell(1, now_ms, change(action)).is_some());
            }
            if now_ms % 100 == 99 {
                told += presence.take_pending().count();
            }
        }
        // A burst, then at most one at once and a batch of one every 100 ms.
        assert!(told as u64 <= TOLD_AT_ONCE + 20, "{told}");
    }

    #[test]
    fn beyond_the_bound_members_are_not_named_until_a_place_is_free() {
        let mut presence = Presence::default();
        let come = |presence: &mut Presence<u8>, key, members| {
            presence.came(key, members, 2, 0, change(PresenceAction::Join)).is_some()
        };
        assert_eq!([1, 2, 3, 4].map(|key| come(&mut presence, key, key.into())), [true, true, false, false]);
        assert_eq!([1, 2, 3, 4].map(|key| presence.names(&key)), [true, true, false, false]);
        assert!(presence.went(4, 0, change(PresenceAction::Leave)).is_none(), "was not named");
        assert_eq!(presence.next_named(3, 2), None, "no place is free");
        assert!(presence.went(1, 0, change(PresenceAction::Leave)).is_some());
        assert_eq!(presence.next_named(2, 2), Some(3));
        assert!(presence.names(&3));
    }
}
