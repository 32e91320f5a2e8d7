//! The extensions of the protocol: features that Xano's server lacks. A server announces its extensions in the
//! acknowledgement of a join; a client uses only announced ones.

use serde::Serialize;

/// The extensions that a server has, each with its version.
#[derive(Debug, Serialize)]
pub struct Extensions<'a> {
    /// The version of `ping`: 1 means that the server answers it with `pong`.
    pub ping: u8,
    /// The version of `publish`: 1 means that the server deduplicates messages by their idempotency key.
    pub publish: u8,
    /// The position in the channel's log at the time of the join.
    pub recover: Position<'a>,
}

/// A position in the log of a channel.
#[derive(Debug, Serialize)]
pub struct Position<'a> {
    /// The epoch of the log. Ids are comparable only within one epoch.
    pub epoch: &'a str,
    /// The id of the newest message; `None` for a channel without messages.
    pub id: Option<&'a str>,
}

impl<'a> Extensions<'a> {
    /// Returns all extensions of this version of the protocol.
    pub fn all(recover: Position<'a>) -> Extensions<'a> {
        Extensions { ping: 1, publish: 1, recover }
    }
}
