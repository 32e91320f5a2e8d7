//! What the JavaScript facade calls: numbers for channel objects, and JavaScript values passed through.
#![expect(unreachable_pub, reason = "wasm-bindgen takes public functions only")]

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Array, Map};
use wasm_bindgen::prelude::*;

use xano_realtime_protocol::Action;

use super::app::{self, ChannelObject, Handler, ObjectId, PageObject, Settings};
use super::{driver, presence, tokens, wire};
use crate::config;
use crate::session::{State, Wishes};

/// A channel object for the page. It joins at once where its connection is there already, else at its first use.
#[wasm_bindgen]
pub fn channel_open(
    settings: Settings,
    base_url: &str,
    segment: &str,
    name: JsValue,
    history: bool,
    presence: bool,
    may_wait: bool,
) -> Result<ObjectId, JsError> {
    let url =
        config::socket_url(base_url, segment).map_err(|error| JsError::new(error.message()))?;
    app::ensure_started();
    let object = Rc::new(ChannelObject {
        id: Cell::new(0),
        settings,
        url: url.into(),
        name,
        wishes: Wishes { history, presence },
        may_wait,
        place: Cell::new(None),
        page_object: RefCell::new(None),
        handlers: RefCell::new(Vec::new()),
        presence: Map::new(),
        told_connected: Cell::new(false),
        destroyed: Cell::new(false),
    });
    let id = app::with(|app| Some(app.objects.insert(object.clone()))).unwrap_or_default();
    object.id.set(id);
    if driver::find(&object.url, object.settings.token().as_deref()).is_some() {
        driver::activate(&object);
    }
    Ok(id)
}

/// Adds a handler. `action` names the one it wants; anything but a text, or an empty one, means every action.
#[wasm_bindgen]
pub fn channel_on(
    id: ObjectId,
    page_object: PageObject,
    action: JsValue,
    function: JsValue,
    on_error: JsValue,
) {
    let Some(object) = app::object(id) else {
        return;
    };
    let wanted = (action.is_string() && action.is_truthy()).then(|| wire::code_of(&action));
    let handler = Rc::new(Handler {
        action: wanted,
        function,
        on_error,
    });
    if let Ok(mut handlers) = object.handlers.try_borrow_mut() {
        handlers.push(handler);
    }
    let first = object.page_object.replace(Some(page_object)).is_none();
    driver::activate(&object);
    let place = object.place.get();
    if first && place.and_then(|place| driver::state(place.connection)) == Some(State::Open) {
        wire::announce_status_to(id as u32, true);
    }
}

/// Sends a message. Throws what `JSON.stringify` throws.
#[wasm_bindgen]
pub fn channel_message(id: ObjectId, options: &JsValue, payload: &JsValue) -> Result<(), JsValue> {
    send(id, Action::Message, options, payload)
}

/// Asks for the kept messages.
#[wasm_bindgen]
pub fn channel_history(id: ObjectId, options: &JsValue) -> Result<(), JsValue> {
    send(id, Action::History, options, &JsValue::UNDEFINED)
}

/// Who is on the channel.
#[wasm_bindgen]
pub fn channel_presence(id: ObjectId) -> Array {
    app::object(id)
        .map(|object| presence::list(&object))
        .unwrap_or_default()
}

/// Forgets a channel object. Its number may be given to another one afterwards.
#[wasm_bindgen]
pub fn channel_destroy(id: ObjectId) {
    let object = app::with(|app| app.objects.try_remove(id));
    if let Some(object) = object {
        object.destroyed.set(true);
        driver::deactivate(&object);
    }
}

/// Gives a client a new socket, with the token that its settings hold now.
#[wasm_bindgen]
pub fn reconnect(settings: &Settings) {
    tokens::reconnect(settings);
}

/// Whether a token may stand in a handshake.
#[wasm_bindgen]
pub fn is_legal_token(token: &str) -> bool {
    config::is_legal_token(token)
}

fn send(id: ObjectId, action: Action, options: &JsValue, payload: &JsValue) -> Result<(), JsValue> {
    let Some(object) = app::object(id) else {
        return Ok(());
    };
    let text = wire::app_frame(action, &object.name, options, payload)?;
    driver::send(&object, text);
    Ok(())
}
