//! What is written to a socket, byte for byte; shared by all sockets that it is for.

use std::sync::Arc;

use tokio_tungstenite::tungstenite::Bytes;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

/// What is written to a socket, byte for byte; shared by all sockets that it is for.
#[derive(Clone, Debug)]
pub(crate) struct Encoded(Arc<[u8]>);

impl Encoded {
    /// A text frame of the WebSocket protocol.
    pub(crate) fn text(text: impl Into<Bytes>) -> Encoded {
        let frame = Frame::message(text, OpCode::Data(Data::Text), true);
        let mut bytes = Vec::with_capacity(frame.len());
        // Writing to memory does not fail.
        let _ = frame.format(&mut bytes);
        Encoded(bytes.into())
    }

    /// What is encoded already.
    pub(crate) fn bytes(bytes: &[u8]) -> Encoded {
        Encoded(bytes.into())
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}
