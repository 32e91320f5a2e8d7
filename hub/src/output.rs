//! What the hub gives out.

use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::encoded::Encoded;
use crate::refusal::Refusal;
use crate::replica::request::LogRequest;
use crate::triggers::Call;

/// What an input leads to. The caller carries outputs out in the order in which they stand in the sink.
#[derive(Debug)]
pub enum Output {
    /// A frame for sockets.
    Deliver {
        /// The sockets.
        to: Vec<ConnectionId>,
        /// The frame.
        frame: Encoded,
        /// Whether it is a message or an event.
        is_message: bool,
    },
    /// An error frame for sockets: what they asked for is not done, or is over.
    Refuse {
        /// The sockets.
        to: Vec<ConnectionId>,
        /// The frame.
        frame: Encoded,
        /// What kind of refusal the frame says.
        code: Code,
    },
    /// An event of the workspace is refused.
    RefuseEvent(Refusal),
    /// A request to the URL of a trigger. Its answer comes back as [`Input::Answer`](crate::Input::Answer).
    Ask(Call),
    /// A request to the log that several servers share. Only a replicated hub has such requests.
    Log(LogRequest),
}

/// The name of an open socket within this server. The caller gives it, and gives none twice; it never leaves the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ConnectionId(u64);

impl ConnectionId {
    /// The connection with that number.
    pub fn new(number: u64) -> ConnectionId {
        ConnectionId(number)
    }
}

impl Output {
    /// A frame that is neither a message nor a refusal.
    pub(super) fn frame(to: Vec<ConnectionId>, frame: Encoded) -> Output {
        Output::Deliver { to, frame, is_message: false }
    }

    /// The same, for one socket.
    pub(super) fn to_one(to: ConnectionId, frame: Encoded) -> Output {
        Output::frame(vec![to], frame)
    }

    /// A message or an event.
    pub(super) fn message(to: Vec<ConnectionId>, frame: Encoded) -> Output {
        Output::Deliver { to, frame, is_message: true }
    }

    pub(super) fn refusal(to: ConnectionId, channel: Option<&str>, key: Option<&str>, why: &Refusal) -> Output {
        Output::Refuse { to: vec![to], frame: why.frame(channel, key), code: why.code() }
    }

    /// A refusal for many sockets.
    pub(super) fn refusal_to_all(to: Vec<ConnectionId>, channel: &str, why: &Refusal) -> Output {
        Output::Refuse { to, frame: why.frame(Some(channel), None), code: why.code() }
    }
}
