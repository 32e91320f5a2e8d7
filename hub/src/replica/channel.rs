//! The replica of one channel, and the members that the shared log lists.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use serde_json::value::RawValue;

use crate::channel::{Channel, PresencePoint};
use crate::presence::{Change, ChangeKind, Presence};
use crate::replica::catch_up::CatchUp;
use crate::replica::event::RemoteMember;
use crate::replica::request::Snapshot;
use crate::replica::row::Row;
use crate::{ConnectionId, Hub, Output};

/// The state of a replicated channel on this server.
#[derive(Debug)]
pub(crate) struct ChannelReplica {
    /// The row that applies to the channel, as Redis knows it.
    pub(crate) row: Arc<Row>,
    /// Empty until the first snapshot has arrived.
    pub(super) epoch: Box<str>,
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
}
