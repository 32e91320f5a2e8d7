//! All sockets and channels of V2, and what it does with a frame.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::channel::Channel;
use super::command::{Command, Request};
use super::connection::{Connection, Stage, Visitor};
use super::cursors::Cursors;
use super::frames;
use super::rates::Rates;
use super::refusal::Refusal;
use crate::channel::PresencePoint;
use crate::limits::Limits;
use crate::message_id::MessageId;
use crate::refusal::Refused;
use crate::retention::Retention;
use crate::settings::Settings;
use crate::settings::v2::{ChannelSettings, Params};
use crate::triggers::Call;
use crate::{Closing, ConnectionId, Output};

/// All sockets and channels of V2.
#[derive(Debug)]
pub(crate) struct Service {
    pub(super) channels_per_socket: usize,
    pub(super) presence_members: usize,
    /// Milliseconds since 1970.
    pub(super) now_ms: u64,
    /// The newest message id of all forgotten channels.
    pub(super) forgotten: Option<MessageId>,
    pub(super) connections: HashMap<ConnectionId, Connection>,
    /// Channels that have members or keep messages, by their keys.
    pub(super) channels: HashMap<Arc<str>, Channel>,
    pub(super) retention: Retention,
    /// The number of channels with members, and the number of all members.
    pub(super) in_use: usize,
    pub(super) member_count: usize,
    pub(super) cursors: Cursors,
    pub(super) rates: Rates,
    /// Channels with waiting changes of presence.
    pub(super) restless: BTreeSet<Arc<str>>,
    /// Questions to handlers and triggers that were not handed out yet.
    pub(crate) calls: Vec<Call>,
    /// The channel that has got a message since the bounds were looked at.
    pub(super) last_appended: Option<Arc<str>>,
}

impl Service {
    pub(crate) fn new(limits: &Limits) -> Service {
        Service {
            channels_per_socket: limits.channels_per_socket,
            presence_members: limits.presence_members,
            now_ms: 0,
            forgotten: None,
            connections: HashMap::new(),
            channels: HashMap::new(),
            retention: Retention::new(limits),
            in_use: 0,
            member_count: 0,
            cursors: Cursors::new(limits.cursors),
            rates: Rates::default(),
            restless: BTreeSet::new(),
            calls: Vec::new(),
            last_appended: None,
        }
    }

    /// Returns whether a socket speaks V2.
    pub(crate) fn speaks(&self, id: ConnectionId) -> bool {
        self.connections.contains_key(&id)
    }

    /// Opens a socket, which is not ready yet.
    pub(crate) fn open(&mut self, id: ConnectionId, visitor: Visitor) {
        self.connections.insert(id, Connection::new(visitor));
    }

    /// Admits a socket, or refuses it and closes it.
    pub(crate) fn authenticate(&mut self, id: ConnectionId, settings: &Settings, sink: &mut Vec<Output>) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        match connection.authenticate(settings) {
            Err(why) => self.turn_away(id, &why, Closing::Refused, sink),
            Ok(Some(url)) => {
                connection.stage = Stage::Asked;
                self.ask_about_connection(id, url);
            }
            Ok(None) => connection.stage = Stage::Ready,
        }
    }

    /// Tells a socket why it is closed.
    pub(super) fn turn_away(&mut self, id: ConnectionId, why: &Refusal, closing: Closing, sink: &mut Vec<Output>) {
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.stage = Stage::Refused;
        }
        sink.push(refusal(id, None, why));
        sink.push(Output::Close { to: vec![id], why: closing });
    }

    /// Handles a frame, or queues it behind an open question of the same socket and channel.
    pub(crate) fn receive(&mut self, from: ConnectionId, command: Command<'_>, sink: &mut Vec<Output>) {
        let Some(connection) = self.connections.get_mut(&from) else {
            return;
        };
        if !connection.is_ready() {
            // The frame is dropped, and its channel is not named.
            return sink.push(refusal(from, None, &Refusal::NotReady));
        }
        if let Some(channel) = command.channel.as_deref().filter(|channel| connection.waiting.has(channel)) {
            let channel = channel.to_owned();
            if let Err(why) = connection.waiting.push(&channel, command) {
                sink.push(refusal(from, Some(&channel), &why));
            }
            return;
        }
        self.perform(from, command, sink);
    }

    /// Refuses a frame that the caller does not accept, in its turn.
    pub(crate) fn reject(&mut self, from: ConnectionId, refused: Refused<'_>, sink: &mut Vec<Output>) {
        let Refused { channel, why, .. } = refused;
        if !self.connections.get(&from).is_some_and(Connection::is_ready) {
            return sink.push(refusal(from, None, &why.into()));
        }
        self.receive(from, Command { channel, request: Request::Refused(why.into()), bytes: 0 }, sink);
    }

    pub(super) fn perform(&mut self, from: ConnectionId, command: Command<'_>, sink: &mut Vec<Output>) {
        let Command { channel, request, .. } = command;
        let channel = channel.as_deref();
        let outcome = match (request, channel) {
            (Request::Refused(why), _) => Err(why),
            (Request::Ping, _) => {
                sink.push(Output::to_one(from, frames::pong()));
                Ok(())
            }
            (_, None) => Err(Refusal::NoName),
            (Request::Join { client_id }, Some(channel)) => self.join(from, channel, client_id.as_deref(), sink),
            (Request::Leave, Some(channel)) => self.leave(from, channel, sink),
            (Request::Broadcast(broadcast), Some(channel)) => self.broadcast(from, channel, broadcast, sink),
            (Request::Ack { client_id, id }, Some(channel)) => {
                self.acknowledge(from, channel, client_id.as_deref(), id, sink)
            }
            (Request::Presence, Some(channel)) => self.presence(from, channel, sink),
        };
        if let Err(why) = outcome {
            sink.push(refusal(from, channel, &why));
        }
    }

    /// Removes a socket from all channels, with all its waiting commands.
    pub(crate) fn close(&mut self, id: ConnectionId, sink: &mut Vec<Output>) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        let is_ready = connection.is_ready();
        for key in connection.channels.take() {
            self.dismiss(id, &key, sink);
        }
        if is_ready {
            self.tell_of_disconnection(id);
        }
        self.connections.remove(&id);
    }

    /// Sends the waiting changes of presence.
    pub(crate) fn tell_presence(&mut self, sink: &mut Vec<Output>) {
        for key in std::mem::take(&mut self.restless) {
            if let Some(state) = self.channels.get_mut(&key) {
                for change in state.roster.take_pending() {
                    state.tell(&change, sink);
                }
            }
        }
    }

    /// Returns whether changes of presence are waiting.
    pub(crate) fn is_restless(&self) -> bool {
        !self.restless.is_empty()
    }

    /// Call this after the presence of a channel has changed.
    pub(super) fn note_restless(&mut self, key: &Arc<str>) {
        if self.channels.get(key).is_some_and(|state| state.roster.is_pending()) {
            self.restless.insert(Arc::clone(key));
        }
    }

    pub(super) fn presence_point(&self) -> PresencePoint {
        PresencePoint { now_ms: self.now_ms, named_at_most: self.presence_members }
    }

    /// Returns the key and the state of a channel that a socket has joined.
    pub(super) fn joined(&self, id: ConnectionId, channel: &str) -> Result<(&Arc<str>, &Channel), Refusal> {
        let joined = self.connections.get(&id).and_then(|connection| connection.channels.get(channel));
        let joined = joined.and_then(|key| Some((key, self.channels.get(key)?)));
        joined.ok_or_else(|| self.settings_for(id, channel).err().unwrap_or(Refusal::NotJoined))
    }

    /// Returns the settings of a channel with the parameters in its name.
    pub(super) fn settings_for(
        &self,
        id: ConnectionId,
        channel: &str,
    ) -> Result<(&Arc<ChannelSettings>, Params), Refusal> {
        let server = self.connections.get(&id).and_then(|connection| connection.server.as_ref());
        Ok(server.ok_or(Refusal::NotReady)?.channel_for(channel)?)
    }

    /// Returns the number of open sockets.
    pub(crate) fn connection_count(&self) -> usize {
        self.connections.len()
    }

    /// Returns the number of channels with members.
    pub(crate) fn channels_in_use(&self) -> usize {
        self.in_use
    }

    /// Returns the number of members of all channels.
    pub(crate) fn members(&self) -> usize {
        self.member_count
    }
}

/// Returns the output for an error.
pub(super) fn refusal(to: ConnectionId, channel: Option<&str>, why: &Refusal) -> Output {
    Output::Refuse { to: vec![to], frame: frames::refusal(channel, why), code: why.code() }
}
