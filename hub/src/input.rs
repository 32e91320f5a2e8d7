//! What the hub takes in.

use std::time::Duration;

use serde_json::value::RawValue;
use xano_realtime_protocol::frame::Client;

use crate::output::ConnectionId;
use crate::refusal::Refused;
use crate::replica::request::{LogReply, Requester, Snapshot};
use crate::replica::row::Rows;
use crate::settings::Settings;
use crate::triggers::{Answer, Ticket};
use crate::v1::command::Frame;

/// What happens to a hub.
#[derive(Debug)]
pub enum Input<'a> {
    /// The time since 1970. Comes before every input that depends on it; a clock that goes back stands still here.
    Time(Duration),
    /// A socket opened.
    Open {
        /// New: no other socket of this hub had it.
        id: ConnectionId,
        /// Its socket id is new, and cannot be guessed.
        client: Client,
    },
    /// A socket sent a frame that [`Frame::parse`] has read.
    Frame {
        /// The socket.
        from: ConnectionId,
        /// The frame.
        frame: Frame<'a>,
    },
    /// A socket sent a frame that the caller does not let in.
    Reject {
        /// The socket.
        from: ConnectionId,
        /// Why.
        refused: Refused<'a>,
    },
    /// A socket closed.
    Close {
        /// The socket.
        id: ConnectionId,
    },
    /// The answer to a request to a trigger.
    Answer {
        /// Of the request.
        ticket: Ticket,
        /// The answer.
        answer: Answer,
    },
    /// The workspace sends an event to all members of a channel.
    Event {
        /// The channel.
        channel: &'a str,
        /// As sent, byte for byte.
        data: Option<&'a RawValue>,
    },
    /// New settings. Where several servers share the settings, [`LogInput::Settings`] brings them.
    Settings(Settings),
    /// Members who wait to be told of changes of presence are told now.
    TellPresence,
    /// The shared log of a replicated hub says something.
    Log(LogInput<'a>),
}

/// What the log that several servers share says to a replicated hub.
#[derive(Debug)]
pub enum LogInput<'a> {
    /// A server, this one included, did something on a channel.
    Notice {
        /// The channel.
        channel: &'a str,
        /// As the server wrote it.
        notice: &'a str,
    },
    /// The answer to [`LogRequest::Open`](crate::LogRequest::Open).
    Snapshot {
        /// The channel.
        channel: &'a str,
        /// The number of the request.
        question: u64,
        /// The state of the channel.
        snapshot: Snapshot,
    },
    /// [`LogRequest::Open`](crate::LogRequest::Open) was refused.
    SnapshotRefused {
        /// The channel.
        channel: &'a str,
        /// The number of the request.
        question: u64,
    },
    /// [`LogRequest::Join`](crate::LogRequest::Join) was refused.
    JoinRefused {
        /// The channel.
        channel: &'a str,
        /// The socket that joined.
        socket_id: &'a str,
    },
    /// The answer to a request that has an [`Requester`].
    Reply {
        /// The channel.
        channel: &'a str,
        /// Of the request.
        requester: &'a Requester,
        /// The answer.
        reply: LogReply,
    },
    /// The settings that the servers share have changed.
    Settings {
        /// The new ones.
        settings: Settings,
        /// How their rows changed before.
        rows: Rows,
    },
    /// Notices may have been lost: every channel is asked for again.
    Stale,
}
