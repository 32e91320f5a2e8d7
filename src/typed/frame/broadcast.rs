//! What a client sends on Realtime V2, besides pings and leaves.

use serde::Serialize;
use wasm_bindgen::JsValue;
use xano_realtime_protocol::v2::Action;

use super::{RawFields, field_of};
use crate::engine::JoinOptions;
use crate::typed::codec;

#[derive(Serialize)]
struct Sent<'a, P> {
    action: &'a str,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    message_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    options: SentOptions<'a>,
    payload: P,
}

#[derive(Default, Serialize)]
struct SentOptions<'a> {
    channel: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<To<'a>>,
}

/// The user whom a direct message is for.
#[derive(Clone, Copy, Serialize)]
pub(in crate::typed) struct To<'a> {
    pub(in crate::typed) dbo_id: i64,
    pub(in crate::typed) row_id: RowId<'a>,
}

#[derive(Clone, Copy, Serialize)]
#[serde(untagged)]
pub(in crate::typed) enum RowId<'a> {
    /// No larger than a JavaScript number says exactly.
    Number(u64),
    Text(&'a str),
}

#[derive(Serialize)]
struct JoinPayload {
    history: bool,
    presence: bool,
}

#[derive(Serialize)]
struct AckPayload<'a> {
    cursor: &'a str,
}

/// A value that is one of JavaScript's already.
#[derive(Serialize)]
struct Raw(#[serde(with = "serde_wasm_bindgen::preserve")] JsValue);

pub(in crate::typed) fn join(channel: &str, client_id: &str, options: JoinOptions) -> String {
    let payload = JoinPayload {
        history: options.contains(JoinOptions::HISTORY),
        presence: options.contains(JoinOptions::PRESENCE),
    };
    let options = SentOptions { channel, client_id: Some(client_id), ..SentOptions::default() };
    let join = Sent { action: Action::Join.name(), message_type: None, id: None, options, payload };
    text(&join).unwrap_or_default()
}

/// The id stands in every place in which a service may look for it.
pub(in crate::typed) fn ack(channel: &str, client_id: &str, id: &str) -> String {
    let options = SentOptions { channel, client_id: Some(client_id), id: Some(id), to: None };
    let payload = AckPayload { cursor: id };
    text(&Sent { action: Action::Ack.name(), message_type: None, id: Some(id), options, payload }).unwrap_or_default()
}

pub(in crate::typed) fn broadcast<P: Serialize>(
    channel: &str,
    message_type: &str,
    to: Option<To<'_>>,
    payload: P,
) -> Result<String, String> {
    let options = SentOptions { channel, to, ..SentOptions::default() };
    text(&Sent { action: Action::Broadcast.name(), message_type: Some(message_type), id: None, options, payload })
}

/// A broadcast of a value that has a `type` and a `payload` of its own; none where it has no type.
pub(in crate::typed) fn typed<M: Serialize + ?Sized>(
    channel: &str,
    to: Option<To<'_>>,
    message: &M,
) -> Result<Option<String>, String> {
    let message = codec::encode(message)?;
    let Some(message_type) = field_of(&message, RawFields::message_type).as_string() else { return Ok(None) };
    // A variant that holds nothing has no payload.
    let payload = Some(field_of(&message, RawFields::content)).filter(|payload| !payload.is_undefined());
    broadcast(channel, &message_type, to, Raw(payload.unwrap_or(JsValue::NULL))).map(Some)
}

fn text(frame: &impl Serialize) -> Result<String, String> {
    codec::to_json(&codec::encode(frame)?)
}
