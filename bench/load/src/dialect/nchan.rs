//! nchan: the address says what a socket is for.

use super::Heard;
use crate::websocket::{TEXT, put_from_client};

pub(super) fn path(joins: Option<usize>, publishes: Option<usize>) -> String {
    match (joins, publishes) {
        (Some(channel), _) => format!("/sub/{channel}"),
        (None, channel) => format!("/pub/{}", channel.unwrap_or(0)),
    }
}

pub(super) fn publish(payload: &str, out: &mut Vec<u8>) {
    put_from_client(out, TEXT, payload.as_bytes());
}

pub(super) fn hear(frame: &[u8]) -> Heard {
    // To every message its publisher is told how the channel is.
    if frame.starts_with(b"queued messages: ") { Heard::Nothing } else { Heard::Messages }
}
