//! The frames of RFC 6455, as far as needed: none is fragmented, none is longer than memory.

/// A frame as it lies in a buffer.
#[derive(Debug)]
pub(crate) struct Frame<'a> {
    pub(crate) opcode: u8,
    pub(crate) payload: &'a [u8],
}

pub(crate) const TEXT: u8 = 1;
pub(crate) const BINARY: u8 = 2;
pub(crate) const CLOSE: u8 = 8;
pub(crate) const PING: u8 = 9;
pub(crate) const PONG: u8 = 10;

/// The first frame of a buffer and how many bytes it takes there; `None` when it is not complete.
///
/// Masked payloads are taken as they are: the clients of this program mask with a key of zeros.
pub(crate) fn first_frame(bytes: &[u8]) -> Option<(Frame<'_>, usize)> {
    let (&[head, length], _) = bytes.split_first_chunk()?;
    let (length_end, length) = match length & 0x7f {
        126 => (4, u16::from_be_bytes(*bytes.get(2..4)?.first_chunk()?).into()),
        127 => (10, u64::from_be_bytes(*bytes.get(2..10)?.first_chunk()?)),
        short => (2, short.into()),
    };
    let mask_bytes = if bytes[1] & MASKED == 0 { 0 } else { MASK.len() };
    let start = length_end + mask_bytes;
    let end = start + usize::try_from(length).ok()?;
    Some((Frame { opcode: head & 0x0f, payload: bytes.get(start..end)? }, end))
}

/// Appends a frame as a client sends it.
pub(crate) fn put_from_client(out: &mut Vec<u8>, opcode: u8, payload: &[u8]) {
    put_head(out, opcode, payload.len(), MASKED);
    out.extend_from_slice(&MASK);
    out.extend_from_slice(payload);
}

/// Appends a frame as a server sends it.
pub(crate) fn put_from_server(out: &mut Vec<u8>, opcode: u8, payload: &[u8]) {
    put_head(out, opcode, payload.len(), 0);
    out.extend_from_slice(payload);
}

fn put_head(out: &mut Vec<u8>, opcode: u8, length: usize, masked: u8) {
    out.push(0x80 | opcode);
    if let Ok(short @ ..=125) = u8::try_from(length) {
        out.push(masked | short);
    } else if let Ok(medium) = u16::try_from(length) {
        out.push(masked | 126);
        out.extend_from_slice(&medium.to_be_bytes());
    } else {
        out.push(masked | 127);
        out.extend_from_slice(&(length as u64).to_be_bytes());
    }
}

const MASKED: u8 = 0x80;

/// With this key a masked payload is the payload.
const MASK: [u8; 4] = [0; 4];
