//! Xano Realtime.

use super::Heard;
use crate::Failure;
use crate::websocket::{TEXT, put_from_client};

pub(super) fn join(channels: &[usize], out: &mut Vec<u8>) {
    for channel in channels {
        let frame = format!(
            r#"{{"action":"join","options":{{"channel":"c/{channel}"}},"payload":{{"presence":false,"history":false}}}}"#
        );
        put_from_client(out, TEXT, frame.as_bytes());
    }
}

pub(super) fn leave(channel: usize, out: &mut Vec<u8>) {
    let frame = format!(r#"{{"action":"leave","options":{{"channel":"c/{channel}"}},"payload":null}}"#);
    put_from_client(out, TEXT, frame.as_bytes());
}

pub(super) fn publish(channel: usize, payload: &str, out: &mut Vec<u8>) {
    let frame = format!(r#"{{"action":"message","options":{{"channel":"c/{channel}"}},"payload":"{payload}"}}"#);
    put_from_client(out, TEXT, frame.as_bytes());
}

pub(super) fn hear(frame: &[u8]) -> Result<Heard, Failure> {
    if frame.starts_with(br#"{"action":"message""#) {
        Ok(Heard::Messages)
    } else if frame.starts_with(br#"{"action":"join""#) || frame.starts_with(br#"{"action":"leave""#) {
        Ok(Heard::Answer)
    } else {
        Err(format!("not expected: {}", String::from_utf8_lossy(frame)).into())
    }
}
