//! The frames of the wire, as they lie in JavaScript.

use js_sys::{Array, JsString, Object};
use serde::Serialize;
use wasm_bindgen::prelude::*;
use xano_realtime_protocol::Action;

use super::codec;
use super::position::Position;
use crate::engine::JoinOptions;

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

    /// What it calls itself.
    pub(super) fn name(&self) -> String {
        self.action().as_string().unwrap_or_default()
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
        let entries = list(&self.said(RawFields::history)).filter_map(RawFrame::from_value);
        entries.filter(|entry| matches!(entry.kind(), Some(Action::Message | Action::Event)))
    }
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

/// What is sent.
#[derive(Serialize)]
struct Sent<'a, P> {
    action: &'a str,
    options: SentOptions<'a>,
    payload: P,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SentOptions<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    socket_id: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    authenticated: bool,
    channel: &'a str,
}

#[derive(Serialize)]
struct JoinPayload<'a> {
    history: bool,
    presence: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<&'a Position>,
}

/// For whom a message is.
#[derive(Clone, Copy, Default)]
pub(super) struct Recipients<'a> {
    /// One socket alone.
    pub(super) socket_id: Option<&'a str>,
    /// Authenticated members alone.
    pub(super) authenticated: bool,
}

/// With the position behind which something may have been missed, where that is asked for.
pub(super) fn join(channel: &str, options: JoinOptions, since: Option<&Position>) -> String {
    let payload = JoinPayload {
        history: options.contains(JoinOptions::HISTORY),
        presence: options.contains(JoinOptions::PRESENCE),
        since: since.filter(|_| options.contains(JoinOptions::RECOVER)),
    };
    text(Action::Join, channel, Recipients::default(), &payload).unwrap_or_default()
}

/// A frame that says no more than its action: `leave`, `history`.
pub(super) fn bare(action: Action, channel: &str) -> String {
    text(action, channel, Recipients::default(), &()).unwrap_or_default()
}

pub(super) fn message<P: Serialize + ?Sized>(
    channel: &str,
    recipients: Recipients<'_>,
    payload: &P,
) -> Result<String, String> {
    text(Action::Message, channel, recipients, payload)
}

pub(super) const PING: &str = r#"{"action":"ping"}"#;

fn text<P: Serialize + ?Sized>(
    action: Action,
    channel: &str,
    Recipients { socket_id, authenticated }: Recipients<'_>,
    payload: &P,
) -> Result<String, String> {
    let options = SentOptions { socket_id, authenticated, channel };
    codec::to_json(&codec::encode(&Sent { action: action.name(), options, payload })?)
}
