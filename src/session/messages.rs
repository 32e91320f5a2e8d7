//! What a session is told, and what it asks for.

use xano_realtime_protocol::CloseCode;

use super::Epoch;
use super::channels::{ChannelId, Wishes};
use super::failure::Failure;
use super::queue::Frame;

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Input<F> {
    /// A channel wants to be joined, or wishes more than before.
    Join {
        /// Which channel.
        channel: ChannelId,
        /// What the server shall send on arrival.
        wishes: Wishes,
    },
    /// Nobody needs the channel any more.
    Leave {
        /// Which channel.
        channel: ChannelId,
    },
    /// The application sends a frame on a joined channel.
    Send {
        /// Which channel.
        channel: ChannelId,
        /// The frame, opaque.
        frame: Frame<F>,
        /// Whether the socket takes frames now: an open one that has begun to close loses what it is given.
        writable: bool,
        /// Whether it may wait for a connection; if not, it is refused while there is none.
        may_wait: bool,
    },
    /// The socket opened.
    Opened {
        /// Which socket.
        epoch: Epoch,
    },
    /// The socket closed, or never opened.
    Closed {
        /// Which socket.
        epoch: Epoch,
        /// The close code; 1006 where there was none.
        code: CloseCode,
        /// A number from 0 to 1 for the jitter of the next attempt.
        random: f64,
    },
    /// The token cannot be used: no socket was opened with it.
    TokenRefused {
        /// Which socket it was meant for.
        epoch: Epoch,
    },
    /// The timer that was set ran out.
    Elapsed {
        /// Which timer.
        epoch: Epoch,
        /// A number from 0 to 1 for the jitter of the next attempt.
        random: f64,
    },
    /// The application asks for a new socket.
    Reconnect,
}

/// What to do next.
#[derive(Clone, Debug, PartialEq)]
pub enum Output<F> {
    /// Open a socket; its events carry this epoch.
    OpenSocket {
        /// The new socket's number.
        epoch: Epoch,
    },
    /// Close the socket with this code, and go on listening to it.
    CloseSocket {
        /// The code for the server.
        code: CloseCode,
    },
    /// Close the socket with this code, and stop listening to it.
    DropSocket {
        /// The code for the server.
        code: CloseCode,
    },
    /// Send the channel's join frame.
    SendJoin {
        /// Which channel.
        channel: ChannelId,
        /// What the server shall send on arrival.
        wishes: Wishes,
    },
    /// Send the channel's leave frame.
    SendLeave {
        /// Which channel.
        channel: ChannelId,
    },
    /// Send a frame of the application.
    Send {
        /// The frame.
        body: F,
    },
    /// Start the timer; it replaces one that runs.
    SetTimer {
        /// The timer's number.
        epoch: Epoch,
        /// Milliseconds until it runs out.
        after_ms: u32,
    },
    /// Stop the timer.
    ClearTimer,
    /// Tell every channel that the connection is there.
    Connected,
    /// Tell every channel that the connection is gone.
    Disconnected,
    /// Tell the application about a failure.
    Failed {
        /// The channel that it concerns; none: all of them.
        channel: Option<ChannelId>,
        /// What failed.
        failure: Failure,
    },
}
