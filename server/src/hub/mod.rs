//! Who is on which channel and what they may do. Pure: no sockets, no clock, no randomness.
//!
//! Give it what happens ([`Hub::open`], [`Hub::receive`], [`Hub::close`]), and send what it returns:
//!
//! ```
//! use xano_realtime_server::hub::Hub;
//! use xano_realtime_server::protocol::frame::Client;
//! use xano_realtime_server::{Limits, Settings};
//!
//! let mut hub = Hub::new(Settings::default(), &Limits::default());
//! let jill = hub.open(Client::anonymous("socket-of-jill"));
//! let join = r#"{"action":"join","options":{"channel":"marvel-chat-room"},"payload":null}"#;
//! for delivery in hub.receive(jill, join) {
//!     assert_eq!(delivery.to, [jill]);
//!     assert!(delivery.frame.starts_with(r#"{"action":"join""#));
//! }
//! ```
//!
//! # Layout
//!
//! - `command`: what a client asks for, read from its frame.
//! - `permissions`: whether the channel's settings allow it.
//! - `room`: one channel with its members.
//! - `history`: what a channel keeps.
//! - `refusal`: what is refused, in words and codes.

mod command;
mod history;
mod permissions;
mod refusal;
mod room;

#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use serde_json::value::RawValue;
use xano_realtime_protocol::Action;
use xano_realtime_protocol::frame::{Client, Options, Payload, PresenceAction, ServerFrame};

use crate::limits::Limits;
use crate::settings::Settings;
use command::{Command, Message, Request, Wishes};
use permissions::{Act, Audience};
pub use refusal::Refusal;
use room::{Member, Room, from_server};

/// All channels of a server and the sockets on them.
#[derive(Debug)]
pub struct Hub {
    settings: Settings,
    channels_per_socket: usize,
    last_id: u64,
    connections: HashMap<ConnectionId, Connection>,
    /// Private messages are addressed by socket id.
    by_socket_id: HashMap<String, ConnectionId>,
    /// Only channels that somebody is on, or that keep something.
    rooms: HashMap<Arc<str>, Room>,
}

/// Names an open socket within this server; counts up, is never used again, and never leaves the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(u64);

/// A frame and the sockets that it is for, to be sent in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The sockets.
    pub to: Vec<ConnectionId>,
    /// The text of the frame.
    pub frame: Box<str>,
}

#[derive(Debug)]
struct Connection {
    socket_id: String,
    is_authenticated: bool,
    /// The client as it stands in a frame.
    client: Arc<RawValue>,
    channels: BTreeSet<Arc<str>>,
}

impl Hub {
    /// A hub that nobody is connected to.
    pub fn new(settings: Settings, limits: &Limits) -> Hub {
        Hub {
            settings,
            channels_per_socket: limits.channels_per_socket,
            last_id: 0,
            connections: HashMap::new(),
            by_socket_id: HashMap::new(),
            rooms: HashMap::new(),
        }
    }

    /// A socket opened. Its socket id must be new and not to be guessed.
    pub fn open(&mut self, client: Client) -> ConnectionId {
        self.last_id += 1;
        let id = ConnectionId(self.last_id);
        self.by_socket_id.insert(client.socket_id.clone(), id);
        let connection = Connection {
            is_authenticated: client.is_authenticated(),
            client: client.encode().into(),
            socket_id: client.socket_id,
            channels: BTreeSet::new(),
        };
        self.connections.insert(id, connection);
        id
    }

    /// A socket sent a text frame.
    pub fn receive(&mut self, from: ConnectionId, text: &str) -> Vec<Delivery> {
        let command = match Command::parse(text) {
            Ok(command) => command,
            Err(refused) => {
                return vec![to_one(from, refused.why.frame(refused.channel.as_deref()))];
            }
        };
        let channel = &*command.channel;
        let outcome = match command.request {
            Request::Join(wishes) => self.join(from, channel, wishes),
            Request::Leave => Ok(self.leave(from, channel)),
            Request::Message(message) => self.message(from, channel, &message),
            Request::History { with_one_client } => self.history(from, channel, with_one_client),
        };
        outcome.unwrap_or_else(|why| vec![to_one(from, why.frame(Some(channel)))])
    }

    /// A socket did something that is refused whatever channels it is on.
    pub fn refuse(&self, from: ConnectionId, why: &Refusal) -> Delivery {
        to_one(from, why.frame(None))
    }

    /// A socket closed.
    pub fn close(&mut self, id: ConnectionId) -> Vec<Delivery> {
        let Some(connection) = self.connections.remove(&id) else {
            return Vec::new();
        };
        self.by_socket_id.remove(&connection.socket_id);
        let channels = connection.channels.iter();
        channels.filter_map(|channel| self.dismiss(id, channel)).collect()
    }

    /// How many channels the hub knows of: those with members, and those that keep messages.
    pub fn rooms(&self) -> usize {
        self.rooms.len()
    }

    fn join(&mut self, id: ConnectionId, channel: &str, wishes: Wishes) -> Result<Vec<Delivery>, Refusal> {
        let Some(connection) = self.connections.get_mut(&id) else {
            return Ok(Vec::new());
        };
        if !connection.channels.contains(channel) {
            let rules = self.settings.rules_for(channel).ok_or(Refusal::NoSettings)?;
            permissions::check(rules, connection.is_authenticated, Act::Join)?;
            if connection.channels.len() >= self.channels_per_socket {
                return Err(Refusal::TooManyChannels(self.channels_per_socket));
            }
            let name: Arc<str> = channel.into();
            connection.channels.insert(Arc::clone(&name));
            self.rooms.entry(name).or_insert_with(|| Room::new(Arc::clone(rules)));
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

        let mut deliveries = vec![to_one(id, from_server(channel, Action::Join, Payload::Empty {}))];
        if wishes.presence && room.rules.presence {
            deliveries.push(to_one(id, room.presence_full(channel)));
        }
        if wishes.history {
            let history = room.history.readable_by(connection.is_authenticated);
            deliveries.push(to_one(id, from_server(channel, Action::History, Payload::History { history })));
        }
        if is_new {
            let about = (id, &*connection.client);
            deliveries.extend(room.presence_update(channel, PresenceAction::Join, about));
        }
        Ok(deliveries)
    }

    /// Acknowledged to somebody who is not on the channel too: what they asked for is the case.
    fn leave(&mut self, id: ConnectionId, channel: &str) -> Vec<Delivery> {
        let mut deliveries = vec![to_one(id, from_server(channel, Action::Leave, Payload::Empty {}))];
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.channels.remove(channel);
        }
        deliveries.extend(self.dismiss(id, channel));
        deliveries
    }

    fn message(&mut self, from: ConnectionId, channel: &str, message: &Message) -> Result<Vec<Delivery>, Refusal> {
        let recipient = message.recipient.as_deref();
        let recipient_id = recipient.and_then(|socket_id| self.by_socket_id.get(socket_id));
        let room = self.rooms.get_mut(channel).ok_or(Refusal::NotJoined)?;
        let sender = room.member(from).ok_or(Refusal::NotJoined)?;

        let authenticated = message.authenticated;
        let (to, audience) = match recipient {
            None => (room.audience(authenticated), Audience::Everybody),
            Some(_) => {
                let id = *recipient_id.ok_or(Refusal::RecipientAbsent)?;
                let member = room.member(id).ok_or(Refusal::RecipientAbsent)?;
                let is_authenticated = member.is_authenticated;
                (vec![id], Audience::One { is_authenticated })
            }
        };
        let act = Act::Send { authenticated, to: audience };
        permissions::check(&room.rules, sender.is_authenticated, act)?;

        let frame = ServerFrame {
            action: Action::Message,
            client: Some(&sender.client),
            options: Options::Message { authenticated, socket_id: recipient, channel },
            payload: Payload::AsSent(message.payload),
        };
        let frame = frame.encode();
        if recipient.is_none() {
            room.history.keep(&frame, authenticated, room.rules.history);
        }
        Ok(vec![Delivery { to, frame: frame.into() }])
    }

    fn history(&self, from: ConnectionId, channel: &str, with_one_client: bool) -> Result<Vec<Delivery>, Refusal> {
        let room = self.rooms.get(channel).ok_or(Refusal::NotJoined)?;
        let reader = room.member(from).ok_or(Refusal::NotJoined)?;
        let history = if with_one_client { Vec::new() } else { room.history.readable_by(reader.is_authenticated) };
        Ok(vec![to_one(from, from_server(channel, Action::History, Payload::History { history }))])
    }

    /// Takes somebody off a channel and tells the others; a channel without members and messages is forgotten.
    fn dismiss(&mut self, id: ConnectionId, channel: &str) -> Option<Delivery> {
        let room = self.rooms.get_mut(channel)?;
        let member = room.dismiss(id)?;
        let about = (id, &*member.client);
        let delivery = room.presence_update(channel, PresenceAction::Leave, about);
        if room.is_bare() {
            self.rooms.remove(channel);
        }
        delivery
    }
}

fn to_one(id: ConnectionId, frame: Box<RawValue>) -> Delivery {
    Delivery { to: vec![id], frame: frame.into() }
}
