//! The Rust face of `wire.js`, the JavaScript half of the data plane.

use wasm_bindgen::prelude::*;

use xano_realtime_protocol::Action;

#[wasm_bindgen(module = "/src/web/wire.js")]
extern "C" {
    /// The number of an action's name; a new name gets the next one.
    pub(super) fn code_of(name: &JsValue) -> i32;

    /// The socket's address; `ws:` where the URL says `http:` and its host is near.
    pub(super) fn socket_url(base: &Url, is_near: bool, segment: &JsValue) -> JsValue;

    /// Whether a token may stand in a handshake.
    pub(super) fn is_legal_token(token: &JsValue) -> bool;

    /// Calls a handler with the action that is being handed out. What it throws is reported, never passed on.
    pub(super) fn call(handler: &JsValue);

    /// The payload of the action that is being handed out.
    pub(super) fn payload() -> JsValue;

    /// The clients that its payload lists; none when it lists none.
    pub(super) fn clients() -> Option<Clients>;
    pub(super) type Clients;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn length(this: &Clients) -> u32;
    #[wasm_bindgen(method, structural, indexing_getter)]
    pub(super) fn at(this: &Clients, index: u32) -> JsValue;

    /// A frame, ready to be sent. It stays in JavaScript.
    pub(super) type Text;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn length(this: &Text) -> u32;

    #[wasm_bindgen(catch)]
    fn frame(code: i32, channel: &JsValue, options: &JsValue, payload: &JsValue) -> Result<Text, JsValue>;
    fn leave_frame(code: i32, channel: &JsValue) -> Text;
    fn join_frame(code: i32, channel: &JsValue, history: bool, presence: bool) -> Text;

    /// One socket with its listeners.
    pub(super) type Link;
    #[wasm_bindgen(constructor, catch)]
    pub(super) fn new(
        url: &JsValue,
        token: &JsValue,
        connection: u32,
        epoch: u32,
        channels: &Numbers,
        debug: bool,
    ) -> Result<Link, JsValue>;
    /// Whether the browser takes a frame now; it drops what it is given while closing, without a word.
    #[wasm_bindgen(method)]
    pub(super) fn writable(this: &Link) -> bool;
    #[wasm_bindgen(method)]
    pub(super) fn send(this: &Link, text: &Text);
    #[wasm_bindgen(method)]
    pub(super) fn close(this: &Link, code: u16);
    /// Closes the socket and stops listening to it.
    #[wasm_bindgen(method)]
    pub(super) fn discard(this: &Link, code: u16);

    /// The members as an array, in the order they came.
    pub(super) fn list(members: &Members) -> JsValue;

    /// Calls the function, waits for its promise, and tells the router what came of it.
    pub(super) fn ask_for_token(function: &JsValue, connection: u32, epoch: u32);
    /// What came of it: the token, or the error.
    pub(super) fn answer() -> JsValue;

    pub(super) fn set_timer(connection: u32, epoch: u32, after_ms: u32) -> JsValue;
    pub(super) fn clear_timer(timer: &JsValue);

    fn tell_status(code: i32, connection: u32, connected: bool);
    fn tell_object_status(code: i32, object: u32, connected: bool);
    fn tell_error(action_code: i32, connection: u32, slot: i32, channel: &JsValue, code: &str, message: &str);
}

// Globals of the platform. js-sys has them too, at a price: docs/decisions/002-data-plane.md.
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = Math)]
    pub(super) fn random() -> f64;

    /// Any value as text.
    #[wasm_bindgen(js_name = String)]
    pub(super) fn text_of(value: &JsValue) -> String;

    #[wasm_bindgen(js_name = URL)]
    pub(super) type Url;
    #[wasm_bindgen(constructor, catch, js_class = "URL")]
    pub(super) fn new(text: &JsValue) -> Result<Url, JsValue>;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn hostname(this: &Url) -> String;

    /// From a channel's name to its number. A `Map`: a channel may be called `__proto__`.
    #[derive(Clone)]
    #[wasm_bindgen(js_name = Map)]
    pub(super) type Numbers;
    #[wasm_bindgen(constructor, js_class = "Map")]
    pub(super) fn new() -> Numbers;
    #[wasm_bindgen(method, structural)]
    pub(super) fn get(this: &Numbers, name: &JsValue) -> Option<u32>;
    #[wasm_bindgen(method, structural)]
    pub(super) fn set(this: &Numbers, name: &JsValue, number: u32);
    #[wasm_bindgen(method, structural)]
    pub(super) fn delete(this: &Numbers, name: &JsValue);

    /// From a socket id to the member.
    #[wasm_bindgen(js_name = Map)]
    pub(super) type Members;
    #[wasm_bindgen(constructor, js_class = "Map")]
    pub(super) fn new() -> Members;
    #[wasm_bindgen(method, structural)]
    pub(super) fn set(this: &Members, socket_id: &JsValue, member: &JsValue);
    #[wasm_bindgen(method, structural)]
    pub(super) fn delete(this: &Members, socket_id: &JsValue);
    #[wasm_bindgen(method, structural)]
    pub(super) fn clear(this: &Members);
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
) -> Result<Text, JsValue> {
    frame(code(action), channel, options, payload)
}

pub(super) fn join(channel: &JsValue, history: bool, presence: bool) -> Text {
    join_frame(code(Action::Join), channel, history, presence)
}

pub(super) fn leave(channel: &JsValue) -> Text {
    leave_frame(code(Action::Leave), channel)
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
pub(super) fn announce_error(connection: u32, channel: Option<u32>, name: &JsValue, error_code: &str, message: &str) {
    let slot = channel.map_or(-1, |channel| channel as i32);
    tell_error(code(Action::Error), connection, slot, name, error_code, message);
}
