//! Who is on which channel and what they may do. Pure: no sockets, no clock, no randomness.
//!
//! Give it what happens ([`Hub::open`], [`Hub::receive`], [`Hub::close`]), and send what it returns:
//!
//! ```
//! use xano_realtime_hub::protocol::frame::Client;
//! use xano_realtime_hub::{Hub, Limits, Settings};
//!
//! let mut hub = Hub::new(Settings::default(), &Limits::default(), "first epoch");
//! let jill = hub.open(Client::anonymous("socket-of-jill"));
//! let join = r#"{"action":"join","options":{"channel":"marvel-chat-room"},"payload":null}"#;
//! for delivery in hub.receive(jill, join) {
//!     assert_eq!(delivery.to, [jill]);
//!     assert!(delivery.frame.to_string().starts_with(r#"{"action":"join""#));
//! }
//! ```
//!
//! # Layout
//!
//! - [`settings`]: the connection hash and the rows that say what clients may do.
//! - [`limits`]: the limits that the hub keeps.
//! - [`channel_name`]: what a channel may be called.
//! - `encoded`: a frame as it is written to sockets.
//! - `command`: what a client asks for, read from its frame.
//! - `depth`: how deep what a client sends may be nested.
//! - `membership`: joining and leaving.
//! - `messages`: what is said, and what is kept of it.
//! - `permissions`: whether the channel's settings allow it.
//! - `reform`: new settings for channels that people are on.
//! - `room`: one channel with its members.
//! - `presence`: which members its presence list names, and when the others are told of a change.
//! - `retention`: what the channels keep together, and which goes first.
//! - `said`: what takes a place in the order of a channel.
//! - `shared`: channels that several servers have.
//! - `follow`: what the others tell of them, and what Redis answers.
//! - `post`: what a hub asks of Redis.
//! - `row`: the rows of settings, as Redis compares them.
//! - `idle`: shared channels that are followed a while after their last member.
//! - `share`: what a room of them knows of the others.
//! - `notice`: what servers tell each other.
//! - `history`: what a channel keeps.
//! - `message_id`: names what is said.
//! - `publish`: messages with a key, which are said once however often they are sent.
//! - `keys`: what came of them.
//! - `recovery`: what somebody missed who comes back.
//! - `triggers`: questions to the URLs of the settings, and what waits for their answers.
//! - `census`: who is where, for those who run the server.
//! - `refusal`, `code`: what is refused, in words for people and in codes for programs.

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing))]

mod census;
pub mod channel_name;
mod code;
mod command;
mod depth;
mod encoded;
mod follow;
mod history;
mod idle;
mod keys;
pub mod limits;
mod membership;
mod message_id;
mod messages;
mod notice;
mod permissions;
mod post;
mod presence;
mod publish;
mod recovery;
mod reform;
mod refusal;
mod retention;
mod room;
mod row;
mod said;
pub mod settings;
mod share;
mod shared;
mod triggers;

#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use xano_realtime_protocol::frame::Client;

pub use census::{Census, ChannelView};
pub use code::Code;
pub use command::{Command, Frame, Request};
pub use encoded::Encoded;
use keys::Keys;
pub use keys::Outcome;
pub use limits::Limits;
pub use message_id::MessageId;
pub use notice::is_of_node;
pub use post::{Asker, Held, Load, Post, Reply, Snapshot};
pub use presence::BATCH_EVERY_MS;
pub use recovery::Since;
pub use refusal::Refusal;
pub use refusal::Refused;
use retention::Retention;
use room::{PresencePoint, Room};
pub use row::{Row, RowPast, Rows, identity};
pub use settings::Settings;
use shared::Shared;
use triggers::Waiting;
pub use triggers::{Answer, Call, Ticket};
pub use xano_realtime_protocol as protocol;

/// All channels of a server and the sockets on them.
#[derive(Debug)]
pub struct Hub {
    settings: Settings,
    channels_per_socket: usize,
    presence_members: usize,
    /// Milliseconds since 1970.
    now_ms: u64,
    /// Message ids are comparable within one.
    epoch: Box<str>,
    /// The newest of what was said on channels that are forgotten.
    forgotten: Option<MessageId>,
    last_id: u64,
    connections: HashMap<ConnectionId, Connection>,
    /// Private messages are addressed by socket id.
    by_socket_id: HashMap<String, ConnectionId>,
    /// Only channels that somebody is on, or that keep something.
    rooms: HashMap<Arc<str>, Room>,
    retention: Retention,
    /// How many of the rooms have members, and how many members they have.
    rooms_in_use: usize,
    members: usize,
    /// Channels with changes of presence that nobody was told of yet.
    restless: BTreeSet<Arc<str>>,
    /// Questions that nobody has asked yet.
    calls: Vec<Call>,
    /// Only sockets with an open question.
    waiting: HashMap<ConnectionId, Waiting>,
    keys: Keys,
    /// Only where several servers have the same channels.
    shared: Option<Shared>,
    /// Keys of messages that a trigger is asked about, with those who sent such a message again meanwhile.
    undecided: HashMap<(Arc<str>, Arc<str>), Vec<ConnectionId>>,
}

/// Names an open socket within this server; counts up, is never used again, and never leaves the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ConnectionId(u64);

/// The answer to a ping, whoever asks.
pub const PONG: &str = r#"{"action":"pong"}"#;

/// A frame and the sockets that it is for, to be sent in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The sockets.
    pub to: Vec<ConnectionId>,
    /// The frame.
    pub frame: Encoded,
    /// What the frame is.
    pub kind: Kind,
}

/// What the frame of a delivery is, as far as anybody counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A message, or an event.
    Message,
    /// An error.
    Error(Code),
    /// Anything else.
    Other,
}

impl Delivery {
    fn new(to: Vec<ConnectionId>, frame: Encoded) -> Delivery {
        Delivery { to, frame, kind: Kind::Other }
    }

    fn message(to: Vec<ConnectionId>, frame: Encoded) -> Delivery {
        Delivery { to, frame, kind: Kind::Message }
    }

    fn refusal(to: ConnectionId, channel: Option<&str>, key: Option<&str>, why: &Refusal) -> Delivery {
        Delivery { kind: Kind::Error(why.code()), ..to_one(to, why.frame(channel, key)) }
    }

    /// A refusal that many are told of.
    fn refusal_to_all(to: Vec<ConnectionId>, channel: &str, why: &Refusal) -> Delivery {
        Delivery { kind: Kind::Error(why.code()), ..Delivery::new(to, why.frame(Some(channel), None)) }
    }
}

#[derive(Debug)]
struct Connection {
    socket_id: String,
    is_authenticated: bool,
    /// The client as it stands in a frame.
    client: Arc<RawValue>,
    channels: BTreeSet<Arc<str>>,
}

impl Connection {
    /// The client, decoded again: only triggers need it.
    fn client(&self) -> Client {
        serde_json::from_str(self.client.get()).unwrap_or_else(|_| Client::anonymous(self.socket_id.clone()))
    }
}

impl Hub {
    /// A hub that nobody is connected to. What it says is new to everybody, so no other hub may have had its epoch.
    pub fn new(settings: Settings, limits: &Limits, epoch: impl Into<Box<str>>) -> Hub {
        Hub {
            settings,
            channels_per_socket: limits.channels_per_socket,
            presence_members: limits.presence_members,
            now_ms: 0,
            epoch: epoch.into(),
            forgotten: None,
            last_id: 0,
            connections: HashMap::new(),
            by_socket_id: HashMap::new(),
            rooms: HashMap::new(),
            retention: Retention::new(limits),
            rooms_in_use: 0,
            members: 0,
            restless: BTreeSet::new(),
            calls: Vec::new(),
            waiting: HashMap::new(),
            keys: Keys::default(),
            shared: None,
            undecided: HashMap::new(),
        }
    }

    /// A hub that has its channels together with those of other servers, among which it has a name of its own. What it
    /// asks of Redis counts as waiting as long as `load` holds it.
    pub fn shared(settings: Settings, rows: Rows, limits: &Limits, node: &str, load: Load) -> Hub {
        Hub { shared: Some(Shared::new(node.into(), rows, limits, load)), ..Hub::new(settings, limits, node) }
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

    /// A socket sent a text frame. Where a trigger is to be asked first, [`take_calls`](Self::take_calls) says so.
    pub fn receive(&mut self, from: ConnectionId, text: &str) -> Vec<Delivery> {
        match Frame::parse(text) {
            Ok(Frame::Ping) => vec![Delivery { to: vec![from], frame: Encoded::text(PONG), kind: Kind::Other }],
            Ok(Frame::Command(command)) => self.handle(from, &command, text),
            Err(refused) => vec![refused.delivery(from)],
        }
    }

    /// The same, for a frame that is understood already.
    pub fn handle(&mut self, from: ConnectionId, command: &Command<'_>, text: &str) -> Vec<Delivery> {
        let channel = &*command.channel;
        if let Some(waits) = self.queue_behind_question(from, channel, text) {
            return waits
                .err()
                .map(|why| Delivery::refusal(from, Some(channel), command.key(), &why))
                .into_iter()
                .collect();
        }
        let outcome = match &command.request {
            Request::Join(wishes) => self.join(from, channel, wishes.clone()),
            Request::Leave => Ok(self.leave(from, channel)),
            Request::Message(message) => self.message(from, channel, message, text),
            Request::History { with_one_client } => self.history(from, channel, *with_one_client),
        };
        outcome.unwrap_or_else(|why| vec![Delivery::refusal(from, Some(channel), command.key(), &why)])
    }

    /// A socket closed. Where a trigger is to be asked about what others sent, [`take_calls`](Self::take_calls) says so.
    pub fn close(&mut self, id: ConnectionId) -> Vec<Delivery> {
        let Some(connection) = self.connections.remove(&id) else {
            return Vec::new();
        };
        self.by_socket_id.remove(&connection.socket_id);
        let channels = connection.channels.iter();
        let mut deliveries: Vec<_> = channels.flat_map(|channel| self.dismiss(id, channel)).collect();
        deliveries.extend(self.stop_waiting(id, &connection.client));
        deliveries
    }

    /// The settings in force.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// So much time has passed since 1970; what is remembered for a while is forgotten after it. A clock that goes back
    /// stands still here.
    pub fn advance(&mut self, now: Duration) {
        let now_ms = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
        if now_ms <= self.now_ms {
            return;
        }
        self.now_ms = now_ms;
        self.keys.advance(now);
        self.forget_outdated();
        self.advance_shared(now);
    }

    /// Whether members wait to be told of changes of presence; [`tell_presence`](Self::tell_presence) tells them.
    pub fn is_restless(&self) -> bool {
        !self.restless.is_empty()
    }

    /// Tells of the changes of presence that came too fast to be told one by one.
    pub fn tell_presence(&mut self) -> Vec<Delivery> {
        let mut deliveries = Vec::new();
        for channel in std::mem::take(&mut self.restless) {
            if let Some(room) = self.rooms.get_mut(&channel) {
                let changes = room.take_pending_changes();
                deliveries.extend(changes.into_iter().filter_map(|change| room.tell(&channel, change)));
            }
        }
        deliveries
    }

    /// To be called after the presence of a channel changed.
    fn note_restless(&mut self, channel: &str) {
        if self.rooms.get(channel).is_some_and(Room::has_pending_changes) {
            self.restless.insert(channel.into());
        }
    }

    fn presence_point(&self) -> PresencePoint {
        PresencePoint { now_ms: self.now_ms, named_at_most: self.presence_members }
    }

    /// Forgets a channel on which no socket is or is about to be, and that keeps nothing; one that is replicated, a little
    /// later.
    fn forget_if_bare(&mut self, channel: &str) {
        match self.rooms.get(channel) {
            Some(room) if room.is_bare() && room.share.is_some() => self.rest(channel),
            Some(room) if room.is_bare() => self.forget(channel),
            _ => {}
        }
    }

    /// Forgets a channel, but not that something was said.
    fn forget(&mut self, channel: &str) {
        if let Some(mut room) = self.rooms.remove(channel) {
            self.forgotten = self.forgotten.max(room.history.newest());
            self.release(&mut room);
            self.restless.remove(channel);
            self.share_close(channel);
        }
    }

    /// How many channels the hub knows of: those with members, and those that keep messages.
    pub fn rooms(&self) -> usize {
        self.rooms.len()
    }
}

fn to_one(id: ConnectionId, frame: Encoded) -> Delivery {
    Delivery::new(vec![id], frame)
}
