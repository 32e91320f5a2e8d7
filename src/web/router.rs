//! From an event to the handlers it concerns.

use std::rc::Rc;

use wasm_bindgen::JsValue;

use xano_realtime_protocol::{Action, CloseCode};

use super::app::{ChannelObject, Connection, Handler};
use super::{driver, wire};
use crate::session::{Failure, Input};

// The same numbers stand in wire.js.
const OPENED: u32 = 0;
const CLOSED: u32 = 1;
const ELAPSED: u32 = 2;
const RECEIVED: u32 = 3;
const STATUS: u32 = 4;
const OBJECT_STATUS: u32 = 5;
const TOKEN: u32 = 6;
const NO_TOKEN: u32 = 7;
const NO_SOCKET: u32 = 8;
const WRITABLE: u32 = 9;
const RESUMED: u32 = 10;
const ANSWERED: u32 = 11;

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
/// | elapsed | connection | timer | how late, in milliseconds |
/// | writable | connection | epoch | |
/// | resumed | | 1 when it was asleep | |
/// | received | connection | channel, or -1 for all | action, or -1 for one that nobody asked for by name |
/// | answered | connection | channel; for nobody but the facade | |
/// | status | connection | 1 when connected | |
/// | status of one object | channel object | 1 when connected | |
/// | token, no token, no socket | connection | epoch | |
pub(super) fn event(event: u32, a: u32, b: i32, c: i32) {
    let id = a as usize;
    let epoch = b as u32;
    if event == OBJECT_STATUS {
        return tell_one(id, b == 1);
    }
    if event == RESUMED {
        return Connection::all().iter().for_each(|each| driver::feed(each, Input::Resumed { slept: b == 1 }));
    }
    let Some(connection) = Connection::by_id(id) else { return };
    match event {
        OPENED => driver::feed(&connection, Input::Opened { epoch }),
        CLOSED => {
            let code = CloseCode(u16::try_from(c).unwrap_or(CloseCode::ABNORMAL.0));
            driver::feed(&connection, Input::Closed { epoch, code, random: wire::random() });
        }
        ELAPSED => driver::elapsed(&connection, epoch, c as u32),
        WRITABLE => driver::feed(&connection, Input::Writable { epoch }),
        RECEIVED => received(&connection, b, c),
        ANSWERED => answered(&connection, b),
        STATUS => tell_all(&connection, b == 1),
        TOKEN => driver::token_came(&connection, epoch, &wire::answer()),
        NO_TOKEN => driver::attempt_failed(&connection, epoch, Failure::NoToken, &wire::answer()),
        NO_SOCKET => driver::attempt_failed(&connection, epoch, Failure::NoSocket, &wire::answer()),
        _ => {}
    }
}

fn received(connection: &Rc<Connection>, channel: i32, action: i32) {
    let Ok(channel) = usize::try_from(channel) else {
        for object in &connection.objects() {
            hand_to(object, action);
        }
        return;
    };
    let offers = if action == JOIN { wire::offers() } else { 0 };
    if action == JOIN {
        driver::feed(connection, Input::Acknowledged { answers_pings: offers & 1 != 0 });
    }
    let objects = {
        let memberships = connection.memberships.borrow();
        let Some(membership) = memberships.get(channel) else { return };
        if action == JOIN {
            membership.joined.set(if offers & 2 != 0 { 2 } else { 1 });
        } else if matches!(action, PRESENCE_FULL | HISTORY | MESSAGE) {
            membership.joined.set(membership.joined.get().max(1));
        }
        membership.objects.clone()
    };
    for object in objects.iter() {
        hand_to(object, action);
    }
}

/// An answer to something that the facade itself has asked.
fn answered(connection: &Connection, channel: i32) {
    let objects = {
        let memberships = connection.memberships.borrow();
        let Some(membership) = memberships.get(channel as usize) else { return };
        membership.objects.clone()
    };
    for object in objects.iter() {
        call_handlers(object, &|handler| handler.internal.then_some(&handler.function));
    }
}

/// A status for every channel object, and then, once each, for what listens on their clients.
fn tell_all(connection: &Connection, connected: bool) {
    let objects = connection.objects();
    for object in &objects {
        // Where there are no handlers yet, nobody is told.
        object.told_connected.set(connected && object.heard.get());
        hand_to(object, CONNECTION_STATUS);
    }
    for (index, object) in objects.iter().enumerate() {
        if !objects.iter().take(index).any(|earlier| earlier.client == object.client) {
            wire::tell_client(&object.settings);
        }
    }
}

/// A status for one channel object, unless it knows by now.
fn tell_one(object: usize, connected: bool) {
    let Some(object) = ChannelObject::by_id(object) else { return };
    if object.told_connected.get() != connected && (object.is_connected() || !connected) {
        object.told_connected.set(connected);
        hand_to(&object, CONNECTION_STATUS);
    }
}

/// Calls the handlers of a channel object that want the action, in the order they were added. One that is added
/// meanwhile is called as well, as in the original.
fn hand_to(object: &Rc<ChannelObject>, action: i32) {
    if object.destroyed.get() {
        return;
    }
    if matches!(action, PRESENCE_FULL | PRESENCE_UPDATE) {
        // Cloned out of the cell: keeping the list runs JavaScript.
        let page_object = object.page_object.borrow().clone();
        if let Some(page_object) = page_object {
            wire::track(&page_object);
        }
    }
    call_handlers(object, &|handler| handler.function_for(action));
}

fn call_handlers(object: &Rc<ChannelObject>, choose: &dyn Fn(&Handler) -> Option<&JsValue>) {
    object.handing.set(true);
    let mut index = 0;
    loop {
        let handler = object.handlers.borrow().get(index).cloned();
        let Some(handler) = handler else { break };
        index += 1;
        if handler.removed.get() {
            continue;
        }
        if let Some(function) = choose(&handler) {
            wire::call(function);
        }
    }
    object.handing.set(false);
    object.sweep();
}

impl Handler {
    /// The function that gets the action. Errors go to the second one, or to that of an `on("error", …)` which has no
    /// second one.
    fn function_for(&self, action: i32) -> Option<&JsValue> {
        if self.action.is_some_and(|wanted| wanted != action) {
            return None;
        }
        if action != ERROR {
            return Some(&self.function);
        }
        if !self.on_error.is_undefined() {
            return Some(&self.on_error);
        }
        (self.action == Some(ERROR)).then_some(&self.function)
    }
}
