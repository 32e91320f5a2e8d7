//! One channel of a connection: joined once, however many clients of the page are on it.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use xano_realtime_protocol::Action;

use super::connection::Connection;
use super::frame::RawFrame;
use super::items::{self, Client};
use super::room::Room;
use crate::engine::ChannelId;

pub(super) struct SharedChannel {
    pub(super) connection: Rc<Connection>,
    pub(super) name: String,
    /// What the engine knows it by.
    pub(super) number: ChannelId,
    /// The clients' sides of it.
    rooms: RefCell<Vec<Weak<Room>>>,
    /// Whether the server has answered the join on the current socket.
    is_joined: Cell<bool>,
    present: RefCell<Vec<Client>>,
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
            self.is_joined.set(true);
        }
        let present = match kind {
            Some(Action::PresenceFull) => Some(items::present(frame)),
            Some(Action::PresenceUpdate) => self.changed_present(frame),
            _ => None,
        };
        let rooms = self.rooms();
        if let Some(present) = present {
            self.present.replace(present);
            rooms.iter().for_each(|room| room.tell_present(&self.present()));
        }
        for room in rooms {
            room.receive(frame);
        }
    }

    /// The socket is gone, and what is said now is not heard.
    pub(super) fn disconnected(&self) {
        self.rooms().iter().for_each(|room| room.disconnected());
        self.is_joined.set(false);
    }

    /// Who is on the channel, as far as the server has told.
    pub(super) fn present(&self) -> Vec<Client> {
        self.present.borrow().clone()
    }

    fn changed_present(&self, frame: &RawFrame) -> Option<Vec<Client>> {
        let (came, client) = items::change(frame)?;
        let mut present = self.present();
        present.retain(|other| other.socket_id != client.socket_id);
        if came {
            present.push(client);
        }
        Some(present)
    }
}
