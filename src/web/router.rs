//! From an event to what it concerns: a session, or the status of channel objects.

use xano_realtime_protocol::CloseCode;

use super::app::{ChannelObject, Connection};
use super::{driver, wire};
use crate::session::{Failure, Input};

// The same numbers stand in wire.js.
const OPENED: u32 = 0;
const CLOSED: u32 = 1;
const ELAPSED: u32 = 2;
const ACKNOWLEDGED: u32 = 3;
const STATUS: u32 = 4;
const OBJECT_STATUS: u32 = 5;
const TOKEN: u32 = 6;
const NO_TOKEN: u32 = 7;
const NO_SOCKET: u32 = 8;
const WRITABLE: u32 = 9;
const RESUMED: u32 = 10;
const TICK_ENDED: u32 = 11;

/// Everything that sockets and timers have to say comes in here.
///
/// | event | a | b | c |
/// |---|---|---|---|
/// | opened | connection | epoch | |
/// | closed | connection | epoch | close code |
/// | elapsed | connection | timer | how late, in milliseconds |
/// | writable | connection | epoch | |
/// | the tick has ended | connection | | |
/// | resumed | | 1 when it was asleep | |
/// | acknowledged, a join | connection | 1 when the server answers pings | |
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
        TICK_ENDED => driver::tick_ended(&connection),
        WRITABLE => driver::feed(&connection, Input::Writable { epoch }),
        ACKNOWLEDGED => driver::feed(&connection, Input::Acknowledged { answers_pings: b == 1 }),
        STATUS => tell_all(&connection, b == 1),
        TOKEN => driver::token_came(&connection, epoch, &wire::answer()),
        NO_TOKEN => driver::attempt_failed(&connection, epoch, Failure::NoToken, &wire::answer()),
        NO_SOCKET => driver::attempt_failed(&connection, epoch, Failure::NoSocket, &wire::answer()),
        _ => {}
    }
}

/// A status for every channel object, and then, once each, for what listens on their clients.
fn tell_all(connection: &Connection, connected: bool) {
    let objects = connection.objects();
    for object in &objects {
        // Where there are no handlers yet, nobody is told.
        object.told_connected.set(connected && object.heard.get());
        wire::tell_status(&object.handle);
    }
    for (index, object) in objects.iter().enumerate() {
        if !objects.iter().take(index).any(|earlier| earlier.client == object.client) {
            wire::tell_client(&object.handle);
        }
    }
}

/// A status for one channel object, unless it knows by now.
fn tell_one(object: usize, connected: bool) {
    let Some(object) = ChannelObject::by_id(object) else { return };
    if object.told_connected.get() != connected && (object.is_connected() || !connected) {
        object.told_connected.set(connected);
        wire::tell_status(&object.handle);
    }
}
