//! Membership: joins, leaves, and their announcement to the other members.

use std::sync::Arc;

use crate::channel::{Channel, Member};
use crate::command::JoinOptions;
use crate::history::Missed;
use crate::v1::frames;
use crate::v1::permissions::{self, Act};
use crate::{ConnectionId, Hub, Output, Refusal};

impl Hub {
    /// Returns whether a socket of this server is a member of the channel.
    pub(crate) fn is_member(&self, id: ConnectionId, channel: &str) -> bool {
        self.channels.get(channel).is_some_and(|state| state.member(id).is_some())
    }

    pub(super) fn join(
        &mut self,
        id: ConnectionId,
        channel: &str,
        join_options: JoinOptions,
    ) -> Result<Vec<Output>, Refusal> {
        if !self.is_member(id, channel) {
            let rules = self.settings.rules_for(channel).ok_or(Refusal::NoSettings)?;
            if let Some(url) = rules.triggers.join.clone() {
                self.ask_about_join(id, channel, url, join_options);
                return Ok(Vec::new());
            }
        }
        self.enter(id, channel, join_options)
    }

    pub(super) fn may_join(&self, id: ConnectionId, channel: &str) -> Result<(), Refusal> {
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

    /// Makes a client a member, if the settings and limits allow it.
    pub(super) fn admit(
        &mut self,
        id: ConnectionId,
        channel: &str,
        join_options: JoinOptions,
    ) -> Result<Vec<Output>, Refusal> {
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
            self.channels.entry(name).or_insert_with(|| Channel::new(Arc::clone(rules), self.forgotten));
        }
        let Some(state) = self.channels.get_mut(channel) else {
            return Err(Refusal::NotJoined);
        };
        let member = Member {
            client: Arc::clone(&connection.client),
            is_authenticated: connection.is_authenticated,
            wants_presence: join_options.presence,
        };
        let is_new = state.admit(id, member);
        let told = is_new.then(|| state.announce_join(channel, id, point)).flatten();

        let joined = frames::joined(channel, state.epoch(&self.epoch), state.history.newest());
        let mut deliveries = vec![Output::to_one(id, joined)];
        if join_options.presence && state.rules.presence {
            deliveries.push(Output::to_one(id, state.presence_full(channel, Some((id, &connection.client)))));
        }
        deliveries.extend(history_for(state, id, channel, connection.is_authenticated, &join_options, &self.epoch));
        deliveries.extend(told);
        if is_new {
            let is_first = state.members().len() == 1;
            self.note_joined(channel, is_first);
        }
        Ok(deliveries)
    }

    fn note_joined(&mut self, channel: &str, is_first: bool) {
        self.members += 1;
        self.channels_in_use += usize::from(is_first);
        self.note_restless(channel);
        self.note_change(channel);
    }

    /// A non-member's leave is acknowledged too: the client is already outside.
    pub(super) fn leave(&mut self, id: ConnectionId, channel: &str) -> Vec<Output> {
        let mut deliveries = vec![Output::to_one(id, frames::left(channel))];
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.channels.remove(channel);
        }
        deliveries.extend(self.dismiss(id, channel));
        deliveries
    }

    /// Removes a member and announces it to the others. A channel without members and messages is forgotten.
    pub(super) fn dismiss(&mut self, id: ConnectionId, channel: &str) -> Vec<Output> {
        let Some(state) = self.channels.get_mut(channel) else {
            return Vec::new();
        };
        let Some(member) = state.dismiss(id) else {
            return Vec::new();
        };
        self.members -= 1;
        self.channels_in_use -= usize::from(state.members().len() == 0);
        let deliveries = self.announce_leave(channel, id, member);
        self.note_restless(channel);
        self.note_change(channel);
        deliveries
    }
}

/// Returns the history that a joining client asked for: all kept messages, or the messages after a position.
fn history_for(
    state: &Channel,
    id: ConnectionId,
    channel: &str,
    is_authenticated: bool,
    join_options: &JoinOptions,
    epoch: &str,
) -> Option<Output> {
    let (messages, complete) = match &join_options.since {
        Some(since) => {
            let Missed { frames, is_complete } = since.missed(&state.history, state.epoch(epoch), is_authenticated);
            (frames, Some(is_complete))
        }
        None if join_options.history => (state.history.readable_by(is_authenticated), None),
        None => return None,
    };
    Some(Output::to_one(id, frames::history(channel, &messages, complete)))
}
