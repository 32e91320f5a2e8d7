//! The frames of the wire, as they lie in JavaScript.
//!
//! # Layout
//!
//! - this module: what a server sends.
//! - `sent`: what is sent on Realtime V1; `broadcast`: what is sent on Realtime V2.

pub(super) mod broadcast;
mod sent;

use js_sys::{Array, JsString, Object};
use wasm_bindgen::prelude::*;
use xano_realtime_protocol::{Action, v2};

use super::codec;
use super::position::Position;
pub(super) use sent::{PING, Recipients, bare, join, message};

#[wasm_bindgen]
extern "C" {
    /// Of the text as it lies in JavaScript: it is not copied into wasm memory.
    #[wasm_bindgen(catch, js_namespace = JSON, js_name = parse)]
    fn parse_json(text: &JsString) -> Result<JsValue, JsValue>;

    /// One frame from the server, or any other JavaScript value: every field may be missing.
    #[derive(Clone)]
    pub(super) type RawFrame;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn action(this: &RawFrame) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn client(this: &RawFrame) -> Option<Object>;
    #[wasm_bindgen(method, getter, structural)]
    fn options(this: &RawFrame) -> Option<Object>;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn payload(this: &RawFrame) -> JsValue;

    /// What may stand in `options`, in a payload, or in a client.
    pub(super) type RawFields;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn channel(this: &RawFields) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn authenticated(this: &RawFields) -> JsValue;
    #[wasm_bindgen(method, getter, structural, js_name = socketId)]
    pub(super) fn socket_id(this: &RawFields) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn id(this: &RawFields) -> JsValue;
    #[wasm_bindgen(method, getter, structural, js_name = action)]
    pub(super) fn change(this: &RawFields) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn presence(this: &RawFields) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn history(this: &RawFields) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn message(this: &RawFields) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn code(this: &RawFields) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn data(this: &RawFields) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn extras(this: &RawFields) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn permissions(this: &RawFields) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn dbo_id(this: &RawFields) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn row_id(this: &RawFields) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn ext(this: &RawFields) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn ping(this: &RawFields) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn recover(this: &RawFields) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn epoch(this: &RawFields) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn complete(this: &RawFields) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn publish(this: &RawFields) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn key(this: &RawFields) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn dropped(this: &RawFields) -> JsValue;

    // On Realtime V2.
    #[wasm_bindgen(method, getter, structural, js_name = type)]
    pub(super) fn message_type(this: &RawFields) -> JsValue;
    #[wasm_bindgen(method, getter, structural, js_name = payload)]
    pub(super) fn content(this: &RawFields) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn conversation(this: &RawFields) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn ts(this: &RawFields) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn cursor(this: &RawFields) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn resumed(this: &RawFields) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn members(this: &RawFields) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn member(this: &RawFields) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn joined_at(this: &RawFields) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn retry_after(this: &RawFields) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn delivered_local(this: &RawFields) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn count(this: &RawFields) -> JsValue;
}

impl RawFrame {
    /// Reads a text; none where it is no frame.
    pub(super) fn parse(text: &JsString) -> Option<RawFrame> {
        RawFrame::from_value(parse_json(text).ok()?)
    }

    /// The value, if it is an object.
    pub(super) fn from_value(value: JsValue) -> Option<RawFrame> {
        value.is_object().then(|| value.unchecked_into())
    }

    /// What it is; none for an action of which this client knows nothing.
    pub(super) fn kind(&self) -> Option<Action> {
        Action::from_name(&self.name())
    }

    /// What it is on Realtime V2; none for an action of which this client knows nothing.
    pub(super) fn kind_v2(&self) -> Option<v2::Action> {
        v2::Action::from_name(&self.name())
    }

    /// What it calls itself.
    pub(super) fn name(&self) -> String {
        self.action().as_string().unwrap_or_default()
    }

    /// A field of the frame itself: Realtime V2 has no `options`.
    pub(super) fn top(&self, field: impl Fn(&RawFields) -> JsValue) -> JsValue {
        field(self.unchecked_ref())
    }

    /// A field of `options`.
    pub(super) fn option(&self, field: impl Fn(&RawFields) -> JsValue) -> JsValue {
        self.options().map_or(JsValue::UNDEFINED, |options| field(options.unchecked_ref()))
    }

    /// A field of the payload.
    pub(super) fn said(&self, field: impl Fn(&RawFields) -> JsValue) -> JsValue {
        field_of(&self.payload(), field)
    }

    /// The channel that it is about; none: all of them.
    pub(super) fn channel_name(&self) -> Option<String> {
        self.option(RawFields::channel).as_string()
    }

    /// Of an acknowledged join: whether the server answers pings.
    pub(super) fn answers_pings(&self) -> bool {
        field_of(&self.said(RawFields::ext), RawFields::ping) == 1
    }

    /// Of an acknowledged join: whether the server answers messages with keys.
    pub(super) fn answers_keys(&self) -> bool {
        field_of(&self.said(RawFields::ext), RawFields::publish) == 1
    }

    /// Of an acknowledged join: where the server stands on the channel.
    pub(super) fn position(&self) -> Option<Position> {
        Position::read(&field_of(&self.said(RawFields::ext), RawFields::recover))
    }

    /// Of a history: whether it is all that was missed; none where it answers no such question.
    pub(super) fn is_complete(&self) -> Option<bool> {
        self.said(RawFields::complete).as_bool()
    }

    /// Of a history: the messages and events among its entries.
    pub(super) fn entries(&self) -> impl Iterator<Item = RawFrame> + use<> {
        self.kept().filter(|entry| matches!(entry.kind(), Some(Action::Message | Action::Event)))
    }

    /// Of a history: all that is in it.
    pub(super) fn kept(&self) -> impl Iterator<Item = RawFrame> + use<> {
        list(&self.said(RawFields::history)).filter_map(RawFrame::from_value)
    }

    /// Whether a history may have it: private messages are kept nowhere.
    pub(super) fn is_entry(&self) -> bool {
        match self.kind() {
            Some(Action::Event) => true,
            Some(Action::Message) => !self.option(RawFields::socket_id).is_truthy(),
            _ => false,
        }
    }

    /// The JSON text of its sender and payload, by which entries are told apart.
    pub(super) fn identity(&self) -> String {
        let sender = self.client().map_or(JsValue::UNDEFINED, |client| field_of(&client, RawFields::socket_id));
        text_of(&Array::of2(&sender, &self.payload()))
    }

    /// The JSON text of its payload.
    pub(super) fn payload_text(&self) -> String {
        text_of(&self.payload())
    }
}

/// The JSON text of what a server has sent. One that is nested too deeply has none, and is like every other one.
fn text_of(value: &JsValue) -> String {
    codec::to_json(value).unwrap_or_default()
}

/// A field of what may be an object.
pub(super) fn field_of(value: &JsValue, field: impl Fn(&RawFields) -> JsValue) -> JsValue {
    if value.is_object() { field(value.unchecked_ref()) } else { JsValue::UNDEFINED }
}

/// The members of what may be a list.
pub(super) fn list(value: &JsValue) -> impl Iterator<Item = JsValue> + use<> {
    let members = value.dyn_ref::<Array>().map(Array::to_vec);
    members.unwrap_or_default().into_iter()
}
