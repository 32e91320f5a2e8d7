//! Joins, leaves, presence and acknowledgements.

use std::sync::Arc;

use serde_json::value::to_raw_value;

use super::channel::{Channel, Member};
use super::cursors::Reader;
use super::frames::{self, Position};
use super::pending::Asked;
use super::refusal::Refusal;
use super::roster::Identity;
use super::service::Service;
use crate::history::History;
use crate::message_id::MessageId;
use crate::{ConnectionId, Output};

impl Service {
    /// Joins a channel, or asks its trigger first. A second join on a socket does everything again, except that it adds
    /// no member. (guess: join-payload)
    pub(super) fn join(
        &mut self,
        id: ConnectionId,
        channel: &str,
        client_id: Option<&str>,
        sink: &mut Vec<Output>,
    ) -> Result<(), Refusal> {
        let url = self.may_join(id, channel)?;
        let Some(url) = url else {
            return self.enter(id, channel, client_id, sink);
        };
        self.ask_about_join(id, channel, client_id, &url);
        let asked = Asked::Join { client_id: client_id.map(str::to_owned), url };
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.waiting.start(channel, asked);
        }
        Ok(())
    }

    /// Returns the trigger that must be asked, if the settings allow the join.
    fn may_join(&self, id: ConnectionId, channel: &str) -> Result<Option<crate::settings::TriggerUrl>, Refusal> {
        let (settings, _) = self.settings_for(id, channel)?;
        let connection = self.connections.get(&id).ok_or(Refusal::NotReady)?;
        // guess: anonymous-join
        if connection.user.is_none() && !settings.anonymous_clients {
            return Err(crate::Refusal::Anonymous.into());
        }
        if connection.channels.len() >= self.channels_per_socket && connection.channels.get(channel).is_none() {
            return Err(crate::Refusal::TooManyChannels(self.channels_per_socket).into());
        }
        Ok(settings.triggers.join.clone())
    }

    /// Makes a client a member after its trigger has admitted it. The settings may have changed since then.
    pub(super) fn admit(
        &mut self,
        id: ConnectionId,
        channel: &str,
        client_id: Option<&str>,
        asked: &crate::settings::TriggerUrl,
        sink: &mut Vec<Output>,
    ) -> Result<(), Refusal> {
        match self.may_join(id, channel)? {
            Some(url) if url != *asked => self.join(id, channel, client_id, sink),
            _ => self.enter(id, channel, client_id, sink),
        }
    }

    fn enter(
        &mut self,
        id: ConnectionId,
        channel: &str,
        client_id: Option<&str>,
        sink: &mut Vec<Output>,
    ) -> Result<(), Refusal> {
        let (key, joined) = self.add_member(id, channel)?;
        self.expire(&key);
        let (Some(connection), Some(state)) = (self.connections.get(&id), self.channels.get(&key)) else {
            return Ok(());
        };
        let user = connection.user;
        let reader = Reader::of(user, client_id).filter(|_| state.has_stream());
        let cursor = reader.as_ref().and_then(|reader| self.cursors.get(&key, reader));
        let position = state.has_stream().then(|| Position::at(cursor));
        sink.push(Output::to_one(id, frames::joined(channel, &state.params, position.as_ref())));
        if state.settings.presence {
            let (members, more) = state.roster.without(Identity::of(id, user));
            sink.push(Output::to_one(id, frames::presence_full(channel, &members, more)));
        }
        if let Some(change) = joined {
            state.tell(&change, sink);
        }
        state.play_transcript(id, user.is_some(), sink);
        // Only a join replays, before any other frame is handled. (guesses: live-after-replay, no-redelivery)
        if reader.is_some() {
            let missed = state.after(cursor, user.is_some());
            if !missed.is_empty() {
                sink.push(Output::to_one(id, frames::replay(&missed)));
            }
        }
        Ok(())
    }

    /// Returns the key of the channel, and the change of presence that the others are told now.
    fn add_member(
        &mut self,
        id: ConnectionId,
        channel: &str,
    ) -> Result<(Arc<str>, Option<crate::presence::Change>), Refusal> {
        if let Some(key) = self.connections.get(&id).and_then(|connection| connection.channels.get(channel)) {
            return Ok((Arc::clone(key), None));
        }
        let key = self.create(id, channel)?;
        let (point, now_ms) = (self.presence_point(), self.now_ms);
        let (Some(connection), Some(state)) = (self.connections.get_mut(&id), self.channels.get_mut(&key)) else {
            return Err(Refusal::NotReady);
        };
        connection.channels.insert(&key);
        let (user, extras) = (connection.user, &connection.extras);
        state.members.insert(id, Member { user });
        let member = || to_raw_value(&frames::Member::new(user, extras, now_ms)).unwrap_or_default().into();
        let told = state.roster.add(id, Identity::of(id, user), member, point);
        self.member_count += 1;
        self.in_use += usize::from(state.members.len() == 1);
        self.note_restless(&key);
        self.note_change(&key);
        Ok((key, told))
    }

    /// Returns the key of a channel, which is created if it does not exist.
    fn create(&mut self, id: ConnectionId, channel: &str) -> Result<Arc<str>, Refusal> {
        let (settings, params) = self.settings_for(id, channel)?;
        let address = &self.connections.get(&id).ok_or(Refusal::NotReady)?.address;
        let key = address.key(channel);
        if let Some((key, _)) = self.channels.get_key_value(&*key) {
            return Ok(Arc::clone(key));
        }
        let state = Channel::new(channel, address.clone(), Arc::clone(settings), params);
        self.insert_channel(key.into(), state)
    }

    /// Adds a channel, if there is room for it.
    pub(super) fn insert_channel(&mut self, key: Arc<str>, mut state: Channel) -> Result<Arc<str>, Refusal> {
        if self.is_full() && !self.forget_unused() {
            return Err(self.retention.full().into());
        }
        // The channel may have existed before, and its ids must go on.
        state.history = History::after(self.forgotten);
        self.channels.insert(Arc::clone(&key), state);
        Ok(key)
    }

    /// Leaves a channel. A client that is no member gets the same answer. (guess: leave-answer)
    pub(super) fn leave(&mut self, id: ConnectionId, channel: &str, sink: &mut Vec<Output>) -> Result<(), Refusal> {
        let connection = self.connections.get_mut(&id).ok_or(Refusal::NotReady)?;
        match connection.channels.remove(channel) {
            Some(key) => {
                if let Some(state) = self.channels.get_mut(&key) {
                    state.copies.end(id, sink);
                }
                sink.push(Output::to_one(id, frames::left(channel)));
                self.dismiss(id, &key, sink);
            }
            None => {
                self.settings_for(id, channel)?;
                sink.push(Output::to_one(id, frames::left(channel)));
            }
        }
        Ok(())
    }

    /// Removes a member and tells the others. A channel without members and messages is forgotten.
    pub(super) fn dismiss(&mut self, id: ConnectionId, key: &Arc<str>, sink: &mut Vec<Output>) {
        let point = self.presence_point();
        let Some(state) = self.channels.get_mut(key) else {
            return;
        };
        let Some(Member { user }) = state.members.remove(&id) else {
            return;
        };
        state.copies.forget(id);
        for change in state.roster.remove(id, Identity::of(id, user), point) {
            state.tell(&change, sink);
        }
        self.member_count -= 1;
        self.in_use -= usize::from(state.members.is_empty());
        self.tell_of_leave(id, key);
        self.note_restless(key);
        self.note_change(key);
    }

    /// Returns the members, the asking one included. (guess: presence-request)
    pub(super) fn presence(&mut self, id: ConnectionId, channel: &str, sink: &mut Vec<Output>) -> Result<(), Refusal> {
        let (_, state) = self.joined(id, channel)?;
        let own = state.identity(id).ok_or(Refusal::NotJoined)?;
        let (members, more) = if state.settings.presence { state.roster.with(own) } else { (Vec::new(), 0) };
        sink.push(Output::to_one(id, frames::presence_full(channel, &members, more)));
        Ok(())
    }

    /// Moves the cursor of the reader. An acknowledgement that cannot count is not answered. (guess: ack-ignored)
    pub(super) fn acknowledge(
        &mut self,
        id: ConnectionId,
        channel: &str,
        client_id: Option<&str>,
        message: Option<MessageId>,
        sink: &mut Vec<Output>,
    ) -> Result<(), Refusal> {
        let (key, state) = self.joined(id, channel)?;
        let user = state.members.get(&id).and_then(|member| member.user);
        let reader = Reader::of(user, client_id).filter(|_| state.has_stream());
        if let (Some(reader), Some(message)) = (reader, message) {
            let key = Arc::clone(key);
            let cursor = self.cursors.advance(&key, reader, message);
            sink.push(Output::to_one(id, frames::acknowledged(channel, Some(cursor))));
        }
        Ok(())
    }
}

impl Channel {
    /// Sends the transcript to a member, if the channel has one.
    fn play_transcript(&self, to: ConnectionId, is_authenticated: bool, sink: &mut Vec<Output>) {
        let Some(messages) = self.transcript(is_authenticated) else {
            return;
        };
        sink.push(Output::to_one(to, frames::conversation_start(&self.name, messages.len())));
        if !messages.is_empty() {
            sink.push(Output::to_one(to, frames::transcript(&messages)));
        }
        sink.push(Output::to_one(to, frames::conversation_end(&self.name)));
    }
}
