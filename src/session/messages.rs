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
    /// The tick that [`Output::AwaitTickEnd`] was about has ended.
    TickEnded,
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
    /// The socket, whose browser would not take more, takes frames again.
    Writable {
        /// Which socket.
        epoch: Epoch,
    },
    /// The server has acknowledged a join on the current socket.
    Acknowledged {
        /// Whether it has said that it answers pings.
        answers_pings: bool,
    },
    /// The timer that was set ran out.
    Elapsed {
        /// Which timer.
        timer: Epoch,
        /// How late it comes, in milliseconds.
        late_ms: u32,
        /// How long ago the last frame came on the current socket, in milliseconds.
        quiet_ms: u32,
        /// Whether one came since the timer was set.
        heard: bool,
        /// A number from 0 to 1 for the jitter of the next attempt.
        random: f64,
    },
    /// The network is back, or the page is seen again.
    Resumed {
        /// Whether an open socket may be a dead one by now.
        slept: bool,
    },
    /// The application asks for a new socket.
    Reconnect,
}

/// An attempt to connect that is to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// 1 for the first one since a good connection ended.
    pub number: u32,
    /// Milliseconds until then.
    pub in_ms: u32,
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
    /// Say when the socket takes frames again.
    AwaitWritable,
    /// Say when everything that runs now has run. A socket without channels lives until then: a component that is mounted
    /// again at once finds its socket.
    AwaitTickEnd,
    /// Ask the server whether it is there.
    SendPing,
    /// Start the timer; it replaces one that runs.
    SetTimer {
        /// The timer's number.
        timer: Epoch,
        /// Milliseconds until it runs out.
        after_ms: u32,
    },
    /// Stop the timer.
    ClearTimer,
    /// Tell every channel that the connection is there.
    Connected,
    /// Tell every channel that the connection is gone.
    Disconnected {
        /// The close code.
        code: CloseCode,
        /// Which attempt in a row comes next, and in how many milliseconds; none: no further attempt.
        next: Option<Attempt>,
    },
    /// Tell the application about a failure.
    Failed {
        /// The channel that it concerns; none: all of them.
        channel: Option<ChannelId>,
        /// What failed.
        failure: Failure,
    },
}
