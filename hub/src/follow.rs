//! How a hub follows what the others tell of a shared channel, and what Redis answers.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::message_id::MessageId;
use super::notice::{Notice, is_of_node};
use super::post::Snapshot;
use super::share::Behind;
use super::{Connection, ConnectionId, Encoded, Hub, Output, Refusal};

impl Hub {
    /// Something happened on a channel.
    pub(super) fn hear(&mut self, channel: &str, notice: &str) -> Vec<Output> {
        let Some(share) = self.share_mut(channel) else {
            return Vec::new();
        };
        if let Some(behind) = &mut share.behind {
            behind.hear(channel, notice.into());
            return Vec::new();
        }
        self.follow(channel, notice)
    }

    /// How a channel stands, as the answer to that question. What was missed of it is made up for.
    pub(super) fn opened(&mut self, channel: &str, question: u64, snapshot: Snapshot) -> Vec<Output> {
        let point = self.presence_point();
        let Some((room, node)) = self.rooms.get_mut(channel).zip(self.shared.as_ref().map(|shared| &shared.node))
        else {
            return Vec::new();
        };
        let is_asked = |behind: &mut Behind| behind.question == question;
        let Some(behind) = room.share.as_mut().and_then(|share| share.behind.take_if(is_asked)) else {
            return Vec::new();
        };
        let bounds = self.retention.bounds(room.rules.history);
        let mut deliveries = room.catch_up(channel, &snapshot, node, bounds);
        deliveries.extend(room.meet(channel, &snapshot, &self.by_socket_id, point));
        self.correct(channel, &snapshot);
        if behind.is_overrun() {
            self.ask_again(channel);
        }
        for notice in behind.into_notices() {
            deliveries.extend(self.hear(channel, &notice));
        }
        deliveries.extend(self.admit_known(channel));
        self.note_restless(channel);
        self.note_change(channel);
        deliveries
    }

    /// Redis did not say how a channel stands. Joins that wait for it are refused; where there are members, it is asked
    /// again later.
    pub(super) fn open_refused(&mut self, channel: &str, question: u64) -> Vec<Output> {
        let behind = self.share_mut(channel).and_then(|share| share.behind.as_ref());
        if behind.is_none_or(|behind| behind.question != question) {
            return Vec::new();
        }
        let deliveries = self.refuse_waiting(channel, &Refusal::Unavailable);
        if let (Some(shared), Some((name, room))) = (&mut self.shared, self.rooms.get_key_value(channel)) {
            if room.is_bare() {
                self.forget(channel);
            } else {
                shared.ask_later(name);
            }
        }
        deliveries
    }

    /// Redis did not note that a socket of this server is on a channel.
    pub(super) fn join_refused(&mut self, channel: &str, socket_id: &str) -> Vec<Output> {
        let Some(id) = self.by_socket_id.get(socket_id).copied() else {
            return Vec::new();
        };
        if self.share_mut(channel).is_some_and(|share| share.waiting.contains(&id)) {
            let deliveries = self.refuse_one_waiting(id, channel, &Refusal::Unavailable);
            self.forget_if_bare(channel);
            return deliveries;
        }
        // It is a member, of whom the others are told again.
        if let (Some(shared), Some((name, _))) = (&mut self.shared, self.rooms.get_key_value(channel)) {
            shared.ask_later(name);
        }
        Vec::new()
    }

    /// It is asked again how a channel stands.
    fn ask_again(&mut self, channel: &str) {
        let name = self.rooms.get_key_value(channel).map(|(name, _)| Arc::clone(name));
        if let (Some(name), Some(shared), Some(room)) = (name, &mut self.shared, self.rooms.get_mut(channel)) {
            shared.reopen(&name, room);
        }
    }

    fn follow(&mut self, channel: &str, text: &str) -> Vec<Output> {
        let point = self.presence_point();
        let (Some(room), Some(shared)) = (self.rooms.get_mut(channel), &mut self.shared) else {
            return Vec::new();
        };
        let Some(share) = &mut room.share else {
            return Vec::new();
        };
        let Ok(notice) = serde_json::from_str(text) else {
            tracing::error!(channel, "a notice of another server is not understood");
            return Vec::new();
        };
        match notice {
            Notice::Said { id, before, entry } => {
                let Some(id) = MessageId::parse(&id).filter(|&id| Some(id) > room.history.newest()) else {
                    return Vec::new();
                };
                if MessageId::parse(&before) == room.history.newest() {
                    shared.idle.grow(channel, text.len());
                    let bounds = self.retention.bounds(room.rules.history);
                    let deliveries = room.take_in(channel, id, &entry.said, entry.sender(&shared.node), bounds);
                    self.note_message(channel);
                    return deliveries;
                }
            }
            Notice::Whisper { to, frame } => {
                let to = self.by_socket_id.get(&*to).copied().filter(|&id| room.member(id).is_some());
                return to.map(|id| Output::message(vec![id], Encoded::text(frame.get()))).into_iter().collect();
            }
            Notice::Came { version, .. } | Notice::Went { version, .. } if version <= share.version => {
                return Vec::new();
            }
            Notice::Came { version, socket_id, member } if version == share.version + 1 => {
                share.version = version;
                let about = self.by_socket_id.get(&*socket_id).copied();
                let told = room.meet_one(channel, socket_id.clone().into_owned(), member.get(), about, point);
                self.note_restless(channel);
                let admitted = self.meet_own(channel, &socket_id, member.get());
                return admitted.into_iter().chain(told).collect();
            }
            Notice::Went { version, socket_id } if version == share.version + 1 => {
                share.version = version;
                let told = room.miss_one(channel, &socket_id, &self.by_socket_id, point);
                self.note_restless(channel);
                self.insist(channel, &socket_id);
                return told;
            }
            Notice::Came { .. } | Notice::Went { .. } => {}
        }
        // Something before it did not arrive.
        let mut behind = shared.open(&channel.into(), room.history.newest(), share.epoch(), &share.row);
        behind.hear(channel, text.into());
        share.behind = Some(behind);
        Vec::new()
    }

    /// Redis lists a member. One of ours that waits comes in; one of ours that has left is taken off the list again: what
    /// was asked of a connection that was lost may be done late.
    fn meet_own(&mut self, channel: &str, socket_id: &str, member: &str) -> Vec<Output> {
        let id = self.by_socket_id.get(socket_id).copied();
        let share = self.share_mut(channel);
        if let Some(id) = id.filter(|id| share.is_some_and(|share| share.waiting.contains(id))) {
            return self.admit_waiting(id, channel);
        }
        let is_here = id.is_some_and(|id| self.rooms.get(channel).is_some_and(|room| room.member(id).is_some()));
        if let Some(shared) = self.shared.as_mut().filter(|shared| !is_here && is_of_node(member, &shared.node)) {
            shared.leave(channel, socket_id);
        }
        Vec::new()
    }

    /// Another server took a member for gone. If the member is here, it is announced again.
    fn insist(&mut self, channel: &str, socket_id: &str) {
        let (Some(shared), Some(room)) = (&mut self.shared, self.rooms.get(channel)) else {
            return;
        };
        let here = self.by_socket_id.get(socket_id).filter(|&&id| room.member(id).is_some());
        let connection = here.and_then(|id| self.connections.get(id));
        if let Some((connection, share)) = connection.zip(room.share.as_ref()) {
            shared.join(channel, connection, &share.row);
        }
    }

    /// Who is here is known to all, and who is not any more is not.
    fn correct(&mut self, channel: &str, snapshot: &Snapshot) {
        let here = self.rooms.get(channel).into_iter().flat_map(|room| room.members().map(|(id, _)| id));
        let here: Vec<_> = here.chain(self.waiting_for_others(channel)).collect();
        let share = self.rooms.get(channel).and_then(|room| room.share.as_ref());
        let (Some(share), Some(shared)) = (share, &mut self.shared) else {
            return;
        };
        let connections = here.iter().filter_map(|id| self.connections.get(id));
        let mut ours: BTreeMap<&str, &Connection> =
            connections.map(|connection| (&*connection.socket_id, connection)).collect();
        for (socket_id, member) in &snapshot.members {
            let is_ours = ours.remove(&**socket_id).is_some();
            if !is_ours && is_of_node(member, &shared.node) {
                shared.leave(channel, socket_id);
            }
        }
        for connection in ours.into_values() {
            shared.join(channel, connection, &share.row);
        }
    }

    /// Admits the waiting members that Redis lists.
    fn admit_known(&mut self, channel: &str) -> Vec<Output> {
        let Some(share) = self.rooms.get(channel).and_then(|room| room.share.as_ref()) else {
            return Vec::new();
        };
        let is_known = |id: &ConnectionId| {
            self.connections.get(id).is_some_and(|connection| share.knows(&connection.socket_id).is_some())
        };
        let known: Vec<_> = self.waiting_for_others(channel).into_iter().filter(is_known).collect();
        known.into_iter().flat_map(|id| self.admit_waiting(id, channel)).collect()
    }
}
