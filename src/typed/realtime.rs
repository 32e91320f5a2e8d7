//! What the channels of one client share: where and with which token they connect, and how that stands.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::{Rc, Weak};

use super::pool;
use super::queue::Queue;
use super::room::Room;
use super::status::Status;
use super::token::Token;
use super::version::RealtimeVersion;

/// The realtime side of one client. Its channels hold it; it holds none of them.
pub(super) struct Realtime {
    pub(super) address: String,
    /// Which client it is; on V2 alone.
    pub(super) client_id: Option<String>,
    token: RefCell<Token>,
    /// The channels of which the application has a handle, by name.
    rooms: RefCell<HashMap<String, Weak<Room>>>,
    status: RefCell<Status>,
    statuses: RefCell<Vec<Rc<Queue<Status>>>>,
    is_closed: Cell<bool>,
}

impl Realtime {
    pub(super) fn new(address: String, token: Token, client_id: Option<String>) -> Rc<Realtime> {
        Rc::new(Realtime {
            address,
            client_id,
            token: RefCell::new(token),
            rooms: RefCell::default(),
            status: RefCell::new(Status::Idle),
            statuses: RefCell::default(),
            is_closed: Cell::new(false),
        })
    }

    pub(super) fn is_closed(&self) -> bool {
        self.is_closed.get()
    }

    pub(super) fn version(&self) -> RealtimeVersion {
        if self.client_id.is_some() { RealtimeVersion::V2 } else { RealtimeVersion::V1 }
    }

    pub(super) fn token(&self) -> Token {
        self.token.borrow().clone()
    }

    pub(super) fn set_token(&self, token: Token) {
        self.token.replace(token);
    }

    /// The room of that name: the one that is there, or a new one.
    pub(super) fn room(self: &Rc<Self>, name: String) -> Rc<Room> {
        let known = self.rooms.borrow().get(&name).and_then(Weak::upgrade);
        known.unwrap_or_else(|| {
            let room = Rc::new(Room::new(name.clone(), self.clone()));
            self.rooms.borrow_mut().insert(name, Rc::downgrade(&room));
            room
        })
    }

    /// The rooms at this moment. Handles, so that nothing is borrowed while something is done with them.
    pub(super) fn rooms(&self) -> Vec<Rc<Room>> {
        self.rooms.borrow().values().filter_map(Weak::upgrade).collect()
    }

    /// The application has dropped its last handle of a room.
    pub(super) fn forget_dropped(&self) {
        self.rooms.borrow_mut().retain(|_, room| room.strong_count() > 0);
        if self.rooms.borrow().is_empty() {
            self.tell(&Status::Idle);
        }
    }

    pub(super) fn status(&self) -> Status {
        self.status.borrow().clone()
    }

    /// A stream of statuses begins with the present one.
    pub(super) fn watch(&self, watcher: Rc<Queue<Status>>) {
        watcher.push(self.status());
        self.statuses.borrow_mut().push(watcher);
    }

    pub(super) fn unwatch(&self, watcher: &Rc<Queue<Status>>) {
        self.statuses.borrow_mut().retain(|other| !Rc::ptr_eq(other, watcher));
    }

    /// How the connection stands from now on.
    pub(super) fn tell(&self, status: &Status) {
        if self.status.replace(status.clone()) != *status {
            self.publish(status);
        }
    }

    /// Tells the application something that changes nothing about how the connection stands.
    pub(super) fn publish(&self, status: &Status) {
        let statuses = self.statuses.borrow().clone();
        for watcher in statuses {
            watcher.push(status.clone());
        }
    }

    /// The client is gone: its channels are left, and a socket that no other client uses closes.
    pub(super) fn close(&self) {
        self.is_closed.set(true);
        let rooms = self.rooms();
        let connections = pool::connections_of(&rooms);
        for room in rooms {
            room.close();
        }
        self.tell(&Status::Idle);
        for statuses in self.statuses.take() {
            statuses.close();
        }
        for connection in connections {
            // No channel can come back: the socket need not outlive this tick.
            connection.end_tick();
        }
    }
}
