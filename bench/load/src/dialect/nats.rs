//! NATS: the protocol is a stream of text lines and payloads. A frame carries several messages of it, or parts of one.

use memchr::memmem;

use super::Heard;
use crate::Failure;
use crate::websocket::{BINARY, put_from_client};

/// Introduces the client and subscribes. The server answers the PING when it has processed what came before.
pub(super) fn connect(channels: &[usize], out: &mut Vec<u8>) {
    let mut text = String::from("CONNECT {\"verbose\":false,\"pedantic\":false}\r\n");
    for channel in channels {
        text += &format!("SUB c.{channel} {channel}\r\n");
    }
    text += "PING\r\n";
    put_from_client(out, BINARY, text.as_bytes());
}

pub(super) fn publish(channel: usize, payload: &str, out: &mut Vec<u8>) {
    let text = format!("PUB c.{channel} {}\r\n{payload}\r\n", payload.len());
    put_from_client(out, BINARY, text.as_bytes());
}

/// A message is one line, and for MSG the payload and its line end too.
pub(super) fn first_message(bytes: &[u8]) -> Result<Option<usize>, Failure> {
    let Some(line) = memmem::find(bytes, LINE_END) else {
        return Ok(None);
    };
    let mut length = line + LINE_END.len();
    if bytes.starts_with(MSG) {
        let digits = bytes[..line].rsplit(|&byte| byte == b' ').next().unwrap_or_default();
        let payload_bytes: usize = std::str::from_utf8(digits)?.parse()?;
        length += payload_bytes + LINE_END.len();
    }
    if length > bytes.len() {
        return Ok(None);
    }
    if !bytes[..length].ends_with(LINE_END) {
        return Err(format!("a payload longer than announced: {}", String::from_utf8_lossy(&bytes[..length])).into());
    }
    Ok(Some(length))
}

pub(super) fn hear(message: &[u8], out: &mut Vec<u8>) -> Result<Heard, Failure> {
    match message {
        b"PONG\r\n" => Ok(Heard::Answer),
        b"PING\r\n" => {
            put_from_client(out, BINARY, b"PONG\r\n");
            Ok(Heard::Nothing)
        }
        _ if message.starts_with(MSG) => Ok(Heard::Messages),
        _ if message.starts_with(b"INFO ") => Ok(Heard::Nothing),
        _ => Err(format!("not expected: {}", String::from_utf8_lossy(message)).into()),
    }
}

const LINE_END: &[u8] = b"\r\n";
const MSG: &[u8] = b"MSG ";

#[cfg(test)]
mod tests {
    use super::first_message;

    const STREAM: &[u8] = b"INFO {}\r\nMSG c.0 0 4\r\na\r\nb\r\nPING\r\n";

    #[test]
    fn each_message_ends_where_its_line_or_its_payload_does() {
        let mut rest = STREAM;
        let mut lengths = Vec::new();
        while let Some(length) = first_message(rest).unwrap() {
            lengths.push(length);
            rest = &rest[length..];
        }
        assert_eq!(lengths, [9, 19, 6]);
        assert_eq!(rest, b"");
    }

    #[test]
    fn a_part_of_a_message_is_none() {
        for end in 0..9 {
            assert_eq!(first_message(&STREAM[..end]).unwrap(), None);
        }
        for end in 9..28 {
            assert_eq!(first_message(&STREAM[9..end]).unwrap(), None);
        }
    }

    #[test]
    fn a_payload_of_another_length_than_announced_is_refused() {
        assert!(first_message(b"MSG c.0 0 2\r\nabc\r\n").is_err());
    }
}
