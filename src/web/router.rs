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

const CONNECTION_STATUS: i32 = wire::code(Action::ConnectionStatus);
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
        RECEIVED => received(&connection, usize::try_from(b).ok(), c),
        _ => {}
    }
}

fn received(connection: &Connection, channel: Option<usize>, action: i32) {
    let Some(channel) = channel else {
        for object in connection.objects() {
            hand_to(&object, action);
        }
        return;
    };
    let objects = connection.memberships.borrow().get(channel).map(|membership| membership.objects.clone());
    for object in objects.iter().flat_map(|objects| objects.iter()) {
        hand_to(object, action);
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
    let mut index = 0;
    loop {
        let handler = object.handlers.borrow().get(index).cloned();
        let Some(handler) = handler else { return };
        index += 1;
        if handler.action.is_some_and(|wanted| wanted != action) {
            continue;
        }
        if action != ERROR {
            wire::call(&handler.function);
        } else if let Some(on_error) = handler.for_errors() {
            wire::call(on_error);
        }
    }
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
