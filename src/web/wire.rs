//! The Rust face of `wire.js`, the JavaScript half of the data plane.

use js_sys::{JsString, Map};
use wasm_bindgen::prelude::*;

use xano_realtime_protocol::Action;

#[wasm_bindgen(module = "/src/web/wire.js")]
extern "C" {
    /// Names the function through which every event of sockets and timers comes in.
    pub(super) fn start(entry: &JsValue);

    /// The number of an action's name; a new name gets the next one.
    pub(super) fn code_of(name: &JsValue) -> i32;

    /// Calls a handler with the action that is being handed out. What it throws is reported, never passed on.
    pub(super) fn call(handler: &JsValue);

    /// The payload of the action that is being handed out.
    pub(super) fn payload() -> JsValue;

    #[wasm_bindgen(catch)]
    fn frame(
        code: i32,
        channel: &JsValue,
        options: &JsValue,
        payload: &JsValue,
    ) -> Result<JsString, JsValue>;
    fn join_frame(code: i32, channel: &JsValue, history: bool, presence: bool) -> JsString;

    /// One socket with its listeners.
    pub(super) type Link;
    #[wasm_bindgen(constructor, catch)]
    pub(super) fn new(
        url: &str,
        token: Option<&str>,
        connection: u32,
        epoch: u32,
        channels: &Map,
    ) -> Result<Link, JsValue>;
    /// Whether the browser takes a frame now; it drops what it is given while closing, without a word.
    #[wasm_bindgen(method)]
    pub(super) fn writable(this: &Link) -> bool;
    #[wasm_bindgen(method, catch)]
    pub(super) fn send(this: &Link, text: &JsString) -> Result<(), JsValue>;
    #[wasm_bindgen(method)]
    pub(super) fn close(this: &Link, code: u16);
    /// Closes the socket and stops listening to it.
    #[wasm_bindgen(method)]
    pub(super) fn discard(this: &Link, code: u16);

    pub(super) fn set_timer(connection: u32, epoch: u32, after_ms: u32) -> JsValue;
    pub(super) fn clear_timer(timer: &JsValue);

    fn tell_status(code: i32, connection: u32, connected: bool);
    fn tell_object_status(code: i32, object: u32, connected: bool);
    fn tell_error(
        action_code: i32,
        connection: u32,
        slot: i32,
        channel: &JsValue,
        code: &str,
        message: &str,
    );
}

/// The number of an action on the JavaScript side: its discriminant, because [`number_actions`] names them in order.
pub(super) const fn code(action: Action) -> i32 {
    action as i32
}

/// Gives every action of the protocol its number.
pub(super) fn number_actions() {
    for action in Action::ALL {
        code_of(&JsValue::from_str(action.name()));
    }
}

/// The text of an application's frame. Fails where the payload cannot be said in JSON.
pub(super) fn app_frame(
    action: Action,
    channel: &JsValue,
    options: &JsValue,
    payload: &JsValue,
) -> Result<JsString, JsValue> {
    frame(code(action), channel, options, payload)
}

pub(super) fn join(channel: &JsValue, history: bool, presence: bool) -> JsString {
    join_frame(code(Action::Join), channel, history, presence)
}

pub(super) fn leave(channel: &JsValue) -> Result<JsString, JsValue> {
    frame(
        code(Action::Leave),
        channel,
        &JsValue::UNDEFINED,
        &JsValue::UNDEFINED,
    )
}

/// Tells every channel of a connection how it stands.
pub(super) fn announce_status(connection: u32, connected: bool) {
    tell_status(code(Action::ConnectionStatus), connection, connected);
}

/// Tells one channel object how its connection stands.
pub(super) fn announce_status_to(object: u32, connected: bool) {
    tell_object_status(code(Action::ConnectionStatus), object, connected);
}

/// Tells one channel of a connection, or all of them, about a failure.
pub(super) fn announce_error(
    connection: u32,
    channel: Option<(u32, &JsValue)>,
    error_code: &str,
    message: &str,
) {
    let (slot, name) = match channel {
        Some((slot, name)) => (slot as i32, name),
        None => (-1, &JsValue::UNDEFINED),
    };
    tell_error(
        code(Action::Error),
        connection,
        slot,
        name,
        error_code,
        message,
    );
}
