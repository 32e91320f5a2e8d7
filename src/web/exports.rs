//! What the JavaScript facade calls: numbers for channel objects, and JavaScript values passed through.
#![expect(unreachable_pub, reason = "wasm-bindgen takes public functions only")]

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::prelude::*;

use xano_realtime_protocol::Action;

use super::app::{ChannelObject, Connection, Handler, PageObject, Settings};
use super::wire::{Members, Url};
use super::{driver, router, tokens, wire};
use crate::config::{self, SettingsError};
use crate::session::{State, Wishes};

/// A channel object for the page. It joins at once where its connection is there already, else at its first use.
#[wasm_bindgen]
pub fn channel_open(
    settings: Settings,
    base_url: &JsValue,
    segment: &JsValue,
    name: JsValue,
    history: bool,
    presence: bool,
    may_wait: bool,
) -> Result<usize, JsError> {
    let url = socket_url(base_url, segment).map_err(|error| JsError::new(error.message()))?;
    let object = ChannelObject {
        id: Cell::new(0),
        settings,
        url,
        name,
        wishes: Wishes { history, presence },
        may_wait,
        place: RefCell::new(None),
        page_object: RefCell::new(None),
        handlers: RefCell::new(Vec::new()),
        handing: Cell::new(false),
        stale: Cell::new(false),
        heard: Cell::new(false),
        presence: Members::new(),
        told_connected: Cell::new(false),
        destroyed: Cell::new(false),
    }
    .keep();
    if Connection::of(&object).is_some() {
        driver::activate(&object);
    }
    Ok(object.id.get())
}

/// Adds a handler. `action` names the one it wants; anything but a text, or an empty one, means every action.
#[wasm_bindgen]
pub fn channel_on(id: usize, page_object: PageObject, action: JsValue, function: JsValue, on_error: JsValue) {
    let Some(object) = ChannelObject::by_id(id) else { return };
    add(&object, page_object, wanted(&action), function, on_error, false);
    if !object.heard.replace(true) && object.is_connected() {
        wire::announce_status_to(id as u32, true);
    }
}

/// Adds a function of the facade's own, which gets every action, errors as well.
#[wasm_bindgen]
pub fn channel_watch(id: usize, page_object: PageObject, function: JsValue) {
    let Some(object) = ChannelObject::by_id(id) else { return };
    add(&object, page_object, None, function.clone(), function, true);
}

/// Takes handlers away: those for that action, with that function, or all of them where neither is given.
#[wasm_bindgen]
pub fn channel_off(id: usize, action: JsValue, function: JsValue) {
    let Some(object) = ChannelObject::by_id(id) else { return };
    let action = wanted(&action);
    for handler in object.handlers.borrow().iter() {
        let same_action = action.is_none() || handler.action == action;
        let same_function = function.is_undefined() || handler.function == function;
        // The facade names its own function; the application cannot.
        let meant = !handler.internal || !function.is_undefined();
        if same_action && same_function && meant {
            handler.removed.set(true);
            object.stale.set(true);
        }
    }
    object.sweep();
}

/// Whether the server has answered the channel's join on the current socket.
#[wasm_bindgen]
pub fn channel_joined(id: usize) -> bool {
    let place = ChannelObject::by_id(id).and_then(|object| object.place.borrow().clone());
    place.is_some_and(|place| {
        let memberships = place.connection.memberships.borrow();
        memberships.get(place.channel as usize).is_some_and(|membership| membership.joined.get())
    })
}

/// How a client is connected: 2 open, 1 on its way, 0 not.
#[wasm_bindgen]
pub fn connection_status(settings: &Settings) -> u32 {
    let client = settings.client();
    let is_own = |object: &Rc<ChannelObject>| object.settings.client() == client;
    let own = Connection::all().into_iter().filter(|connection| connection.objects().iter().any(is_own));
    let statuses = own.map(|connection| match connection.state() {
        State::Open => 2,
        State::Connecting | State::Closing | State::Waiting => 1,
        State::Idle | State::Stopped => 0,
    });
    statuses.max().unwrap_or_default()
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

/// Gives every action of the protocol its number. Called once, before anything else.
#[wasm_bindgen]
pub fn start() {
    wire::number_actions();
}

/// Everything that sockets and timers have to say comes in here.
#[wasm_bindgen]
pub fn event(event: u32, a: u32, b: i32, c: i32) {
    router::event(event, a, b, c);
}

/// Traps, so that tests can see what a page sees then.
#[wasm_bindgen]
pub fn trap() {
    std::process::abort();
}

/// The base URL's host and port, its path dropped, and the connection's segment.
fn socket_url(base_url: &JsValue, segment: &JsValue) -> Result<JsValue, SettingsError> {
    config::require(base_url.is_truthy(), segment.is_truthy())?;
    let url = Url::new(base_url).map_err(|_| SettingsError::BadBaseUrl)?;
    let hostname = url.hostname();
    if hostname.is_empty() {
        return Err(SettingsError::BadBaseUrl);
    }
    Ok(wire::socket_url(&url, config::is_near(&hostname), segment))
}

fn wanted(action: &JsValue) -> Option<i32> {
    (action.is_string() && action.is_truthy()).then(|| wire::code_of(action))
}

fn add(
    object: &Rc<ChannelObject>,
    page_object: PageObject,
    action: Option<i32>,
    function: JsValue,
    on_error: JsValue,
    internal: bool,
) {
    let handler = Handler { action, function, on_error, internal, removed: Cell::new(false) };
    object.handlers.borrow_mut().push(Rc::new(handler));
    object.page_object.replace(Some(page_object));
    driver::activate(object);
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
