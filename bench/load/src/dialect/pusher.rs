//! The Pusher protocol, version 7: events as JSON, an answer from the server first. Joins of private channels are signed.

use ring::hmac;
use serde::Deserialize;

use super::Heard;
use crate::Failure;
use crate::websocket::{TEXT, put_from_client};

/// The application that servers are started with.
const KEY: &str = "bench";
const SECRET: &[u8] = b"bench-secret";

pub(super) fn path() -> String {
    format!("/app/{KEY}?protocol=7&client=bench&version=1")
}

pub(super) fn publish(channel: usize, payload: &str, out: &mut Vec<u8>) {
    let frame = format!(r#"{{"event":"client-say","channel":"private-{channel}","data":"{payload}"}}"#);
    put_from_client(out, TEXT, frame.as_bytes());
}

pub(super) fn hear(frame: &[u8], channels: &[usize], out: &mut Vec<u8>) -> Result<Heard, Failure> {
    let Event { event, data } = serde_json::from_slice(frame)?;
    match &*event {
        "client-say" => Ok(Heard::Messages),
        "pusher:connection_established" => {
            let Established { socket_id } = serde_json::from_str(data.as_str().unwrap_or_default())?;
            channels.iter().for_each(|channel| join(&socket_id, *channel, out));
            Ok(Heard::Answer)
        }
        "pusher_internal:subscription_succeeded" => Ok(Heard::Answer),
        "pusher:ping" => {
            put_from_client(out, TEXT, br#"{"event":"pusher:pong"}"#);
            Ok(Heard::Nothing)
        }
        _ => Err(format!("not expected: {}", String::from_utf8_lossy(frame)).into()),
    }
}

fn join(socket_id: &str, channel: usize, out: &mut Vec<u8>) {
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET);
    let signed = hmac::sign(&key, format!("{socket_id}:private-{channel}").as_bytes());
    let signature: String = signed.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    let frame = format!(
        r#"{{"event":"pusher:subscribe","data":{{"channel":"private-{channel}","auth":"{KEY}:{signature}"}}}}"#
    );
    put_from_client(out, TEXT, frame.as_bytes());
}

#[derive(Deserialize)]
struct Event<'a> {
    #[serde(borrow)]
    event: std::borrow::Cow<'a, str>,
    #[serde(default)]
    data: serde_json::Value,
}

#[derive(Deserialize)]
struct Established {
    socket_id: String,
}
