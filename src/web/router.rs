//! From an event to the handlers it concerns.

use std::rc::Rc;

use wasm_bindgen::JsValue;

use xano_realtime_protocol::{Action, CloseCode};

use super::app::{ChannelObject, Connection, Handler};
use super::{driver, presence, wire};
use crate::session::Input;

// The same numbers stand in wire.js.
const OPENED: u32 = 0;
const CLOSED: u32 = 1;
const ELAPSED: u32 = 2;
const RECEIVED: u32 = 3;
const TOLD: u32 = 4;
const TOKEN: u32 = 5;

const CONNECTION_STATUS: i32 = wire::code(Action::ConnectionStatus);
const JOIN: i32 = wire::code(Action::Join);
const HISTORY: i32 = wire::code(Action::History);
const MESSAGE: i32 = wire::code(Action::Message);
const ERROR: i32 = wire::code(Action::Error);
const PRESENCE_FULL: i32 = wire::code(Action::PresenceFull);
const PRESENCE_UPDATE: i32 = wire::code(Action::PresenceUpdate);

/// Everything that sockets and timers have to say comes in here.
///
/// | event | a | b | c |
/// |---|---|---|---|
/// | opened | connection | epoch | |
/// | closed | connection | epoch | close code |
/// | elapsed | connection | epoch | |
/// | received | connection | channel, or -1 for all | action, or -1 for one that nobody asked for by name |
/// | told | channel object | 1 when connected | action |
/// | token | connection | epoch | 1 when there is one |
pub(super) fn event(event: u32, a: u32, b: i32, c: i32) {
    let id = a as usize;
    let epoch = b as u32;
    if event == TOLD {
        return told(id, b == 1, c);
    }
    let Some(connection) = Connection::by_id(id) else { return };
    match event {
        OPENED => driver::feed(&connection, Input::Opened { epoch }),
        CLOSED => {
            let code = CloseCode(u16::try_from(c).unwrap_or(CloseCode::ABNORMAL.0));
            driver::feed(&connection, Input::Closed { epoch, code, random: wire::random() });
        }
        ELAPSED => driver::feed(&connection, Input::Elapsed { epoch, random: wire::random() }),
        TOKEN => {
            let answer = wire::answer();
            driver::token_came(&connection, epoch, if c == 1 { Ok(answer) } else { Err(answer) });
        }
        RECEIVED => received(&connection, usize::try_from(b).ok(), c),
        _ => {}
    }
}

fn received(connection: &Connection, channel: Option<usize>, action: i32) {
    let Some(channel) = channel else {
        let objects = connection.objects();
        for object in &objects {
            hand_to(object, action);
        }
        if action == CONNECTION_STATUS {
            tell_clients(&objects);
        }
        return;
    };
    let objects = {
        let memberships = connection.memberships.borrow();
        let Some(membership) = memberships.get(channel) else { return };
        if matches!(action, JOIN | PRESENCE_FULL | HISTORY | MESSAGE) {
            membership.joined.set(true);
        }
        membership.objects.clone()
    };
    for object in objects.iter() {
        hand_to(object, action);
    }
}

/// Hands a status to what listens on the clients themselves, once for each client.
fn tell_clients(objects: &[Rc<ChannelObject>]) {
    for (index, object) in objects.iter().enumerate() {
        let client = object.settings.client();
        let earlier = objects.iter().take(index).any(|earlier| earlier.settings.client() == client);
        let on_status = object.settings.on_status();
        if !earlier && on_status.is_truthy() {
            wire::call(&on_status);
        }
    }
}

/// A status for one channel object, unless it knows by now.
fn told(object: usize, connected: bool, action: i32) {
    let Some(object) = ChannelObject::by_id(object) else { return };
    if object.told_connected.get() != connected && (object.is_connected() || !connected) {
        hand_to(&object, action);
    }
}

/// Calls the handlers of a channel object that want the action, in the order they were added. One that is added
/// meanwhile is called as well, as in the original.
fn hand_to(object: &Rc<ChannelObject>, action: i32) {
    if object.destroyed.get() {
        return;
    }
    match action {
        CONNECTION_STATUS => presence::status(object),
        PRESENCE_FULL => presence::replace(object),
        PRESENCE_UPDATE => presence::update(object),
        _ => {}
    }
    object.handing.set(true);
    let mut index = 0;
    loop {
        let handler = object.handlers.borrow().get(index).cloned();
        let Some(handler) = handler else { break };
        index += 1;
        if handler.removed.get() || handler.action.is_some_and(|wanted| wanted != action) {
            continue;
        }
        if action != ERROR {
            wire::call(&handler.function);
        } else if let Some(on_error) = handler.for_errors() {
            wire::call(on_error);
        }
    }
    object.handing.set(false);
    object.sweep();
}

impl Handler {
    /// The function that gets errors: the second one, or that of an `on("error", …)` which has no second one.
    fn for_errors(&self) -> Option<&JsValue> {
        if self.on_error.is_truthy() {
            return Some(&self.on_error);
        }
        (self.action == Some(ERROR)).then_some(&self.function)
    }
}
