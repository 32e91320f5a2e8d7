//! What the JavaScript facade calls: numbers for channel objects, and JavaScript values passed through.
#![expect(unreachable_pub, reason = "wasm-bindgen takes public functions only")]

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::prelude::*;

use super::app::{ChannelObject, Connection, Handler};
use super::wire::Text;
use super::{driver, router, tokens, wire};
use crate::session::{State, Wishes};

/// A channel object for the page. It joins at once where its connection is there already, else at its first use.
#[wasm_bindgen]
#[expect(clippy::too_many_arguments, reason = "a struct of them would cost a getter each")]
pub fn channel_open(
    client: u32,
    settings: JsValue,
    url: JsValue,
    name: JsValue,
    history: bool,
    presence: bool,
    recover: bool,
    may_wait: bool,
    debug: bool,
) -> usize {
    let object = ChannelObject {
        id: Cell::new(0),
        client,
        settings,
        url,
        name,
        wishes: Wishes { history, presence, recover },
        may_wait,
        debug,
        place: RefCell::new(None),
        page_object: RefCell::new(None),
        handlers: RefCell::new(Vec::new()),
        handing: Cell::new(false),
        stale: Cell::new(false),
        heard: Cell::new(false),
        told_connected: Cell::new(false),
        destroyed: Cell::new(false),
    }
    .keep();
    if Connection::of(&object).is_some() {
        driver::activate(&object);
    }
    object.id.get()
}

/// Adds a handler for the action of that number, or for every action where it is -1. Internal ones are the facade's own.
#[wasm_bindgen]
pub fn channel_on(id: usize, page_object: JsValue, action: i32, function: JsValue, on_error: JsValue, internal: bool) {
    let Some(object) = ChannelObject::by_id(id) else { return };
    let handler = Handler { action: wanted(action), function, on_error, internal, removed: Cell::new(false) };
    object.handlers.borrow_mut().push(Rc::new(handler));
    object.page_object.replace(Some(page_object));
    driver::activate(&object);
    if !internal && !object.heard.replace(true) && object.is_connected() {
        wire::tell_object_status(id as i32, 1);
    }
}

/// Takes handlers away: those for that action, with that function, or all of them where neither is given.
#[wasm_bindgen]
pub fn channel_off(id: usize, action: i32, function: JsValue) {
    let Some(object) = ChannelObject::by_id(id) else { return };
    let action = wanted(action);
    for handler in object.handlers.borrow().iter() {
        let same_action = action.is_none() || handler.action == action;
        let same_function = function.is_undefined() || handler.function == function;
        // The facade names its own function; the application cannot.
        let meant = !handler.internal || !function.is_undefined();
        if same_action && same_function && meant {
            handler.removed.set(true);
            object.stale.set(true);
        }
    }
    object.sweep();
}

/// 1 once the server has answered the channel's join on the current socket, 2 when it answers publishing as well.
#[wasm_bindgen]
pub fn channel_joined(id: usize) -> u32 {
    let place = ChannelObject::by_id(id).and_then(|object| object.place.borrow().clone());
    place.map_or(0, |place| {
        let memberships = place.connection.memberships.borrow();
        memberships.get(place.channel as usize).map_or(0, |membership| membership.joined.get())
    })
}

/// How a client is connected: 2 open, 1 on its way, 0 not.
#[wasm_bindgen]
pub fn connection_status(client: u32) -> u32 {
    let is_own = |object: &Rc<ChannelObject>| object.client == client;
    let own = Connection::all().into_iter().filter(|connection| connection.objects().iter().any(is_own));
    let statuses = own.map(|connection| match connection.state() {
        State::Open => 2,
        State::Connecting | State::Closing | State::Waiting => 1,
        State::Idle | State::Stopped => 0,
    });
    statuses.max().unwrap_or_default()
}

/// Sends a frame on the channel, or lets it wait.
#[wasm_bindgen]
pub fn channel_send(id: usize, page_object: JsValue, text: Text, comes_back: bool) {
    let Some(object) = ChannelObject::by_id(id) else { return };
    if !driver::send(&object, text, comes_back) {
        // Were the page's object collected now, what waits would be lost with it.
        object.page_object.replace(Some(page_object));
    }
}

/// Forgets a channel object. Its number may be given to another one afterwards.
#[wasm_bindgen]
pub fn channel_destroy(id: usize) {
    if let Some(object) = ChannelObject::take(id) {
        object.destroyed.set(true);
        driver::deactivate(&object);
    }
}

/// Gives a client a new socket, with the token that its settings hold now.
#[wasm_bindgen]
pub fn reconnect(client: u32) {
    tokens::reconnect(client);
}

/// Everything that sockets and timers have to say comes in here.
#[wasm_bindgen]
pub fn event(event: u32, a: u32, b: i32, c: i32) {
    router::event(event, a, b, c);
}

/// Traps, so that tests can see what a page sees then.
#[wasm_bindgen]
pub fn trap() {
    std::process::abort();
}

fn wanted(action: i32) -> Option<i32> {
    (action >= 0).then_some(action)
}
