//! Who is on which channel: joining, leaving, and what the others are told of it.

use std::sync::Arc;

use xano_realtime_protocol::Action;
use xano_realtime_protocol::extensions::{Extensions, Position};
use xano_realtime_protocol::frame::Payload;

use super::command::Wishes;
use super::history::{History, Missed};
use super::permissions::{self, Act};
use super::room::{Member, Room, from_server, history_frame};
use super::{ConnectionId, Encoded, Hub, Output, Refusal};

impl Hub {
    pub(super) fn join(&mut self, id: ConnectionId, channel: &str, wishes: Wishes) -> Result<Vec<Output>, Refusal> {
        let is_member = self.rooms.get(channel).is_some_and(|room| room.member(id).is_some());
        if !is_member {
            let rules = self.settings.rules_for(channel).ok_or(Refusal::NoSettings)?;
            if let Some(url) = rules.triggers.join.clone() {
                self.ask_about_join(id, channel, url, wishes);
                return Ok(Vec::new());
            }
        }
        self.enter(id, channel, wishes)
    }

    /// Takes somebody in; where others share the channel, when they know of it.
    pub(super) fn enter(&mut self, id: ConnectionId, channel: &str, wishes: Wishes) -> Result<Vec<Output>, Refusal> {
        if self.shared.is_some() && self.rooms.get(channel).is_none_or(|room| room.member(id).is_none()) {
            self.may_join(id, channel)?;
            self.check_load()?;
            self.make_room_for_channel(channel)?;
            self.tell_others(id, channel, wishes);
            return Ok(Vec::new());
        }
        self.admit(id, channel, wishes)
    }

    fn may_join(&self, id: ConnectionId, channel: &str) -> Result<(), Refusal> {
        let Some(connection) = self.connections.get(&id) else {
            return Ok(());
        };
        let rules = self.settings.rules_for(channel).ok_or(Refusal::NoSettings)?;
        permissions::check(rules, connection.is_authenticated, Act::Join)?;
        if connection.channels.len() + self.waiting_joins(id) >= self.channels_per_socket {
            return Err(Refusal::TooManyChannels(self.channels_per_socket));
        }
        Ok(())
    }

    /// Makes a socket a member, if that is allowed.
    pub(super) fn admit(&mut self, id: ConnectionId, channel: &str, wishes: Wishes) -> Result<Vec<Output>, Refusal> {
        if !self.connections.get(&id).is_some_and(|connection| connection.channels.contains(channel)) {
            self.may_join(id, channel)?;
            self.make_room_for_channel(channel)?;
        }
        self.expire(channel);
        let point = self.presence_point();
        let Some(connection) = self.connections.get_mut(&id) else {
            return Ok(Vec::new());
        };
        if !connection.channels.contains(channel) {
            let rules = self.settings.rules_for(channel).ok_or(Refusal::NoSettings)?;
            let name: Arc<str> = channel.into();
            connection.channels.insert(Arc::clone(&name));
            self.rooms.entry(name).or_insert_with(|| Room::new(Arc::clone(rules), self.forgotten));
        }
        let Some(room) = self.rooms.get_mut(channel) else {
            return Err(Refusal::NotJoined);
        };
        let member = Member {
            client: Arc::clone(&connection.client),
            is_authenticated: connection.is_authenticated,
            wants_presence: wishes.presence,
        };
        let is_new = room.admit(id, member);
        // Where others share the channel, they are told in its order, and so are the members here.
        let told = (is_new && room.share.is_none()).then(|| room.announce_join(channel, id, point)).flatten();

        let mut deliveries = vec![Output::to_one(id, joined(channel, room.epoch(&self.epoch), &room.history))];
        if wishes.presence && room.rules.presence {
            deliveries.push(Output::to_one(id, room.presence_full(channel, Some((id, &connection.client)))));
        }
        deliveries.extend(history_for(room, id, channel, connection.is_authenticated, &wishes, &self.epoch));
        deliveries.extend(told);
        if is_new {
            let is_first = room.members().len() == 1;
            self.note_joined(channel, is_first);
        }
        Ok(deliveries)
    }

    fn note_joined(&mut self, channel: &str, is_first: bool) {
        self.members += 1;
        self.rooms_in_use += usize::from(is_first);
        self.note_restless(channel);
        self.note_change(channel);
    }

    /// A leave is acknowledged to a socket that is not a member too: it is outside already.
    pub(super) fn leave(&mut self, id: ConnectionId, channel: &str) -> Vec<Output> {
        let mut deliveries = vec![Output::to_one(id, from_server(channel, Action::Leave, Payload::Empty {}))];
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.channels.remove(channel);
        }
        deliveries.extend(self.dismiss(id, channel));
        deliveries
    }

    /// Removes a member and tells the others; a channel without members and messages is forgotten.
    pub(super) fn dismiss(&mut self, id: ConnectionId, channel: &str) -> Vec<Output> {
        let point = self.presence_point();
        let Some(room) = self.rooms.get_mut(channel) else {
            return Vec::new();
        };
        let Some(member) = room.dismiss(id) else {
            return Vec::new();
        };
        self.members -= 1;
        self.rooms_in_use -= usize::from(room.members().len() == 0);
        let deliveries = if room.share.is_some() {
            self.share_leave(channel, &member.client);
            Vec::new()
        } else {
            room.announce_leave(channel, id, member.client, point)
        };
        self.note_restless(channel);
        self.note_change(channel);
        deliveries
    }
}

/// The kept messages, where a joiner asked for them: all, or what was said since a message that it names.
fn history_for(
    room: &Room,
    id: ConnectionId,
    channel: &str,
    is_authenticated: bool,
    wishes: &Wishes,
    epoch: &str,
) -> Option<Output> {
    let (frames, complete) = match &wishes.since {
        Some(since) => {
            let Missed { frames, is_complete } = since.missed(&room.history, room.epoch(epoch), is_authenticated);
            (frames, Some(is_complete))
        }
        None if wishes.history => (room.history.readable_by(is_authenticated), None),
        None => return None,
    };
    Some(Output::to_one(id, history_frame(channel, &frames, complete)))
}

/// The acknowledgement of a join, with what the server can do beyond Xano's.
fn joined(channel: &str, epoch: &str, history: &History) -> Encoded {
    let id = history.newest().map(|id| id.to_string());
    let ext = Extensions::all(Position { epoch, id: id.as_deref() });
    from_server(channel, Action::Join, Payload::Joined { ext })
}
