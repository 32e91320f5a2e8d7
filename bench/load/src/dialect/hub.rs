//! The plain hub: one word for what to do, one for the channel.

use super::Heard;
use crate::websocket::{TEXT, put_from_client};

pub(super) fn join(channels: &[usize], out: &mut Vec<u8>) {
    for channel in channels {
        put_from_client(out, TEXT, format!("join {channel}").as_bytes());
    }
}

pub(super) fn publish(channel: usize, payload: &str, out: &mut Vec<u8>) {
    put_from_client(out, TEXT, format!("say {channel} {payload}").as_bytes());
}

pub(super) fn hear(frame: &[u8]) -> Heard {
    if frame.starts_with(b"joined ") { Heard::Answer } else { Heard::Messages }
}
