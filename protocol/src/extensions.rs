//! What a server can do beyond Xano's, announced in the acknowledgement of a join. Nothing of it is sent to a server
//! that does not announce it.

use serde::Serialize;

/// What the server can do beyond Xano's.
#[derive(Debug, Serialize)]
pub struct Extensions<'a> {
    /// Answers `ping` with `pong`: 1.
    pub ping: u8,
    /// Knows messages with a key again: 1.
    pub publish: u8,
    /// Where a client stands that joins now.
    pub recover: Position<'a>,
}

/// A place in what is said on a channel.
#[derive(Debug, Serialize)]
pub struct Position<'a> {
    /// Ids are comparable within one.
    pub epoch: &'a str,
    /// The newest message; `None` where nothing has been said.
    pub id: Option<&'a str>,
}

impl<'a> Extensions<'a> {
    /// All that there are.
    pub fn all(recover: Position<'a>) -> Extensions<'a> {
        Extensions { ping: 1, publish: 1, recover }
    }
}
