//! Frames in the form in which they are written to sockets. Recipients and the history share one copy.
//!
//! The WebSocket header and the text are one allocation, so a frame for one recipient or for thousands is encoded once
//! and written as one slice. A history answer is spliced from the frames of its messages without copying them: while a
//! slow reader has not received it, it costs a pointer per message. Measurements: docs/decisions/009-limits.md.
//!
//! # Layout
//!
//! - `series`: several frames that repeat other frames, except for their ends.

mod series;

use std::fmt;
use std::sync::Arc;

pub(crate) use series::Ends;
use series::Series;

/// A frame in the form in which it is written to sockets. Cloning it copies no bytes.
#[derive(Clone)]
pub struct Encoded(Parts);

#[derive(Clone)]
enum Parts {
    /// The header and the text.
    Whole(Arc<[u8]>),
    Spliced(Arc<Spliced>),
    Series(Arc<Series>),
}

/// The text of an answer that contains a list of frames.
struct Spliced {
    /// The header, and the text before the first frame.
    opening: Box<[u8]>,
    frames: Box<[Arc<[u8]>]>,
    closing: Box<[u8]>,
    /// The length of all parts together.
    len: usize,
}

impl Encoded {
    /// Encodes a text frame of the WebSocket protocol.
    pub fn text(text: &str) -> Encoded {
        let mut bytes = Vec::with_capacity(text.len() + HEADER_BYTES_MAX);
        put_header(&mut bytes, text.len());
        bytes.extend_from_slice(text.as_bytes());
        Encoded(Parts::Whole(bytes.into()))
    }

    /// Wraps bytes that are encoded already.
    pub fn bytes(bytes: &[u8]) -> Encoded {
        Encoded(Parts::Whole(bytes.into()))
    }

    /// Encodes a text frame from `opening`, the texts of the frames with commas between them, and `closing`. Spliced
    /// frames in the list are left out; the hub never passes any.
    pub(super) fn spliced<'a>(opening: &str, frames: impl Iterator<Item = &'a Encoded>, closing: &str) -> Encoded {
        let frames: Box<[Arc<[u8]>]> = frames.filter_map(|frame| frame.whole().map(Arc::clone)).collect();
        let texts: usize = frames.iter().map(|frame| text_of(frame).len()).sum();
        let text_len = opening.len() + texts + frames.len().saturating_sub(1) + closing.len();
        let mut head = Vec::with_capacity(HEADER_BYTES_MAX + opening.len());
        put_header(&mut head, text_len);
        let len = head.len() + text_len;
        head.extend_from_slice(opening.as_bytes());
        let closing = closing.as_bytes().into();
        Encoded(Parts::Spliced(Arc::new(Spliced { opening: head.into(), frames, closing, len })))
    }

    /// Encodes variants of frames, which leave together. There must be one at least.
    pub(super) fn series<'a>(frames: impl Iterator<Item = &'a Encoded>, ends: &Ends<'_>) -> Encoded {
        Encoded(Parts::Series(Arc::new(Series::new(frames.filter_map(Encoded::whole), ends))))
    }

    /// Returns the number of bytes on the wire.
    #[allow(clippy::len_without_is_empty, reason = "no frame is empty: each has a header")]
    pub fn len(&self) -> usize {
        match &self.0 {
            Parts::Whole(bytes) => bytes.len(),
            Parts::Spliced(spliced) => spliced.len,
            Parts::Series(series) => series.len(),
        }
    }

    /// Returns the bytes of a frame, if it is one piece.
    pub fn as_whole(&self) -> Option<&[u8]> {
        self.whole().map(|bytes| &**bytes)
    }

    /// Returns the bytes in order, as one piece unless the frame is spliced.
    pub fn pieces(&self) -> impl Iterator<Item = &[u8]> {
        (0..).map_while(|index| self.piece(index))
    }

    /// Returns the text, without the header.
    pub(super) fn to_text(&self) -> String {
        let bytes: Vec<u8> = self.pieces().flatten().copied().collect();
        String::from_utf8(text_of(&bytes).to_vec()).unwrap_or_default()
    }

    fn whole(&self) -> Option<&Arc<[u8]>> {
        match &self.0 {
            Parts::Whole(bytes) => Some(bytes),
            Parts::Spliced(_) | Parts::Series(_) => None,
        }
    }

    fn piece(&self, index: usize) -> Option<&[u8]> {
        match &self.0 {
            Parts::Whole(bytes) => (index == 0).then_some(&**bytes),
            Parts::Spliced(spliced) => spliced.piece(index),
            Parts::Series(series) => series.piece(index),
        }
    }
}

impl Spliced {
    /// Returns the n-th piece: the opening, then frames and commas alternately, then the closing.
    fn piece(&self, index: usize) -> Option<&[u8]> {
        if index == 0 {
            return Some(&self.opening);
        }
        let between = (2 * self.frames.len()).saturating_sub(1);
        if index > between {
            return (index == between + 1).then_some(&self.closing);
        }
        if index.is_multiple_of(2) {
            return Some(b",");
        }
        self.frames.get(index / 2).map(|frame| text_of(frame))
    }
}

impl fmt::Display for Encoded {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.to_text())
    }
}

impl fmt::Debug for Encoded {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.to_text(), formatter)
    }
}

impl PartialEq for Encoded {
    fn eq(&self, other: &Encoded) -> bool {
        self.pieces().flatten().eq(other.pieces().flatten())
    }
}

impl Eq for Encoded {}

/// Writes the header of a text frame from a server: final and unmasked (RFC 6455, 5.2).
fn put_header(bytes: &mut Vec<u8>, text_len: usize) {
    bytes.push(FINAL_TEXT);
    match (u8::try_from(text_len), u16::try_from(text_len)) {
        (Ok(len @ ..LEN_IN_2_BYTES), _) => bytes.push(len),
        (_, Ok(len)) => {
            bytes.push(LEN_IN_2_BYTES);
            bytes.extend_from_slice(&len.to_be_bytes());
        }
        _ => {
            bytes.push(LEN_IN_8_BYTES);
            bytes.extend_from_slice(&(text_len as u64).to_be_bytes());
        }
    }
}

/// Returns the bytes after the header.
fn text_of(bytes: &[u8]) -> &[u8] {
    let header = match bytes.get(1) {
        Some(&LEN_IN_2_BYTES) => 4,
        Some(&LEN_IN_8_BYTES) => HEADER_BYTES_MAX,
        _ => 2,
    };
    bytes.get(header..).unwrap_or_default()
}

const FINAL_TEXT: u8 = 0x81;
const LEN_IN_2_BYTES: u8 = 126;
const LEN_IN_8_BYTES: u8 = 127;
const HEADER_BYTES_MAX: usize = 10;

#[cfg(test)]
mod tests {
    use tungstenite::protocol::frame::Frame;
    use tungstenite::protocol::frame::coding::{Data, OpCode};

    use super::Encoded;

    fn bytes_of(encoded: &Encoded) -> Vec<u8> {
        encoded.pieces().flatten().copied().collect()
    }

    /// Encodes a text with the WebSocket library of the server.
    fn expected(text: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        Frame::message(text.to_owned(), OpCode::Data(Data::Text), true).format(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn a_text_of_any_length_is_encoded_as_the_websocket_library_does() {
        for len in [0, 1, 125, 126, 127, 65_535, 65_536, 70_000] {
            let text = "x".repeat(len);
            let encoded = Encoded::text(&text);
            assert_eq!((bytes_of(&encoded), encoded.len()), (expected(&text), expected(&text).len()));
            assert_eq!(encoded.to_text(), text);
        }
    }

    #[test]
    fn a_spliced_frame_has_the_bytes_of_its_text() {
        for lens in [&[][..], &[1], &[1, 200], &[3, 0, 70_000]] {
            let texts: Vec<String> = lens.iter().map(|&len| "y".repeat(len)).collect();
            let frames: Vec<Encoded> = texts.iter().map(|text| Encoded::text(text)).collect();
            let spliced = Encoded::spliced("[", frames.iter(), "]");
            let text = format!("[{}]", texts.join(","));
            assert_eq!((bytes_of(&spliced), spliced.len()), (expected(&text), expected(&text).len()));
            assert_eq!(spliced, Encoded::text(&text));
        }
    }
}
