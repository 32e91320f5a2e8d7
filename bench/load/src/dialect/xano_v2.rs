//! Xano Realtime V2. A sender gets a receipt beside its own copy, and a join is followed by an empty transcript.

use super::Heard;
use crate::Failure;
use crate::websocket::{TEXT, put_from_client};

pub(super) fn join(channels: &[usize], out: &mut Vec<u8>) {
    for channel in channels {
        let frame = format!(r#"{{"action":"join","options":{{"channel":"c/{channel}"}}}}"#);
        put_from_client(out, TEXT, frame.as_bytes());
    }
}

pub(super) fn publish(channel: usize, payload: &str, out: &mut Vec<u8>) {
    let options = format!(r#"{{"channel":"c/{channel}"}}"#);
    let frame = format!(r#"{{"action":"broadcast","type":"send","options":{options},"payload":"{payload}"}}"#);
    put_from_client(out, TEXT, frame.as_bytes());
}

pub(super) fn hear(frame: &[u8]) -> Result<Heard, Failure> {
    let is = |action: &str| frame.starts_with(format!(r#"{{"action":"{action}""#).as_bytes());
    if frame.starts_with(br#"{"action":"message""#) {
        Ok(Heard::Messages)
    } else if is("broadcast") || is("conversation_start") || is("conversation_end") {
        Ok(Heard::Nothing)
    } else if is("join") || is("leave") {
        Ok(Heard::Answer)
    } else {
        Err(format!("not expected: {}", String::from_utf8_lossy(frame)).into())
    }
}
