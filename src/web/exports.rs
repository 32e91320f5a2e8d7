//! What the JavaScript facade calls: numbers for channel objects, and JavaScript values passed through.
#![expect(unreachable_pub, reason = "wasm-bindgen takes public functions only")]

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::prelude::*;

use super::app::{ChannelObject, Connection};
use super::wire::{Handle, Text};
use super::{driver, router, tokens, wire};
use crate::session::{Frame, State, Wishes};

/// A channel object for the page. It joins at once where its connection is there already, else at its first use.
#[wasm_bindgen]
pub fn channel_open(
    client: u32,
    handle: Handle,
    history: bool,
    presence: bool,
    recover: bool,
    may_wait: bool,
) -> usize {
    let object = ChannelObject {
        id: Cell::new(0),
        client,
        handle,
        wishes: Wishes { history, presence, recover },
        may_wait,
        place: RefCell::new(None),
        heard: Cell::new(false),
        told_connected: Cell::new(false),
        destroyed: Cell::new(false),
    }
    .keep();
    // One that has lost its last channel in this tick is there for whatever is used before it ends.
    if Connection::of(&object).is_some_and(|connection| !connection.objects().is_empty()) {
        driver::activate(&object);
    }
    object.id.get()
}

/// A channel object has got a handler. Internal ones are the facade's own: the application listens to nothing yet.
#[wasm_bindgen]
pub fn channel_on(id: usize, internal: bool) {
    let Some(object) = ChannelObject::by_id(id) else { return };
    driver::activate(&object);
    if !internal && !object.heard.replace(true) && object.is_connected() {
        wire::tell_object_status(id as i32, 1);
    }
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

/// Lets a frame on the channel pass that need not wait, if its socket takes it: the facade sends it then. Says whether.
#[wasm_bindgen]
pub fn channel_try_pass(id: usize, comes_back: bool) -> bool {
    ChannelObject::by_id(id).is_some_and(|object| driver::try_pass(&object, comes_back))
}

/// Sends a frame on the channel, or lets it wait; says whether nothing has to be kept for it. A frame of no bytes is one
/// whose answer nobody would hear: it does not wait for a connection.
#[wasm_bindgen]
pub fn channel_send(id: usize, body: Text, bytes: u32, comes_back: bool) -> bool {
    let Some(object) = ChannelObject::by_id(id) else { return false };
    if bytes == 0 && !Connection::of(&object).is_some_and(|connection| driver::takes_frames(&connection)) {
        return true;
    }
    driver::send(&object, Frame { bytes, body, comes_back })
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
