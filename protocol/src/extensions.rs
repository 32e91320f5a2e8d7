//! The extensions of the protocol: features that Xano's server lacks. A server announces its extensions in the
//! acknowledgement of a join; a client uses none that the server did not announce.

use serde::Serialize;

/// The extensions that a server has, each with its version.
#[derive(Debug, Serialize)]
pub struct Extensions<'a> {
    /// The server answers `ping` with `pong`: 1.
    pub ping: u8,
    /// The server deduplicates messages by their key: 1.
    pub publish: u8,
    /// The position in the channel's log at the time of the join.
    pub recover: Position<'a>,
}

/// A position in the log of a channel.
#[derive(Debug, Serialize)]
pub struct Position<'a> {
    /// Ids are comparable within one epoch, and meaningless in another.
    pub epoch: &'a str,
    /// The id of the newest message; `None` for a channel without messages.
    pub id: Option<&'a str>,
}

impl<'a> Extensions<'a> {
    /// All extensions that this version of the protocol has.
    pub fn all(recover: Position<'a>) -> Extensions<'a> {
        Extensions { ping: 1, publish: 1, recover }
    }
}
