//! What a session is told, and what it asks for.

use xano_realtime_protocol::CloseCode;

use super::Epoch;
use super::channels::ChannelId;
use super::failure::Failure;
use super::options::JoinOptions;
use super::queue::{Frame, FrameId};
use super::v2::MessageId;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Input {
    /// A channel wants to be joined, or asks for more than before.
    Join {
        /// Which channel.
        channel: ChannelId,
        /// What the server shall send on arrival.
        options: JoinOptions,
    },
    /// No subscriber needs the channel any longer. What waits on it is handed back.
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
        /// The frame, by its number.
        frame: Frame,
        /// Whether the socket takes frames now: an open one that has begun to close loses what it is given.
        writable: bool,
        /// Whether it may wait for a connection; if not, it is refused while there is none.
        may_wait: bool,
    },
    /// The application publishes a message: it is sent until the server has answered it.
    Publish {
        /// Which channel.
        channel: ChannelId,
        /// The message, by its number, which no other frame has.
        frame: Frame,
        /// Whether the socket takes frames now.
        writable: bool,
        /// Whether it was sent with its key already, over another connection.
        was_sent: bool,
    },
    /// The server has answered a published message, or nothing waits for its answer any longer.
    Answered {
        /// Which channel.
        channel: ChannelId,
        /// The message's number.
        message: FrameId,
    },
    /// The server refuses something on the channel, and names no key.
    ChannelRefused {
        /// Which channel.
        channel: ChannelId,
    },
    /// The platform makes no socket, and no next attempt is likely to be given one. [`Input::Closed`] follows.
    NoSocketMade,
    /// The host is about to send a public message by itself. It may do so between [`Output::Connected`] and the end of the
    /// connection, while no frame waits on the channel and the socket takes frames. One such input after each
    /// [`Output::SetTimer`] is enough.
    Sending,
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
        /// Which channel.
        channel: ChannelId,
        /// What the acknowledgement says.
        said: Acknowledgement,
        /// Whether the socket takes frames now.
        writable: bool,
    },
    /// Something came on the current socket that only a client on the channel gets: not every server acknowledges joins.
    /// One such input before [`Output::Joined`] is enough.
    Heard {
        /// Which channel.
        channel: ChannelId,
        /// Whether the socket takes frames now.
        writable: bool,
    },
    /// The answer has come to the question of a join for what was missed. The host asks the session only while it holds a
    /// position that was acknowledged and not taken over. Or what [`Output::HandOut`] says was handed out behind a history.
    Missed {
        /// Which channel.
        channel: ChannelId,
        /// Whether the server says that it holds everything that was missed.
        complete: bool,
    },
    /// The hash of an entry, for the next [`Input::Align`].
    Entry {
        /// Of sender and payload: see [`align`](crate::engine::align).
        hash: u32,
    },
    /// The history has come that the host has asked for, or too much is held. The entries handed in since the last such input
    /// are those that the host has seen, then those that it holds, then those of the history.
    Align {
        /// Which channel.
        channel: ChannelId,
        /// How many entries were seen.
        seen: u32,
        /// How many are held.
        live: u32,
    },
    /// The timer ran out.
    Elapsed {
        /// Which timer.
        timer: Epoch,
        /// How long ago the last frame came on the current socket, in milliseconds.
        quiet_ms: u32,
        /// Whether one came since the timer was set.
        heard: bool,
    },
    /// The network is back, or the page is seen again.
    Resumed {
        /// Whether it is known that an open socket may have died. A timer that is long overdue says so as well.
        slept: bool,
    },
    /// The application asks for a new socket.
    Reconnect,
    /// V2: the service has answered a ping, or has refused it, with an error that names no channel.
    Greeted {
        /// Whether it is ready.
        ready: bool,
    },
    /// V2: the service has answered the oldest message that was sent on the channel and has no answer. The host hands the
    /// answer to the promise of the frame that is forgotten then, if one is.
    Receipt {
        /// Which channel.
        channel: ChannelId,
    },
    /// V2: a message with an id has come, on a channel of which no object acknowledges by itself.
    Arrived {
        /// Which channel.
        channel: ChannelId,
        /// The number of its id.
        message: MessageId,
        /// Whether it is one of the transcript. A replay may follow.
        transcript: bool,
        /// Whether it has come on this socket before, not as one of the transcript.
        again: bool,
    },
    /// V2: every handler of a message has finished, with the promises that they returned.
    Finished {
        /// Which channel.
        channel: ChannelId,
        /// The number of its id.
        message: MessageId,
        /// Whether one of them has failed.
        failed: bool,
    },
}

/// What the acknowledgement of a join says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Acknowledgement {
    /// The server answers pings.
    pub answers_pings: bool,
    /// The server answers messages with keys, and takes each key once.
    pub answers_keys: bool,
    /// The server says where it stands on the channel. The host holds this position until it is told what to do with it.
    pub has_position: bool,
    /// The server is not the one that named the position which the host keeps: it has restarted.
    pub is_restarted: bool,
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
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Output {
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
        /// What the server shall send on arrival. With [`JoinOptions::RECOVER`] the frame carries the position that the host
        /// keeps; without, it carries none.
        options: JoinOptions,
    },
    /// The channel is joined, until the connection ends.
    Joined {
        /// Which channel.
        channel: ChannelId,
    },
    /// Keep the position that was acknowledged last, or none if none was named, in place of the one that is kept.
    TakePosition {
        /// Which channel.
        channel: ChannelId,
        /// Whether the channel recovers: where no position was named, the host keeps the hashes of the entries that come.
        recovers: bool,
        /// Whether something may have been missed. Where the host has hashes, it asks for the history, and holds what comes until
        /// [`Output::HandOut`]. Otherwise it tells the application, [`Failure::GapPossible`], and goes on as behind such an output.
        in_doubt: bool,
    },
    /// Keep the position that was acknowledged last, and hand the entries of the answer to the application, and then what is
    /// held. The answer ends with as many entries as are held.
    HandOut {
        /// Which channel.
        channel: ChannelId,
        /// Whether the application is told before that some are missing.
        gap: bool,
        /// The first entry to hand out.
        from: u32,
    },
    /// Send the channel's leave frame.
    SendLeave {
        /// Which channel.
        channel: ChannelId,
    },
    /// Send a frame of the application, and forget it.
    Send {
        /// The frame's number.
        frame: FrameId,
    },
    /// Forget a frame: it was refused, or its channel was left. Forget a published message: it is answered, or its channel was
    /// left.
    ForgetFrame {
        /// The frame's number.
        frame: FrameId,
    },
    /// Send a published message, and keep it. It may be sent again.
    SendPublished {
        /// The message's number.
        message: FrameId,
        /// Whether it carries its key. Without, it is an ordinary message.
        keyed: bool,
    },
    /// Tell what became of a published message that the server has not answered, and forget it.
    Settled {
        /// The message's number.
        message: FrameId,
        /// Why it is rejected; none: it is taken.
        failure: Option<Failure>,
    },
    /// Forget a channel: it was left.
    ForgetChannel {
        /// The channel's number; it may be given to another one.
        channel: ChannelId,
    },
    /// Forget the connection: its last channel was left.
    ForgetConnection,
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
        /// Whether it only watches over an open socket: it keeps no program from ending.
        watches: bool,
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
    /// V2: whether the handlers of the channel get the message that has come.
    Judged {
        /// Which channel.
        channel: ChannelId,
        /// The number of its id.
        message: MessageId,
        /// Whether they get it. [`Input::Finished`] tells how that went.
        hand_out: bool,
    },
    /// V2: acknowledge a message.
    SendAck {
        /// Which channel.
        channel: ChannelId,
        /// The number of its id.
        message: MessageId,
    },
    /// Tell the application about a failure.
    Failed {
        /// The channel that it concerns; none: all of them.
        channel: Option<ChannelId>,
        /// What failed.
        failure: Failure,
    },
}
