//! The dialects: what a socket speaks. The server chooses the dialect when it upgrades the request for the socket.

use crate::command::Frame;
use crate::refusal::Refused;
use crate::v1;

/// What a socket speaks. Realtime V2 joins this list as a second dialect.
#[derive(Clone, Copy, Debug)]
pub enum Dialect {
    /// Realtime V1.
    V1,
}

impl Dialect {
    /// Parses the frame of a client. The error says what is wrong with the frame.
    pub fn parse(self, text: &str) -> Result<Frame<'_>, Refused<'_>> {
        match self {
            Dialect::V1 => v1::command::parse(text),
        }
    }
}
