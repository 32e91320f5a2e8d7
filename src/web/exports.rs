//! What the JavaScript facade calls: numbers for channel objects, and JavaScript values passed through.
#![expect(unreachable_pub, reason = "wasm-bindgen takes public functions only")]

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::prelude::*;

use xano_realtime_protocol::Action;

use super::app::{self, ChannelObject, Connection, Handler, PageObject, Settings};
use super::wire::{Members, Url};
use super::{driver, tokens, wire};
use crate::config::{self, BaseUrl, SettingsError};
use crate::session::Wishes;

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
) -> Result<usize, JsError> {
    let url = socket_url(base_url, segment).map_err(|error| JsError::new(error.message()))?;
    app::ensure_started();
    let object = ChannelObject {
        id: Cell::new(0),
        settings,
        url: url.into(),
        name,
        wishes: Wishes { history, presence },
        may_wait,
        place: RefCell::new(None),
        page_object: RefCell::new(None),
        handlers: RefCell::new(Vec::new()),
        presence: Members::new(),
        told_connected: Cell::new(false),
        destroyed: Cell::new(false),
    }
    .keep();
    if Connection::find(&object.url, &object.settings.token()).is_some() {
        driver::activate(&object);
    }
    Ok(object.id.get())
}

/// Adds a handler. `action` names the one it wants; anything but a text, or an empty one, means every action.
#[wasm_bindgen]
pub fn channel_on(id: usize, page_object: PageObject, action: JsValue, function: JsValue, on_error: JsValue) {
    let Some(object) = ChannelObject::by_id(id) else { return };
    let wanted = (action.is_string() && action.is_truthy()).then(|| wire::code_of(&action));
    let first = object.handlers.borrow().is_empty();
    object.handlers.borrow_mut().push(Rc::new(Handler { action: wanted, function, on_error }));
    object.page_object.replace(Some(page_object));
    driver::activate(&object);
    if first && object.is_connected() {
        wire::announce_status_to(id as u32, true);
    }
}

/// Sends a message. Throws what `JSON.stringify` throws.
#[wasm_bindgen]
pub fn channel_message(
    id: usize,
    page_object: PageObject,
    options: &JsValue,
    payload: &JsValue,
) -> Result<(), JsValue> {
    send(id, Action::Message, page_object, options, payload)
}

/// Asks for the kept messages.
#[wasm_bindgen]
pub fn channel_history(id: usize, page_object: PageObject, options: &JsValue) -> Result<(), JsValue> {
    send(id, Action::History, page_object, options, &JsValue::UNDEFINED)
}

/// Who is on the channel.
#[wasm_bindgen]
pub fn channel_presence(id: usize) -> JsValue {
    ChannelObject::by_id(id).map(|object| wire::list(&object.presence)).unwrap_or_default()
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
pub fn reconnect(settings: &Settings) {
    tokens::reconnect(settings);
}

/// Whether a token may stand in a handshake.
#[wasm_bindgen]
pub fn is_legal_token(token: &str) -> bool {
    config::is_legal_token(token)
}

fn socket_url(base_url: &str, segment: &str) -> Result<String, SettingsError> {
    config::require(base_url, segment)?;
    let url = Url::new(base_url).map_err(|_| SettingsError::BadBaseUrl)?;
    let (protocol, hostname, host) = (url.protocol(), url.hostname(), url.host());
    config::socket_url(BaseUrl { protocol: &protocol, hostname: &hostname, host: &host }, segment)
}

fn send(
    id: usize,
    action: Action,
    page_object: PageObject,
    options: &JsValue,
    payload: &JsValue,
) -> Result<(), JsValue> {
    let Some(object) = ChannelObject::by_id(id) else { return Ok(()) };
    let text = wire::app_frame(action, &object.name, options, payload)?;
    if !object.is_connected() {
        // Were the page's object collected now, what waits would be lost with it.
        object.page_object.replace(Some(page_object));
    }
    driver::send(&object, text);
    Ok(())
}
