//! What a room knows of the others that have it, and how it makes up for what it missed.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use serde_json::value::RawValue;
use xano_realtime_protocol::frame::PresenceAction;

use super::history::{Bounds, History};
use super::notice::{Entry, Known};
use super::presence::Change;
use super::room::Room;
use super::shared::Snapshot;
use super::{ConnectionId, Delivery, Refusal};

/// What a room knows of the others that have it.
#[derive(Debug, Default)]
pub(super) struct Share {
    /// Empty until it is known how the channel stands.
    epoch: Box<str>,
    pub(super) version: u64,
    /// Everybody, as far as all servers know: those here whose coming was not told yet are not among them.
    present: BTreeMap<String, Known>,
    /// Those here who are about to join, when all servers know of them.
    pub(super) waiting: BTreeSet<ConnectionId>,
    /// `None` where it knows how the channel stands.
    pub(super) behind: Option<Behind>,
}

/// It is asked how a channel stands.
#[derive(Debug)]
pub(super) struct Behind {
    /// Which answer counts: there may be older ones on their way.
    pub(super) question: u64,
    /// What happened since.
    pub(super) notices: Vec<Box<str>>,
}

impl Share {
    /// Of a new room.
    pub(super) fn asked(behind: Behind) -> Share {
        Share { behind: Some(behind), ..Share::default() }
    }

    pub(super) fn epoch(&self) -> &str {
        &self.epoch
    }

    /// Whether somebody with that socket id is on the channel, and then if they are authenticated.
    pub(super) fn knows(&self, socket_id: &str) -> Option<bool> {
        self.present.get(socket_id).map(|known| known.authenticated)
    }

    /// Everybody in the order in which they came, and somebody who is new.
    pub(super) fn present<'a>(&'a self, newcomer: Option<&'a RawValue>) -> (Vec<&'a RawValue>, usize) {
        let mut known: Vec<_> = self.present.values().collect();
        known.sort_unstable_by_key(|known| known.since);
        let mut present: Vec<_> = known.into_iter().map(|known| &*known.client).collect();
        present.extend(newcomer.filter(|newcomer| !present.iter().any(|client| client.get() == newcomer.get())));
        (present, 0)
    }
}

impl Room {
    /// What was said that has not arrived.
    pub(super) fn catch_up(&mut self, channel: &str, snapshot: &Snapshot, node: &str, bounds: Bounds) -> Vec<Delivery> {
        let Some(share) = &mut self.share else {
            return Vec::new();
        };
        let is_first = share.epoch.is_empty();
        let is_continued = share.epoch == snapshot.epoch;
        let seen = self.history.newest();
        let is_kept = |seen| snapshot.entries.iter().any(|&(id, _)| Some(id) == seen);
        let is_all_kept = snapshot.said <= snapshot.entries.len() as u64;
        let has_seen_some = if seen.is_none() { is_all_kept } else { is_kept(seen) };
        let is_complete = is_continued && (seen == snapshot.newest || has_seen_some);
        let mut deliveries = Vec::new();
        if !is_continued {
            share.epoch = snapshot.epoch.clone();
            self.history = History::after(None);
        }
        let first = snapshot.entries.first().map(|&(id, _)| id);
        if !is_first && !is_complete {
            deliveries.extend(self.tell_all(channel, &Refusal::Gap));
        }
        if self.history.newest().is_none() && !is_all_kept {
            // Some of it is not kept any more; which, nobody knows.
            self.history = History::after(first.or(snapshot.newest));
        }
        for (id, entry) in &snapshot.entries {
            if Some(*id) <= self.history.newest() {
                continue;
            }
            match serde_json::from_str::<Entry<'_>>(entry) {
                Ok(entry) => {
                    let taken = self.take_in(channel, *id, &entry.said, entry.sender(node), bounds);
                    // Of another epoch all that is kept is asked for, and some of it may have been heard.
                    deliveries.extend(taken.into_iter().filter(|_| Some(*id) > seen));
                }
                Err(_) => tracing::error!(channel, "a kept message is not understood"),
            }
        }
        deliveries
    }

    /// Who is on the channel.
    pub(super) fn meet(
        &mut self,
        channel: &str,
        snapshot: &Snapshot,
        by_socket_id: &HashMap<String, ConnectionId>,
    ) -> Vec<Delivery> {
        let Some(share) = &mut self.share else {
            return Vec::new();
        };
        share.version = snapshot.version;
        let there: HashSet<_> = snapshot.members.iter().map(|(socket_id, _)| socket_id).collect();
        let gone: Vec<_> = share.present.keys().filter(|socket_id| !there.contains(socket_id)).cloned().collect();
        let mut deliveries: Vec<_> = gone
            .iter()
            .filter_map(|socket_id| self.miss_one(channel, socket_id, by_socket_id.get(socket_id).copied()))
            .collect();
        for (socket_id, member) in &snapshot.members {
            let about = by_socket_id.get(socket_id).copied();
            deliveries.extend(self.meet_one(channel, socket_id.clone(), member, about));
        }
        deliveries
    }

    /// Tells the others; never the one it is about, who may be here.
    pub(super) fn meet_one(
        &mut self,
        channel: &str,
        socket_id: String,
        member: &str,
        about: Option<ConnectionId>,
    ) -> Option<Delivery> {
        let known: Known = serde_json::from_str(member).ok()?;
        let client = Arc::clone(&known.client);
        let is_new = self.share.as_mut()?.present.insert(socket_id, known).is_none();
        is_new.then(|| self.tell(channel, Change { action: PresenceAction::Join, client, about })).flatten()
    }

    /// Tells the others; not the one it is about, who may be here, and is soon to be known again.
    pub(super) fn miss_one(&mut self, channel: &str, socket_id: &str, about: Option<ConnectionId>) -> Option<Delivery> {
        let known = self.share.as_mut()?.present.remove(socket_id)?;
        self.tell(channel, Change { action: PresenceAction::Leave, client: known.client, about })
    }

    fn tell_all(&self, channel: &str, why: &Refusal) -> Option<Delivery> {
        let to = self.audience(false);
        (!to.is_empty()).then(|| Delivery::refusal_to_all(to, channel, why))
    }
}
