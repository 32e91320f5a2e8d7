//! The Rust face of `wire.js`, the JavaScript half of the data plane.
//!
//! No text crosses the boundary in either direction, and no exception: the code for either would weigh more than what
//! it carries. Numbers cross, and JavaScript values that are handed through unread. The numbers are `i32`: that is what
//! WebAssembly itself knows, so the function of `wire.js` is called as it is, without one around it.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/web/wire.js")]
extern "C" {
    /// What the facade has of a channel object.
    pub(super) type Handle;
    /// The token to connect with, or the function to ask for one; undefined for an anonymous connection.
    pub(super) fn token_of(handle: &Handle) -> JsValue;
    /// Where its socket goes.
    pub(super) fn url_of(handle: &Handle) -> JsValue;
    /// Hands the status that is being told to the object's handlers.
    pub(super) fn tell_status(handle: &Handle);
    /// Hands it to what listens on the client itself.
    pub(super) fn tell_client(handle: &Handle);

    /// Whether a token may stand in a handshake.
    pub(super) fn is_legal_token(token: &JsValue) -> bool;

    /// A frame, ready to be sent. It stays in JavaScript.
    pub(super) type Text;
    pub(super) fn leave_frame(membership: &JsValue) -> Text;

    /// The channels of a connection by their names, for what is received.
    pub(super) type Memberships;
    pub(super) fn memberships() -> Memberships;
    /// The number of the channel that the object belongs to; -1 when it has none.
    #[wasm_bindgen(method, structural)]
    pub(super) fn slot_of(this: &Memberships, handle: &Handle) -> i32;
    #[wasm_bindgen(method, structural)]
    pub(super) fn open(this: &Memberships, handle: &Handle, slot: i32) -> Membership;
    #[wasm_bindgen(method, structural)]
    pub(super) fn close(this: &Memberships, membership: &Membership);

    /// One channel, with the handles of those who are on it.
    pub(super) type Membership;
    #[wasm_bindgen(method, structural)]
    pub(super) fn add(this: &Membership, handle: &Handle);
    #[wasm_bindgen(method, structural)]
    pub(super) fn remove(this: &Membership, handle: &Handle);

    /// One socket with its listeners.
    pub(super) type Link;
    /// Where the platform makes no socket, none is there and the router is told why.
    pub(super) fn open_link(
        url: &JsValue,
        token: &JsValue,
        connection: i32,
        epoch: i32,
        memberships: &Memberships,
    ) -> Link;
    /// Whether the browser takes a frame now: it drops what it is given while closing, without a word, and what a slow
    /// network does not take it keeps in memory.
    #[wasm_bindgen(method, structural)]
    pub(super) fn writable(this: &Link) -> bool;
    /// Tells the router once it does.
    #[wasm_bindgen(method, structural)]
    pub(super) fn await_writable(this: &Link);
    #[wasm_bindgen(method, structural)]
    pub(super) fn join(this: &Link, membership: &JsValue, history: i32, presence: i32, recover: i32);
    #[wasm_bindgen(method, structural)]
    pub(super) fn send(this: &Link, text: &Text);
    /// Asks the server whether it is there.
    #[wasm_bindgen(method, structural)]
    pub(super) fn ping(this: &Link);
    /// How long ago the last frame came, in milliseconds.
    #[wasm_bindgen(method, structural)]
    pub(super) fn quiet_ms(this: &Link) -> i32;
    /// From now on it matters whether anything comes.
    #[wasm_bindgen(method, structural)]
    pub(super) fn listen(this: &Link);
    /// Whether anything came since.
    #[wasm_bindgen(method, structural)]
    pub(super) fn was_heard(this: &Link) -> bool;
    #[wasm_bindgen(method, structural)]
    pub(super) fn close(this: &Link, code: i32);
    /// Closes the socket and stops listening to it.
    #[wasm_bindgen(method, structural)]
    pub(super) fn discard(this: &Link, code: i32);

    /// Calls the function, waits for its promise, and tells the router what came of it.
    pub(super) fn ask_for_token(function: &JsValue, connection: i32, epoch: i32, memberships: &Memberships);
    /// What comes with the event that is being handled: a token, or why something failed.
    pub(super) fn answer() -> JsValue;

    pub(super) fn set_timer(connection: i32, timer: i32, after_ms: i32, looks: i32) -> JsValue;
    pub(super) fn clear_timer(timer: &JsValue);

    /// Tells every channel of a connection that it is there.
    pub(super) fn tell_connected(connection: i32);
    /// Tells every channel of a connection that it is gone, and which attempt comes next in how many milliseconds; 0:
    /// none.
    pub(super) fn tell_disconnected(
        connection: i32,
        memberships: &Memberships,
        code: i32,
        attempt: i32,
        retry_in_ms: i32,
    );
    /// Tells one channel object how its connection stands.
    pub(super) fn tell_object_status(object: i32, connected: i32);
    /// Tells one channel of a connection about a failure, by its number; all of them where `membership` is undefined.
    pub(super) fn tell_failure(memberships: &Memberships, membership: &JsValue, failure: i32, particulars: &JsValue);

    /// Tells the router when everything that runs now has run.
    pub(super) fn await_tick_end(connection: i32);

    pub(super) fn random() -> f64;
}
