//! Socket.IO 4: packets of Engine.IO (one digit), in them packets of Socket.IO (another).

use super::Heard;
use crate::Failure;
use crate::websocket::{TEXT, put_from_client};

pub(super) fn publish(channel: usize, payload: &str, out: &mut Vec<u8>) {
    put_from_client(out, TEXT, format!(r#"42["say",{channel},"{payload}"]"#).as_bytes());
}

pub(super) fn hear(frame: &[u8], channels: &[usize], out: &mut Vec<u8>) -> Result<Heard, Failure> {
    match frame {
        [b'0', ..] => put_from_client(out, TEXT, b"40"),
        [b'2', ..] => put_from_client(out, TEXT, b"3"),
        [b'4', b'0', ..] => {
            for channel in channels {
                put_from_client(out, TEXT, format!(r#"42["join",{channel}]"#).as_bytes());
            }
            return Ok(Heard::Answer);
        }
        [b'4', b'2', rest @ ..] if rest.starts_with(br#"["joined""#) => return Ok(Heard::Answer),
        [b'4', b'2', ..] => return Ok(Heard::Messages),
        _ => return Err(format!("not expected: {}", String::from_utf8_lossy(frame)).into()),
    }
    Ok(Heard::Nothing)
}
