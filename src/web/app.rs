//! The page's connections, their channels, and the channel objects that the page holds.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{JsString, Map};
use slab::Slab;
use wasm_bindgen::prelude::*;

use super::wire::{self, Link};
use crate::session::{ChannelId, Session, Wishes};

/// A connection's number.
pub(super) type ConnectionId = usize;

/// A channel object's number, which the facade keeps.
pub(super) type ObjectId = usize;

#[derive(Default)]
pub(super) struct App {
    pub(super) connections: Slab<Connection>,
    pub(super) objects: Slab<Rc<ChannelObject>>,
    /// Whether `wire.js` knows where events go.
    started: bool,
}

/// One socket, or the wish for one: clients with the same URL and token share it.
pub(super) struct Connection {
    pub(super) url: Rc<str>,
    pub(super) token: Option<Rc<str>>,
    pub(super) session: Session<JsString>,
    pub(super) link: Option<Rc<Link>>,
    pub(super) timer: Option<JsValue>,
    /// From a channel's name to its number, for `wire.js`. A `Map`: a channel may be called `__proto__`.
    pub(super) numbers: Map,
    pub(super) memberships: Slab<Membership>,
}

/// One channel of a connection: joined once, however many objects of the page are on it.
pub(super) struct Membership {
    pub(super) name: JsValue,
    /// Shared, so that handing out a message holds the list as it was when the message came.
    pub(super) objects: Rc<Vec<Rc<ChannelObject>>>,
}

/// A channel object of the page, as `client.channel()` returns it.
pub(super) struct ChannelObject {
    pub(super) id: Cell<ObjectId>,
    pub(super) settings: Settings,
    pub(super) url: Rc<str>,
    pub(super) name: JsValue,
    pub(super) wishes: Wishes,
    /// Whether frames may wait for a connection.
    pub(super) may_wait: bool,
    /// The membership it belongs to, from its first use on.
    pub(super) place: Cell<Option<Place>>,
    /// The page's own object; set by the first `on`. Before that nothing holds it, so that it can be collected.
    pub(super) page_object: RefCell<Option<PageObject>>,
    pub(super) handlers: RefCell<Vec<Rc<Handler>>>,
    /// Who is there: from socket id to member.
    pub(super) presence: Map,
    /// Whether the last status that its handlers were told is "connected".
    pub(super) told_connected: Cell<bool>,
    pub(super) destroyed: Cell<bool>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) connection: ConnectionId,
    pub(super) channel: ChannelId,
}

pub(super) struct Handler {
    /// The number of the action it wants; none: every action.
    pub(super) action: Option<i32>,
    pub(super) function: JsValue,
    pub(super) on_error: JsValue,
}

#[wasm_bindgen]
extern "C" {
    /// The settings of a client, as the facade holds them.
    #[derive(Clone, PartialEq)]
    pub(super) type Settings;
    /// Read whenever a socket is about to open.
    #[wasm_bindgen(method, getter, structural, js_name = realtimeAuthToken)]
    fn realtime_auth_token(this: &Settings) -> JsValue;

    /// The facade's channel object.
    #[derive(Clone)]
    pub(super) type PageObject;
    /// Makes the object for somebody who is on the channel.
    #[wasm_bindgen(method, structural)]
    pub(super) fn member(this: &PageObject, client: &JsValue) -> JsValue;
}

impl Settings {
    /// The token to connect with, if there is one.
    pub(super) fn token(&self) -> Option<Rc<str>> {
        let token = self.realtime_auth_token().as_string()?;
        if token.is_empty() {
            None
        } else {
            Some(token.into())
        }
    }
}

impl Connection {
    pub(super) fn is_for(&self, url: &str, token: Option<&str>) -> bool {
        &*self.url == url && self.token.as_deref() == token
    }

    /// Every channel object on this connection.
    pub(super) fn objects(&self) -> Vec<Rc<ChannelObject>> {
        let memberships = self.memberships.iter();
        memberships
            .flat_map(|(_, membership)| membership.objects.iter().cloned())
            .collect()
    }
}

thread_local! {
    static APP: RefCell<App> = const { RefCell::new(App {
        connections: Slab::new(),
        objects: Slab::new(),
        started: false,
    }) };
}

/// Reads or changes the state. `work` must not call JavaScript that could call back; were it to happen all the same,
/// the inner call would be given nothing, rather than end the page's client with a panic.
pub(super) fn with<R>(work: impl FnOnce(&mut App) -> Option<R>) -> Option<R> {
    APP.with(|app| work(&mut *app.try_borrow_mut().ok()?))
}

/// Connects `wire.js` to the router, once.
pub(super) fn ensure_started() {
    let first = with(|app| Some(!core::mem::replace(&mut app.started, true)));
    if first == Some(true) {
        let entry: Box<dyn Fn(u32, u32, i32, i32)> = Box::new(super::router::event);
        // Lives as long as the page: there is one, whatever clients come and go.
        wire::start(&Closure::wrap(entry).into_js_value());
        wire::number_actions();
    }
}

pub(super) fn object(id: ObjectId) -> Option<Rc<ChannelObject>> {
    with(|app| app.objects.get(id).cloned())
}
