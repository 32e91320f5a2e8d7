//! The outputs of the hub.

use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::encoded::Encoded;
use crate::refusal::Refusal;
use crate::replica::request::LogRequest;
use crate::triggers::Call;
use crate::v1::frames;
use crate::v2;

/// One consequence of an input. The caller carries the outputs out in the order of the sink.
#[derive(Debug)]
pub enum Output {
    /// Write a frame to sockets.
    Deliver {
        /// The receiving sockets.
        to: Vec<ConnectionId>,
        /// The frame.
        frame: Encoded,
        /// Whether the frame is a message or an event.
        is_message: bool,
    },
    /// Write an error frame to sockets: the request was refused, or their membership has ended.
    Refuse {
        /// The receiving sockets.
        to: Vec<ConnectionId>,
        /// The frame.
        frame: Encoded,
        /// The code of the refusal in the frame.
        code: Code,
    },
    /// Close sockets of Realtime V2.
    Close {
        /// The sockets.
        to: Vec<ConnectionId>,
        /// The reason.
        why: Closing,
    },
    /// The event of the workspace was refused.
    RefuseEvent(Refusal),
    /// The message of the workspace was refused.
    RefusePublication(v2::Refusal),
    /// The message of the workspace was published.
    Published {
        /// The number of members that it is for. A `deliver` trigger may be asked about them first.
        members: usize,
    },
    /// Recipients of a message of Realtime V2 do not get it: too many bytes wait for the channel's `deliver` trigger.
    LeftOut {
        /// The number of these recipients.
        recipients: usize,
    },
    /// Send a question to a trigger URL. The answer comes back as [`Input::Answer`](crate::Input::Answer).
    Ask(Call),
    /// Send a request to the log that several servers share. Only a replicated hub produces such requests.
    Log(LogRequest),
}

/// The reason why the hub closes a socket of Realtime V2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closing {
    /// The connection is refused; an error has named the reason.
    Refused,
    /// The settings no longer have the server that the socket is connected to, or it is switched off.
    ServerGone,
    /// The server's trigger has too many questions.
    Busy,
}

/// The number of an open socket within this server. The caller assigns it, never reuses it, and never shows it to
/// clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ConnectionId(u64);

impl ConnectionId {
    /// Returns the connection with this number.
    pub fn new(number: u64) -> ConnectionId {
        ConnectionId(number)
    }
}

impl Output {
    /// Returns the output for a frame that is neither a message nor a refusal.
    pub(super) fn frame(to: Vec<ConnectionId>, frame: Encoded) -> Output {
        Output::Deliver { to, frame, is_message: false }
    }

    /// Returns the output for such a frame to one socket.
    pub(super) fn to_one(to: ConnectionId, frame: Encoded) -> Output {
        Output::frame(vec![to], frame)
    }

    /// Returns the output for a message or an event.
    pub(super) fn message(to: Vec<ConnectionId>, frame: Encoded) -> Output {
        Output::Deliver { to, frame, is_message: true }
    }

    pub(super) fn refusal(to: ConnectionId, channel: Option<&str>, key: Option<&str>, why: &Refusal) -> Output {
        Output::Refuse { to: vec![to], frame: frames::refusal(channel, key, why), code: why.code() }
    }

    /// Returns the output for a refusal to many sockets.
    pub(super) fn refusal_to_all(to: Vec<ConnectionId>, channel: &str, why: &Refusal) -> Output {
        Output::Refuse { to, frame: frames::refusal(Some(channel), None, why), code: why.code() }
    }
}
