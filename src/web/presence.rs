//! Who is on a channel, as one channel object was told.

use wasm_bindgen::prelude::*;

use super::app::ChannelObject;
use super::wire;

#[wasm_bindgen]
extern "C" {
    /// The payload of a status or presence action. It comes from a server: any field may be anything.
    type Payload;
    #[wasm_bindgen(method, getter, structural)]
    fn status(this: &Payload) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn action(this: &Payload) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn presence(this: &Payload) -> JsValue;

    /// Somebody on a channel, as the server describes them.
    type Client;
    #[wasm_bindgen(method, getter, structural, js_name = socketId)]
    fn socket_id(this: &Client) -> JsValue;
}

/// `connection_status`: remembers what the handlers are about to be told. Where there are none yet, nobody is told.
pub(super) fn status(object: &ChannelObject) {
    if let Some(payload) = payload() {
        object.told_connected.set(object.heard.get() && is(&payload.status(), "connected"));
    }
}

/// `presence_full`: everybody who is there.
pub(super) fn replace(object: &ChannelObject) {
    let Some(clients) = wire::clients() else { return };
    object.presence.clear();
    for index in 0..clients.length() {
        put(object, &clients.at(index));
    }
}

/// `presence_update`: somebody came or went.
pub(super) fn update(object: &ChannelObject) {
    let Some(payload) = payload() else { return };
    let client = payload.presence();
    let what = payload.action();
    if is(&what, "join") {
        put(object, &client);
    } else if is(&what, "leave") && client.is_object() {
        object.presence.delete(&client.unchecked_ref::<Client>().socket_id());
    }
}

/// Adds somebody; who is there already is not listed twice.
fn put(object: &ChannelObject, client: &JsValue) {
    if !client.is_object() {
        return;
    }
    // Cloned out of the cell: making the member runs JavaScript.
    let page_object = object.page_object.borrow().clone();
    if let Some(page_object) = page_object {
        object.presence.set(&client.unchecked_ref::<Client>().socket_id(), &page_object.member(client));
    }
}

fn payload() -> Option<Payload> {
    let payload = wire::payload();
    payload.is_object().then(|| payload.unchecked_into())
}

fn is(value: &JsValue, text: &str) -> bool {
    value.as_string().as_deref() == Some(text)
}
