//! One channel of a connection: joined once, however many clients of the page are on it.
//!
//! # Layout
//!
//! - this module: the clients on it, and what they hear.
//! - `recovery`: where the application stands on the channel, and what it has missed.
//! - `history`: the same where the server names no positions.
//! - `v2`: what comes on a channel of Realtime V2.

mod history;
mod recovery;
mod v2;

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use xano_realtime_protocol::Action;

use super::connection::Connection;
use super::error::ServerError;
use super::failure::Failure;
use super::frame::{RawFields, RawFrame};
use super::frames;
use super::heard::Heard;
use super::items;
use super::listeners::Told;
use super::members::{self, Client};
use super::message_ids::MessageIds;
use super::position::Position;
use super::room::Room;
use crate::engine::{ChannelId, Input};
use history::Trail;
use recovery::Standing;

/// What the server sends to a client that is on a channel.
const SIGNS_OF_JOINING: [Action; 4] = [Action::Join, Action::PresenceFull, Action::History, Action::Message];

pub(super) struct SharedChannel {
    pub(super) connection: Rc<Connection>,
    pub(super) name: String,
    /// What the engine knows it by.
    pub(super) number: ChannelId,
    /// The clients' sides of it.
    rooms: RefCell<Vec<Weak<Room>>>,
    /// Whether it is joined, as the engine says.
    is_joined: Cell<bool>,
    present: RefCell<Vec<Client>>,
    standing: RefCell<Standing>,
    /// Where the server stood when it acknowledged, until the engine says what that means; none where nothing is awaited.
    acknowledged: RefCell<Option<Option<Position>>>,
    /// The entries of the answer that the engine is asked about.
    missed: RefCell<Vec<RawFrame>>,
    heard: RefCell<Heard>,
    trail: RefCell<Trail>,
    /// What the server has refused last.
    refusal: RefCell<Option<ServerError>>,
    /// On V2: the messages that the engine knows by number.
    message_ids: RefCell<MessageIds>,
    /// On V2: whether the service has confirmed an acknowledgement.
    is_confirmed: Cell<bool>,
    /// On V2: whether the service says that nothing was missed, or comes by itself.
    is_whole: Cell<bool>,
}

impl SharedChannel {
    pub(super) fn new(connection: Rc<Connection>, name: String, number: ChannelId) -> Self {
        SharedChannel {
            connection,
            name,
            number,
            rooms: RefCell::default(),
            is_joined: Cell::new(false),
            present: RefCell::default(),
            standing: RefCell::new(Standing::Never),
            acknowledged: RefCell::default(),
            missed: RefCell::default(),
            heard: RefCell::default(),
            trail: RefCell::default(),
            refusal: RefCell::default(),
            message_ids: RefCell::default(),
            is_confirmed: Cell::new(false),
            is_whole: Cell::new(false),
        }
    }

    pub(super) fn is_joined(&self) -> bool {
        self.is_joined.get()
    }

    pub(super) fn add(&self, room: &Rc<Room>) {
        self.rooms.borrow_mut().push(Rc::downgrade(room));
    }

    /// Says whether no room is left. The room may be one that is being dropped.
    pub(super) fn remove(&self, room: &Room) -> bool {
        let mut rooms = self.rooms.borrow_mut();
        rooms.retain(|other| !std::ptr::eq(other.as_ptr(), room));
        rooms.is_empty()
    }

    /// The rooms at this moment. Handles, so that nothing is borrowed while they are told something.
    pub(super) fn rooms(&self) -> Vec<Rc<Room>> {
        self.rooms.borrow().iter().filter_map(Weak::upgrade).collect()
    }

    pub(super) fn receive(&self, frame: &RawFrame) {
        let kind = frame.kind();
        if kind == Some(Action::Join) {
            self.acknowledge(frame);
        } else if !self.is_joined() && kind.is_some_and(|kind| SIGNS_OF_JOINING.contains(&kind)) {
            let writable = self.connection.takes_frames();
            self.connection.decide(Input::Heard { channel: self.number, writable });
        }
        // An entry on a socket that is being replaced before it has joined: the next one asks for it, behind what was missed.
        let is_entry = !frame.option(RawFields::id).is_undefined();
        if is_entry && !self.is_joined() && !self.connection.is_open() {
            return;
        }
        if self.is_answer(frame, kind) {
            return;
        }
        if kind == Some(Action::History) && (self.is_own_history(frame) || self.is_missed(frame)) {
            return;
        }
        self.got(frame);
        let present = match kind {
            Some(Action::PresenceFull) => Some(members::present(frame)),
            Some(Action::PresenceUpdate) => self.changed_present(frame),
            _ => None,
        };
        if let Some(present) = present {
            self.present.replace(present);
            self.rooms().iter().for_each(|room| room.tell_present(&self.present()));
        }
        self.pass(frame);
        if kind == Some(Action::Error) {
            // No history comes behind it.
            self.align();
        }
    }

    fn tell_rooms(&self, frame: &RawFrame) {
        self.rooms().iter().for_each(|room| room.receive(frame));
    }

    /// Whether the frame only answers a message that was published: its echo says something besides, unless the application
    /// has it already. Settles the message.
    fn is_answer(&self, frame: &RawFrame, kind: Option<Action>) -> bool {
        let is_error = kind == Some(Action::Error);
        let Some(key) = frame.option(RawFields::key).as_string() else {
            if is_error {
                self.refusal.replace(Some(items::refusal(frame)));
                self.connection.decide(Input::ChannelRefused { channel: self.number });
            }
            self.confirm(frame);
            return false;
        };
        let message = frames::number_of(&key);
        let publisher = message.and_then(frames::room_of);
        if let Some(message) = message
            && let Some(place) = publisher.as_ref().and_then(|room| room.place())
        {
            let answered = place.connection.decide(Input::Answered { channel: place.number, message });
            for message in answered.forgotten {
                message.settle(if is_error { Err(items::refusal(frame).into()) } else { Ok(items::published(frame)) });
            }
        }
        if !frames::is_key(&key) {
            return false;
        }
        let id = frame.option(RawFields::id);
        if is_error || kind == Some(Action::Ack) || self.has_heard(&id) {
            return true;
        }
        let is_late = self.is_late(&id);
        // The echo of a message that was sent again, behind newer ones: who has published it alone gets it. The others came
        // later, or were told a gap.
        if let Some(room) = publisher.filter(|room| is_late && room.is_at(self)) {
            room.receive(frame);
        }
        is_late
    }

    /// Why the server does not let this client in.
    pub(super) fn refusal(&self) -> Option<ServerError> {
        self.refusal.borrow().clone()
    }

    /// The same where it has been asked on the current socket, and nothing but the join can be meant.
    pub(super) fn refusal_of_join(&self) -> Option<ServerError> {
        self.refusal().filter(|_| self.connection.is_open() && !self.is_joined())
    }

    /// The server has let this client in.
    pub(super) fn joined(&self) {
        self.is_joined.set(true);
        self.rooms().iter().for_each(|room| room.joined());
    }

    /// The socket is gone, and what is said now is not heard.
    pub(super) fn disconnected(&self) {
        self.forget_question();
        self.refusal.take();
        self.rooms().iter().for_each(|room| room.disconnected());
        self.is_joined.set(false);
    }

    /// The engine names a failure of the channel.
    pub(super) fn failed(&self, failure: Failure) {
        // Who sent a frame that was refused was told at once: `turns`.
        if failure == Failure::Poisoned {
            self.rooms().iter().for_each(|room| room.tell(&Told::Poisoned));
        }
    }

    /// Who is on the channel, as far as the server has told.
    pub(super) fn present(&self) -> Vec<Client> {
        self.present.borrow().clone()
    }

    fn changed_present(&self, frame: &RawFrame) -> Option<Vec<Client>> {
        let (came, client) = members::change(frame)?;
        let mut present = self.present();
        present.retain(|other| other.socket_id != client.socket_id);
        if came {
            present.push(client);
        }
        Some(present)
    }
}
