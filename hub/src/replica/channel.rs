//! The replica of one channel, and how it catches up with the shared log.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use serde_json::value::RawValue;

use crate::channel::{Channel, PresencePoint};
use crate::history::{Bounds, History};
use crate::presence::{Change, ChangeKind, Presence};
use crate::replica::event::{Entry, RemoteMember};
use crate::replica::request::Snapshot;
use crate::replica::row::Row;
use crate::{ConnectionId, Hub, Output, Refusal};

/// The state of a replicated channel on this server.
#[derive(Debug)]
pub(crate) struct ChannelReplica {
    /// The row that applies to the channel, as Redis knows it.
    pub(crate) row: Arc<Row>,
    /// Empty until the first snapshot has arrived.
    epoch: Box<str>,
    pub(crate) version: u64,
    /// All members that the shared log lists. Local members whose join has not come back as a replica event are not
    /// among them.
    present: BTreeMap<String, RemoteMember>,
    /// The presence state that the local members have seen.
    pub(crate) presence: Presence<String>,
    /// Local clients whose join waits for its replica event.
    pub(crate) waiting: BTreeSet<ConnectionId>,
    /// The open request for a snapshot; `None` if the replica is up to date.
    pub(crate) catch_up: Option<CatchUp>,
}

/// An open request for the state of a channel.
#[derive(Debug)]
pub(crate) struct CatchUp {
    /// The number of the request. Answers to earlier requests are ignored.
    pub(crate) question: u64,
    /// The replica events that have arrived since the request.
    notices: Vec<Box<str>>,
    bytes: usize,
    is_overrun: bool,
}

impl CatchUp {
    pub(crate) fn asked(question: u64) -> CatchUp {
        CatchUp { question, notices: Vec::new(), bytes: 0, is_overrun: false }
    }

    /// Keeps a replica event until the snapshot has arrived. If there are too many, drops all of them and requests one
    /// more snapshot, which contains their effect.
    pub(crate) fn hear(&mut self, channel: &str, notice: Box<str>) {
        if self.is_overrun {
            return;
        }
        self.bytes += notice.len();
        if self.bytes <= MAX_CATCH_UP_BYTES {
            self.notices.push(notice);
            return;
        }
        tracing::debug!(channel, "too many replica events wait for a snapshot; another one is requested");
        self.notices = Vec::new();
        self.is_overrun = true;
    }

    pub(crate) fn is_overrun(&self) -> bool {
        self.is_overrun
    }

    pub(crate) fn into_notices(self) -> Vec<Box<str>> {
        self.notices
    }
}

impl ChannelReplica {
    /// Creates the replica of a new channel, which waits for its first snapshot.
    pub(crate) fn asked(row: Arc<Row>, catch_up: CatchUp) -> ChannelReplica {
        ChannelReplica {
            row,
            epoch: Box::default(),
            version: 0,
            present: BTreeMap::new(),
            presence: Presence::default(),
            waiting: BTreeSet::new(),
            catch_up: Some(catch_up),
        }
    }

    pub(crate) fn epoch(&self) -> &str {
        &self.epoch
    }

    /// Returns whether the member with this socket id is authenticated; `None` if there is no such member.
    pub(crate) fn knows(&self, socket_id: &str) -> Option<bool> {
        self.present.get(socket_id).map(|known| known.authenticated)
    }

    /// Returns the members that the list names, in the order of their joins and always with the reader, and the number
    /// of members that it does not name.
    pub(crate) fn present<'a>(&'a self, reader: Option<&'a RawValue>) -> (Vec<&'a RawValue>, usize) {
        let is_reader = |client: &RawValue| reader.is_some_and(|reader| reader.get() == client.get());
        let listed = self.present.iter().filter(|(id, known)| self.presence.names(id) || is_reader(&known.client));
        let mut listed: Vec<_> = listed.map(|(_, known)| known).collect();
        listed.sort_unstable_by_key(|known| known.since);
        let mut present: Vec<_> = listed.into_iter().map(|known| &*known.client).collect();
        present.extend(reader.filter(|_| !present.iter().any(|client| is_reader(client))));
        present.extend(self.presence.leaving().map(|client| &**client));
        let is_unnamed =
            |(id, known): (&String, &RemoteMember)| self.presence.is_unnamed(id) && is_reader(&known.client);
        let named_reader = self.presence.unnamed() > 0 && self.present.iter().any(is_unnamed);
        (present, self.presence.unnamed() - usize::from(named_reader))
    }
}

impl Hub {
    pub(crate) fn channel_replica(&mut self, channel: &str) -> Option<&mut ChannelReplica> {
        self.channels.get_mut(channel)?.replica.as_mut()
    }

    /// Returns the clients whose join waits for its replica event.
    pub(crate) fn waiting_for_log(&self, channel: &str) -> Vec<ConnectionId> {
        let channel_replica = self.channels.get(channel).and_then(|state| state.replica.as_ref());
        channel_replica.into_iter().flat_map(|channel_replica| &channel_replica.waiting).copied().collect()
    }
}

impl Channel {
    /// Replays the entries of a snapshot that this replica has missed. Sends the members a gap if some are lost.
    pub(crate) fn catch_up(&mut self, channel: &str, snapshot: &Snapshot, node: &str, bounds: Bounds) -> Vec<Output> {
        let Some(channel_replica) = &mut self.replica else {
            return Vec::new();
        };
        let is_first = channel_replica.epoch.is_empty();
        let is_continued = channel_replica.epoch == snapshot.epoch;
        let seen = self.history.newest();
        let is_kept = |seen| snapshot.entries.iter().any(|&(id, _)| Some(id) == seen);
        let is_all_kept = snapshot.said <= snapshot.entries.len() as u64;
        let has_seen_some = if seen.is_none() { is_all_kept } else { is_kept(seen) };
        let is_complete = is_continued && (seen == snapshot.newest || has_seen_some);
        let mut deliveries = Vec::new();
        if !is_continued {
            channel_replica.epoch = snapshot.epoch.clone();
            self.history = History::after(None);
        }
        let first = snapshot.entries.first().map(|&(id, _)| id);
        if !is_first && !is_complete {
            deliveries.extend(self.tell_all(channel, &Refusal::Gap));
        }
        if self.history.newest().is_none() {
            // If Redis does not know the newest missing entry, it may be any entry before the oldest kept one.
            let lost = snapshot.hidden.or(if is_all_kept { None } else { first.or(snapshot.newest) });
            self.history = History::after(lost);
        }
        for (id, entry) in &snapshot.entries {
            if Some(*id) <= self.history.newest() {
                continue;
            }
            match serde_json::from_str::<Entry<'_>>(entry) {
                Ok(entry) => {
                    let taken = self.append(channel, *id, &entry.said, entry.sender(node), bounds);
                    // After a change of epoch the snapshot contains all kept entries, and members have received some of
                    // them before.
                    deliveries.extend(taken.into_iter().filter(|_| Some(*id) > seen));
                }
                Err(_) => tracing::error!(channel, "an entry of the shared log is malformed"),
            }
        }
        self.agree(snapshot, bounds);
        deliveries
    }

    /// Removes the messages that the history no longer shows, and adopts the newest id even if its message is not kept.
    fn agree(&mut self, snapshot: &Snapshot, bounds: Bounds) {
        if self.history.newest() < snapshot.newest {
            self.history = History::after(snapshot.newest);
        }
        let shown = self.history.since(snapshot.hidden, true).frames.len();
        self.history.shrink_to(Bounds { count: shown, ..bounds });
    }

    /// Applies the member list of a snapshot.
    pub(crate) fn meet(
        &mut self,
        channel: &str,
        snapshot: &Snapshot,
        by_socket_id: &HashMap<String, ConnectionId>,
        at: PresencePoint,
    ) -> Vec<Output> {
        let Some(channel_replica) = &mut self.replica else {
            return Vec::new();
        };
        channel_replica.version = snapshot.version;
        let there: HashSet<_> = snapshot.members.iter().map(|(socket_id, _)| socket_id).collect();
        let gone: Vec<_> =
            channel_replica.present.keys().filter(|socket_id| !there.contains(socket_id)).cloned().collect();
        let mut deliveries: Vec<_> =
            gone.iter().flat_map(|socket_id| self.remove_remote_member(channel, socket_id, by_socket_id, at)).collect();
        for (socket_id, member) in &snapshot.members {
            let about = by_socket_id.get(socket_id).copied();
            deliveries.extend(self.add_remote_member(channel, socket_id.clone(), member, about, at));
        }
        deliveries
    }

    /// Adds a member and announces it to the local members, except to the member itself.
    pub(crate) fn add_remote_member(
        &mut self,
        channel: &str,
        socket_id: String,
        member: &str,
        about: Option<ConnectionId>,
        at: PresencePoint,
    ) -> Option<Output> {
        let known: RemoteMember = serde_json::from_str(member).ok()?;
        let change = Change { kind: ChangeKind::Join, client: Arc::clone(&known.client), about };
        let channel_replica = self.replica.as_mut()?;
        if channel_replica.present.insert(socket_id.clone(), known).is_some() {
            return None;
        }
        let told = channel_replica.presence.came(
            socket_id,
            channel_replica.present.len(),
            at.named_at_most,
            at.now_ms,
            change,
        );
        told.and_then(|change| self.tell(channel, &change))
    }

    /// Removes a member and announces it to the local members, except to the member itself, which may be about to be
    /// announced again. Another member may take its place in the presence list.
    pub(crate) fn remove_remote_member(
        &mut self,
        channel: &str,
        socket_id: &str,
        by_socket_id: &HashMap<String, ConnectionId>,
        at: PresencePoint,
    ) -> Vec<Output> {
        let Some(channel_replica) = &mut self.replica else {
            return Vec::new();
        };
        let Some(known) = channel_replica.present.remove(socket_id) else {
            return Vec::new();
        };
        let about = by_socket_id.get(socket_id).copied();
        let change = Change { kind: ChangeKind::Leave, client: known.client, about };
        let mut told: Vec<_> =
            channel_replica.presence.went(socket_id.to_owned(), at.now_ms, change).into_iter().collect();
        if let Some(next) = channel_replica.presence.next_named(channel_replica.present.len(), at.named_at_most)
            && let Some(known) = channel_replica.present.get(&next)
        {
            let change = Change {
                kind: ChangeKind::Join,
                client: Arc::clone(&known.client),
                about: by_socket_id.get(&next).copied(),
            };
            told.extend(channel_replica.presence.tell(next, at.now_ms, change));
        }
        told.into_iter().filter_map(|change| self.tell(channel, &change)).collect()
    }

    fn tell_all(&self, channel: &str, why: &Refusal) -> Option<Output> {
        let to = self.audience(false);
        (!to.is_empty()).then(|| Output::refusal_to_all(to, channel, why))
    }
}

/// The bound on waiting replica events. Above it, another snapshot costs less memory.
const MAX_CATCH_UP_BYTES: usize = 4 * 1024 * 1024;
