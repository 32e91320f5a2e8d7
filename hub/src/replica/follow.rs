//! The follower of the shared log: applies replica events and replies to the replicas of this hub.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::message_id::MessageId;
use crate::replica::catch_up::CatchUp;
use crate::replica::event::{ReplicaEvent, is_of_node};
use crate::replica::request::Snapshot;
use crate::{Connection, ConnectionId, Encoded, Hub, Output, Refusal};

impl Hub {
    /// Applies a replica event of a channel, or keeps it for later while the state of the channel is being requested.
    pub(crate) fn hear(&mut self, channel: &str, notice: &str) -> Vec<Output> {
        let Some(channel_replica) = self.channel_replica(channel) else {
            return Vec::new();
        };
        if let Some(catch_up) = &mut channel_replica.catch_up {
            catch_up.hear(channel, notice.into());
            return Vec::new();
        }
        self.follow(channel, notice)
    }

    /// Applies the state of a channel, if it answers the newest question. Replays the entries that the replica has
    /// missed.
    pub(crate) fn opened(&mut self, channel: &str, question: u64, snapshot: Snapshot) -> Vec<Output> {
        let point = self.presence_point();
        let Some((state, node)) = self.channels.get_mut(channel).zip(self.log.replica().map(|replica| &replica.node))
        else {
            return Vec::new();
        };
        let is_asked = |catch_up: &mut CatchUp| catch_up.question == question;
        let Some(catch_up) =
            state.replica.as_mut().and_then(|channel_replica| channel_replica.catch_up.take_if(is_asked))
        else {
            return Vec::new();
        };
        let bounds = self.retention.bounds(state.rules.history);
        let mut deliveries = state.catch_up(channel, &snapshot, node, bounds);
        deliveries.extend(state.meet(channel, &snapshot, &self.by_socket_id, point));
        self.reconcile(channel, &snapshot);
        if catch_up.is_overrun() {
            self.ask_again(channel);
        }
        for notice in catch_up.into_notices() {
            deliveries.extend(self.hear(channel, &notice));
        }
        deliveries.extend(self.admit_known(channel));
        self.note_restless(channel);
        self.note_change(channel);
        deliveries
    }

    /// Handles a refused request for the state of a channel. Refuses the joins that wait for it; if the channel has
    /// members, the request is repeated later.
    pub(crate) fn open_refused(&mut self, channel: &str, question: u64) -> Vec<Output> {
        let catch_up = self.channel_replica(channel).and_then(|channel_replica| channel_replica.catch_up.as_ref());
        if catch_up.is_none_or(|catch_up| catch_up.question != question) {
            return Vec::new();
        }
        let deliveries = self.refuse_waiting(channel, &Refusal::Unavailable);
        if let (Some(replica), Some((name, state))) = (self.log.replica_mut(), self.channels.get_key_value(channel)) {
            if state.is_bare() {
                self.forget(channel);
            } else {
                replica.ask_later(name);
            }
        }
        deliveries
    }

    /// Handles a refused join of a local client.
    pub(crate) fn join_refused(&mut self, channel: &str, socket_id: &str) -> Vec<Output> {
        let Some(id) = self.by_socket_id.get(socket_id).copied() else {
            return Vec::new();
        };
        if self.channel_replica(channel).is_some_and(|channel_replica| channel_replica.waiting.contains(&id)) {
            let deliveries = self.refuse_one_waiting(id, channel, &Refusal::Unavailable);
            self.forget_if_bare(channel);
            return deliveries;
        }
        // The client is a member already and was only announced again. Try again later.
        if let (Some(replica), Some((name, _))) = (self.log.replica_mut(), self.channels.get_key_value(channel)) {
            replica.ask_later(name);
        }
        Vec::new()
    }

    /// Requests the state of a channel again.
    fn ask_again(&mut self, channel: &str) {
        let name = self.channels.get_key_value(channel).map(|(name, _)| Arc::clone(name));
        if let (Some(name), Some(replica), Some(state)) = (name, self.log.replica_mut(), self.channels.get_mut(channel))
        {
            replica.reopen(&name, state);
        }
    }

    fn follow(&mut self, channel: &str, text: &str) -> Vec<Output> {
        let point = self.presence_point();
        let (Some(state), Some(replica)) = (self.channels.get_mut(channel), self.log.replica_mut()) else {
            return Vec::new();
        };
        let Some(channel_replica) = &mut state.replica else {
            return Vec::new();
        };
        let Ok(notice) = serde_json::from_str(text) else {
            tracing::error!(channel, "a replica event of another server is malformed");
            return Vec::new();
        };
        match notice {
            ReplicaEvent::Appended { id, before, entry } => {
                let Some(id) = MessageId::parse(&id).filter(|&id| Some(id) > state.history.newest()) else {
                    return Vec::new();
                };
                if MessageId::parse(&before) == state.history.newest() {
                    replica.idle.grow(channel, text.len());
                    let bounds = self.retention.bounds(state.rules.history);
                    let deliveries = state.append(channel, id, &entry.said, entry.sender(&replica.node), bounds);
                    self.note_message(channel);
                    return deliveries;
                }
            }
            ReplicaEvent::PrivateMessage { to, frame } => {
                let to = self.by_socket_id.get(&*to).copied().filter(|&id| state.member(id).is_some());
                return to.map(|id| Output::message(vec![id], Encoded::text(frame.get()))).into_iter().collect();
            }
            ReplicaEvent::Came { version, .. } | ReplicaEvent::Went { version, .. }
                if version <= channel_replica.version =>
            {
                return Vec::new();
            }
            ReplicaEvent::Came { version, socket_id, member } if version == channel_replica.version + 1 => {
                channel_replica.version = version;
                let about = self.by_socket_id.get(&*socket_id).copied();
                let told = state.add_remote_member(channel, socket_id.clone().into_owned(), member.get(), about, point);
                self.note_restless(channel);
                let admitted = self.meet_own(channel, &socket_id, member.get());
                return admitted.into_iter().chain(told).collect();
            }
            ReplicaEvent::Went { version, socket_id } if version == channel_replica.version + 1 => {
                channel_replica.version = version;
                let told = state.remove_remote_member(channel, &socket_id, &self.by_socket_id, point);
                self.note_restless(channel);
                self.reannounce(channel, &socket_id);
                return told;
            }
            ReplicaEvent::Came { .. } | ReplicaEvent::Went { .. } => {}
        }
        // An earlier replica event is missing. Request the state, and keep this replica event for later.
        let mut catch_up =
            replica.open(&channel.into(), state.history.newest(), channel_replica.epoch(), &channel_replica.row);
        catch_up.hear(channel, text.into());
        channel_replica.catch_up = Some(catch_up);
        Vec::new()
    }

    /// Handles a local client that Redis lists as a member. Admits it if its join was waiting. Removes it from the list
    /// if it has left: a lost connection may carry out a command late.
    fn meet_own(&mut self, channel: &str, socket_id: &str, member: &str) -> Vec<Output> {
        let id = self.by_socket_id.get(socket_id).copied();
        let channel_replica = self.channel_replica(channel);
        if let Some(id) =
            id.filter(|id| channel_replica.is_some_and(|channel_replica| channel_replica.waiting.contains(id)))
        {
            return self.admit_waiting(id, channel);
        }
        let is_here = id.is_some_and(|id| self.is_member(id, channel));
        if let Some(replica) = self.log.replica_mut().filter(|replica| !is_here && is_of_node(member, &replica.node)) {
            replica.leave(channel, socket_id);
        }
        Vec::new()
    }

    /// Announces a local member again that another server has removed by mistake.
    fn reannounce(&mut self, channel: &str, socket_id: &str) {
        let (Some(replica), Some(state)) = (self.log.replica_mut(), self.channels.get(channel)) else {
            return;
        };
        let here = self.by_socket_id.get(socket_id).filter(|&&id| state.member(id).is_some());
        let connection = here.and_then(|id| self.connections.get(id));
        if let Some((connection, channel_replica)) = connection.zip(state.replica.as_ref()) {
            replica.join(channel, connection, &channel_replica.row);
        }
    }

    /// Reconciles Redis's member list with the local one: adds local members that it lacks, and removes local ones that
    /// have left.
    fn reconcile(&mut self, channel: &str, snapshot: &Snapshot) {
        let here = self.channels.get(channel).into_iter().flat_map(|state| state.members().map(|(id, _)| id));
        let here: Vec<_> = here.chain(self.waiting_for_log(channel)).collect();
        let channel_replica = self.channels.get(channel).and_then(|state| state.replica.as_ref());
        let (Some(channel_replica), Some(replica)) = (channel_replica, self.log.replica_mut()) else {
            return;
        };
        let connections = here.iter().filter_map(|id| self.connections.get(id));
        let mut ours: BTreeMap<&str, &Connection> =
            connections.map(|connection| (&*connection.socket_id, connection)).collect();
        for (socket_id, member) in &snapshot.members {
            let is_ours = ours.remove(&**socket_id).is_some();
            if !is_ours && is_of_node(member, &replica.node) {
                replica.leave(channel, socket_id);
            }
        }
        for connection in ours.into_values() {
            replica.join(channel, connection, &channel_replica.row);
        }
    }

    /// Admits all waiting clients that Redis lists as members.
    fn admit_known(&mut self, channel: &str) -> Vec<Output> {
        let Some(channel_replica) = self.channels.get(channel).and_then(|state| state.replica.as_ref()) else {
            return Vec::new();
        };
        let is_known = |id: &ConnectionId| {
            self.connections.get(id).is_some_and(|connection| channel_replica.knows(&connection.socket_id).is_some())
        };
        let known: Vec<_> = self.waiting_for_log(channel).into_iter().filter(is_known).collect();
        known.into_iter().flat_map(|id| self.admit_waiting(id, channel)).collect()
    }
}
