//! MQTT 3.1.1, quality of service 0: packets in binary frames, each whole.

use super::Heard;
use crate::Failure;
use crate::websocket::{BINARY, put_from_client};

pub(super) fn connect(out: &mut Vec<u8>) {
    // Clean session, no keep-alive, no client id.
    send(0x10, &[b"\x00\x04MQTT\x04\x02\x00\x00\x00\x00"], out);
}

pub(super) fn publish(channel: usize, payload: &str, out: &mut Vec<u8>) {
    send(0x30, &[&text(channel), payload.as_bytes()], out);
}

pub(super) fn hear(frame: &[u8], channels: &[usize], out: &mut Vec<u8>) -> Result<Heard, Failure> {
    match frame.first().map(|first| first >> 4) {
        Some(CONNACK) if frame.get(3) == Some(&0) => {
            for channel in channels {
                send(0x82, &[b"\x00\x01", &text(channel), b"\x00"], out);
            }
            Ok(Heard::Answer)
        }
        Some(SUBACK) if frame.last() == Some(&0) => Ok(Heard::Answer),
        Some(PUBLISH) => Ok(Heard::Messages),
        _ => Err(format!("not expected: {frame:?}").into()),
    }
}

fn text(channel: impl std::fmt::Display) -> Vec<u8> {
    let topic = format!("c/{channel}");
    let mut text = (topic.len() as u16).to_be_bytes().to_vec();
    text.extend_from_slice(topic.as_bytes());
    text
}

fn send(kind: u8, parts: &[&[u8]], out: &mut Vec<u8>) {
    let mut packet = vec![kind];
    let mut length: usize = parts.iter().map(|part| part.len()).sum();
    loop {
        let more = if length > 0x7f { 0x80 } else { 0 };
        packet.push((length & 0x7f) as u8 | more);
        length >>= 7;
        if length == 0 {
            break;
        }
    }
    packet.extend(parts.concat());
    put_from_client(out, BINARY, &packet);
}

const CONNACK: u8 = 2;
const PUBLISH: u8 = 3;
const SUBACK: u8 = 9;
