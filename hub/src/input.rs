//! The inputs of the hub.

use std::time::Duration;

use serde_json::value::RawValue;
use xano_realtime_protocol::frame::Client;

use crate::command::Frame;
use crate::output::ConnectionId;
use crate::refusal::Refused;
use crate::replica::request::{LogReply, Requester, Snapshot};
use crate::replica::row::Rows;
use crate::settings::Settings;
use crate::triggers::{Answer, Ticket};
use crate::v2::{Publication, Visitor};

/// Something that the hub must handle.
#[derive(Debug)]
pub enum Input<'a> {
    /// The time since 1970. It precedes every input that depends on it. A time before the last one is ignored.
    Time(Duration),
    /// A socket has opened.
    Open {
        /// The number of the socket, which no other socket of this hub ever had.
        id: ConnectionId,
        /// The client of the socket. Its socket id is new and cannot be guessed.
        client: Client,
    },
    /// A socket has sent a frame, which [`Dialect::parse`](crate::Dialect::parse) has parsed.
    Frame {
        /// The socket.
        from: ConnectionId,
        /// The parsed frame.
        frame: Frame<'a>,
    },
    /// A socket has sent a frame that the caller refuses.
    Reject {
        /// The socket.
        from: ConnectionId,
        /// The reason.
        refused: Refused<'a>,
    },
    /// A socket has closed.
    Close {
        /// The socket.
        id: ConnectionId,
    },
    /// A socket of Realtime V2 has opened. It is not ready before [`Input::Authenticate`] was handled.
    OpenV2 {
        /// The number of the socket, which no other socket of this hub ever had.
        id: ConnectionId,
        /// The client of the socket.
        visitor: Visitor,
    },
    /// A socket of Realtime V2 has been open for the time that the settings name: it is admitted or refused now.
    Authenticate {
        /// The socket.
        id: ConnectionId,
    },
    /// The workspace publishes a message to a channel of Realtime V2.
    Publish(Publication<'a>),
    /// A trigger has answered a question.
    Answer {
        /// The ticket of the question.
        ticket: Ticket,
        /// The reply.
        answer: Answer,
    },
    /// The workspace sends an event to all members of a channel.
    Event {
        /// The channel.
        channel: &'a str,
        /// The payload, forwarded byte for byte.
        data: Option<&'a RawValue>,
    },
    /// New settings. If several servers share the settings, they arrive as [`LogInput::Settings`] instead.
    Settings(Settings),
    /// The waiting presence updates are due and must be sent to the members.
    TellPresence,
    /// An input from the shared log, for a replicated hub.
    Log(LogInput<'a>),
}

/// An input from the log that several servers share.
#[derive(Debug)]
pub enum LogInput<'a> {
    /// A replica event: a server, possibly this one, has changed a channel.
    Notice {
        /// The channel.
        channel: &'a str,
        /// The text, as the server has written it.
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
        /// The socket id of the client that tried to join.
        socket_id: &'a str,
    },
    /// The reply to a request with a requester.
    Reply {
        /// The channel.
        channel: &'a str,
        /// The ticket of the question.
        requester: &'a Requester,
        /// The reply.
        reply: LogReply,
    },
    /// The settings that the servers share have changed.
    Settings {
        /// The new settings.
        settings: Settings,
        /// The past changes of their rows.
        rows: Rows,
    },
    /// Events may have been lost: the hub must ask for the state of every channel again.
    Stale,
}
