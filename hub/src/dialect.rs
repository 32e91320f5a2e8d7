//! The dialects: what a socket speaks. The server chooses the dialect when it upgrades the request for the socket.

use crate::command::Frame;
use crate::refusal::Refused;
use crate::{v1, v2};

/// What a socket speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Realtime V1.
    V1,
    /// Realtime V2.
    V2,
}

impl Dialect {
    /// Parses the frame of a client. The error says what is wrong with the frame.
    pub fn parse(self, text: &str) -> Result<Frame<'_>, Refused<'_>> {
        match self {
            Dialect::V1 => v1::command::parse(text),
            Dialect::V2 => Ok(Frame::V2(v2::command::parse(text))),
        }
    }
}
