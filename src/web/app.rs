//! The page's connections, their channels, and the channel objects that the page holds.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use slab::Slab;
use wasm_bindgen::JsValue;

use super::wire::{self, Handle, Link, Memberships, Text};
use crate::session::{ChannelId, Session, State, Wishes};

/// One socket, or the wish for one: clients with the same URL and token share it.
pub(super) struct Connection {
    /// Never given to another one, so that a late event cannot reach the wrong connection.
    pub(super) id: usize,
    /// A text of JavaScript: it is compared and handed on, never read here.
    pub(super) url: JsValue,
    /// The token it connects with, likewise, or the function that is asked for one; undefined when anonymous.
    pub(super) token: RefCell<JsValue>,
    pub(super) session: RefCell<Session<Text>>,
    pub(super) link: RefCell<Option<Rc<Link>>>,
    pub(super) timer: Cell<Option<JsValue>>,
    /// What `memberships.js` has of the channels.
    pub(super) hearers: Memberships,
    pub(super) memberships: RefCell<Slab<Membership>>,
}

/// One channel of a connection: joined once, however many objects of the page are on it.
pub(super) struct Membership {
    /// What `memberships.js` has of it: its name, and to whom a message is handed.
    pub(super) hearers: wire::Membership,
    pub(super) objects: Vec<Rc<ChannelObject>>,
}

/// A channel object of the page, as `client.channel()` returns it.
pub(super) struct ChannelObject {
    pub(super) id: Cell<usize>,
    /// Tells its client from others.
    pub(super) client: u32,
    /// What the facade has of it: its settings, its address, its channel's name, its handlers.
    pub(super) handle: Handle,
    pub(super) wishes: Wishes,
    /// Whether frames may wait for a connection.
    pub(super) may_wait: bool,
    /// The membership it belongs to, from its first use on.
    pub(super) place: RefCell<Option<Place>>,
    /// Whether the application has added a handler.
    pub(super) heard: Cell<bool>,
    /// Whether the last status that its handlers were told is "connected".
    pub(super) told_connected: Cell<bool>,
    pub(super) destroyed: Cell<bool>,
}

#[derive(Clone)]
pub(super) struct Place {
    pub(super) connection: Rc<Connection>,
    pub(super) channel: ChannelId,
}

impl Connection {
    /// The connection that the object belongs on: the one that its client has, whatever token was set meanwhile, because
    /// tokens are read when a socket is about to open; else one of other clients with the same URL and token.
    pub(super) fn of(object: &ChannelObject) -> Option<Rc<Connection>> {
        let is_own = |other: &Rc<ChannelObject>| other.client == object.client;
        let all = Connection::all();
        let own = all.iter().find(|connection| connection.objects().iter().any(is_own));
        own.cloned().or_else(|| Connection::find(&object.url(), &object.token()))
    }

    /// A connection for the object, with the token that its client has now.
    pub(super) fn make(object: &ChannelObject) -> Rc<Connection> {
        let id = APP.with(|app| app.last_connection.get()).wrapping_add(1);
        let connection = Rc::new(Connection {
            id,
            url: object.url(),
            token: RefCell::new(object.token()),
            session: RefCell::new(Session::new()),
            link: RefCell::new(None),
            timer: Cell::new(None),
            hearers: wire::memberships(),
            memberships: RefCell::new(Slab::new()),
        });
        APP.with(|app| {
            app.last_connection.set(id);
            app.connections.borrow_mut().push(connection.clone());
        });
        connection
    }

    pub(super) fn find(url: &JsValue, token: &JsValue) -> Option<Rc<Connection>> {
        Connection::all().into_iter().find(|connection| connection.url == *url && *connection.token.borrow() == *token)
    }

    pub(super) fn by_id(id: usize) -> Option<Rc<Connection>> {
        APP.with(|app| app.connections.borrow().iter().find(|connection| connection.id == id).cloned())
    }

    pub(super) fn all() -> Vec<Rc<Connection>> {
        APP.with(|app| app.connections.borrow().clone())
    }

    pub(super) fn forget(&self) {
        APP.with(|app| app.connections.borrow_mut().retain(|connection| connection.id != self.id));
    }

    pub(super) fn state(&self) -> State {
        self.session.borrow().state()
    }

    /// Every channel object on this connection.
    pub(super) fn objects(&self) -> Vec<Rc<ChannelObject>> {
        let mut objects = Vec::new();
        for (_, membership) in self.memberships.borrow().iter() {
            objects.extend_from_slice(&membership.objects);
        }
        objects
    }
}

impl ChannelObject {
    /// Gives a new object its number.
    pub(super) fn keep(self) -> Rc<ChannelObject> {
        let object = Rc::new(self);
        object.id.set(APP.with(|app| app.objects.borrow_mut().insert(object.clone())));
        object
    }

    pub(super) fn by_id(id: usize) -> Option<Rc<ChannelObject>> {
        APP.with(|app| app.objects.borrow().get(id).cloned())
    }

    /// Takes the object's number away; another one may get it.
    pub(super) fn take(id: usize) -> Option<Rc<ChannelObject>> {
        APP.with(|app| app.objects.borrow_mut().try_remove(id))
    }

    /// The token to connect with, or the function to ask for one; undefined for an anonymous connection.
    pub(super) fn token(&self) -> JsValue {
        wire::token_of(&self.handle)
    }

    /// Where its socket goes.
    pub(super) fn url(&self) -> JsValue {
        wire::url_of(&self.handle)
    }

    /// Whether it is on a connection that is open.
    pub(super) fn is_connected(&self) -> bool {
        self.place.borrow().as_ref().is_some_and(|place| place.connection.state() == State::Open)
    }
}

struct App {
    /// A few at most, by their number.
    connections: RefCell<Vec<Rc<Connection>>>,
    last_connection: Cell<usize>,
    objects: RefCell<Slab<Rc<ChannelObject>>>,
}

thread_local! {
    static APP: App = const {
        App {
            connections: RefCell::new(Vec::new()),
            last_connection: Cell::new(0),
            objects: RefCell::new(Slab::new()),
        }
    };
}
