//! The answers of an outbox to its callers: the result of adding a frame, the next action of the socket's own task, and
//! the reason why the socket ends.

/// The reason why the server closes a socket through its outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The connection is lost or its session has ended. Only a close frame may still be sent.
    Over,
    /// The client reads too slowly. The socket is closed because dropping frames would be a loss that no client
    /// notices.
    SlowConsumer,
    /// The server stops.
    Restart,
    /// The client has sent too many frames that were refused.
    TooManyRefusals,
    /// The connection hash has changed, or realtime is switched off.
    AddressChanged,
    /// The admin has disconnected the socket's user.
    Disconnected,
    /// Realtime V2 refuses the connection; an error frame has named the reason.
    Refused,
    /// The settings no longer have the V2 server that the socket is connected to.
    ServerGone,
    /// The trigger that admits connections has too much to do.
    Busy,
}

/// The result of adding a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Added {
    /// The frame was not added: the socket is closing.
    No,
    /// The frame was added, and another task flushes the outbox.
    Yes,
    /// The frame was added, and the caller must flush the outbox: no other task does.
    ToWrite,
}

/// The next action of the socket's own task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// Wait until the socket is writable, then flush.
    Writable,
    /// Close the socket. Its frames are either written or cannot be written.
    End(Ending),
}
