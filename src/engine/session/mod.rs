//! The life of one connection: [`Session::handle`] is the one place that decides; `docs/lifecycle.md` draws its table.
//!
//! # Layout
//!
//! - this module: the transition table.
//! - [`messages`]: what a session is told, and what it asks for.
//! - `turn`: one input with its moment, and where its outputs go.
//! - `lifetime`: how a connection begins and ends.
//! - [`backoff`]: how long to wait before the next attempt.
//! - [`watch`]: whether an open socket still leads anywhere.
//! - [`options`]: what a join asks for.
//! - [`channels`]: the channels of a connection.
//! - `channel`: one of them: joined or not, what was missed on it, and what waits.
//! - [`publishing`]: messages that are sent again until the server has answered.
//! - `sending`: what goes out when, and how fast.
//! - `recovery`: what counts as joined, and what was missed while there was no connection.
//! - [`queue`]: what one channel has to send, and what it has no answer to, bounded.
//! - [`failure`]: failures in words: what was wrong, and what to do.
//! - [`v2`]: what Realtime V2 asks for besides: readiness, receipts, and acknowledgements.

pub mod backoff;
mod channel;
pub mod channels;
pub mod failure;
mod lifetime;
pub mod messages;
pub mod options;
pub mod publishing;
pub mod queue;
mod recovery;
mod sending;
mod turn;
pub mod v2;
pub mod watch;

use xano_realtime_protocol::{CloseCode, Retry};

use super::{Moment, Sink};
use backoff::Backoff;
pub use channels::ChannelId;
use channels::Channels;
pub use failure::Failure;
pub use messages::{Acknowledgement, Attempt, Input, Output};
pub use options::JoinOptions;
use queue::Entry;
pub use queue::{Frame, FrameId};
use turn::Turn;
use watch::Watch;

/// Attempts in a row that never opened before the application is told.
pub const ATTEMPTS_BEFORE_ERROR: u32 = 3;

/// How long a socket that was asked to close may take, in milliseconds, before it is given up.
pub const CLOSE_DEADLINE_MS: u32 = 5_000;

/// Numbers the sockets of a session, and its timers, so that a late event of an abandoned one is recognised.
pub type Epoch = u32;

/// Where a session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// No channel needs a connection.
    Idle,
    /// A socket was asked for and has not opened yet.
    Connecting,
    /// The socket is open.
    Open,
    /// The application asked for a new socket; the old one is closing.
    Closing,
    /// Waiting before the next attempt.
    Waiting,
    /// Closed, with no further attempt until the application asks for one.
    Stopped,
}

/// The state machine.
#[derive(Debug)]
pub struct Session {
    state: State,
    /// The number of the current socket.
    epoch: Epoch,
    /// The number of the current timer.
    timer: Epoch,
    /// When the current timer is due.
    due_ms: u32,
    backoff: Backoff,
    /// Attempts since the last good connection ended.
    attempts: u32,
    /// Attempts since a socket was last open.
    failed_attempts: u32,
    /// What an open socket is watched for.
    watch: Watch,
    /// When that is due. The timer may run out before, as an answer is late.
    watch_due_ms: u32,
    /// Whether a frame came since the watch began.
    heard: bool,
    /// Whether what came while the page was busy has had its time to be read.
    is_read: bool,
    /// Whether the current socket's server answers pings.
    answers_pings: bool,
    /// Whether a join was acknowledged on the current socket.
    has_joined: bool,
    /// Why nothing comes of what is published, until the next attempt.
    failure: Option<Failure>,
    /// When the current socket opened.
    opened_ms: u32,
    /// How long the current socket is known to be alive, in milliseconds: never longer than it is open.
    lasted_ms: u32,
    /// Whether the current socket may have died while the page slept, and was asked.
    doubted: bool,
    channels: Channels,
    /// The hashes of entries that are compared next.
    entries: Vec<u32>,
    /// How much of what waits may still go out on the current socket, as `queue` counts it.
    allowance_ms: i32,
    /// Whether the connection speaks Realtime V2.
    is_v2: bool,
    /// The pause before the next ping to a service that is not ready, in milliseconds; 0 once it is, and on V1.
    pause_ms: u32,
}

impl Default for Session {
    fn default() -> Self {
        Self::new()
    }
}

impl Session {
    /// A session that no channel needs yet.
    pub const fn new() -> Self {
        Session {
            state: State::Idle,
            epoch: 0,
            timer: 0,
            due_ms: 0,
            backoff: Backoff::new(),
            attempts: 0,
            failed_attempts: 0,
            watch: Watch::Young,
            watch_due_ms: 0,
            heard: false,
            is_read: false,
            answers_pings: false,
            has_joined: false,
            failure: None,
            opened_ms: 0,
            lasted_ms: 0,
            doubted: false,
            channels: Channels::new(),
            entries: Vec::new(),
            allowance_ms: queue::AT_ONCE_MS,
            is_v2: false,
            pause_ms: 0,
        }
    }

    /// Where the session stands.
    pub fn state(&self) -> State {
        self.state
    }

    /// The number of the current socket.
    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// Decides what follows from an input.
    // Where the kind of the input is known, what is left is the code for that kind.
    #[inline(always)]
    pub fn handle(&mut self, input: Input, moment: Moment, sink: &mut impl Sink) {
        use State::{Closing, Connecting, Idle, Open, Stopped, Waiting};
        let turn = &mut Turn { moment, sink };
        match (self.state, input) {
            (Idle | Stopped, Input::Join { channel, options }) => {
                self.is_v2 = options.contains(JoinOptions::V2);
                self.channels.add(channel, options);
                self.connect(turn);
            }
            (Open, Input::Join { channel, options }) => {
                self.channels.add(channel, options);
                self.join(channel, turn);
            }
            (Connecting | Closing | Waiting, Input::Join { channel, options }) => self.channels.add(channel, options),

            (state, Input::Leave { channel }) => self.leave(state, channel, turn),
            (state, Input::TickEnded) if self.channels.is_empty() => self.let_go(state, turn),

            (Open, Input::Send { channel, frame, writable: true, .. }) if !self.channels.is_waiting(channel) => {
                if let Some(known) = self.channels.get(channel) {
                    known.sent += 1;
                }
                self.send(frame, turn);
            }
            (Open, Input::Sending) => self.await_echo(turn),
            (Open, Input::Writable { epoch }) if epoch == self.epoch => self.send_some(turn),
            // Behind what waits for its turn every frame waits.
            (state, Input::Send { channel, frame, writable, may_wait })
                if state == Idle || !(may_wait || writable && state == Open) =>
            {
                turn.refuse(channel, frame, Failure::NotConnected);
            }
            (state, Input::Send { channel, frame, .. }) => {
                if self.channels.wait(channel, Entry { frame, marks: 0, since_ms: 0, place: 0 }).is_err() {
                    turn.refuse(channel, frame, Failure::QueueFull);
                }
                if state == Open {
                    self.await_writable(turn);
                }
            }

            (_, Input::Publish { channel, frame, writable, was_sent }) => {
                self.publish(channel, frame, writable, was_sent, turn);
            }
            (_, Input::Answered { channel, message }) => self.answered(channel, message, turn),
            (Open, Input::ChannelRefused { channel }) => self.refused(channel, turn),
            (_, Input::NoSocketMade) => self.reject_all(Failure::NoSocket, turn),

            (Connecting, Input::Opened { epoch }) if epoch == self.epoch => self.opened(turn),
            (_, Input::Receipt { channel }) => self.receipt(channel, turn),
            (Connecting, Input::Greeted { ready }) if self.is_greeting() => self.greeted(ready, turn),
            (_, Input::Arrived { channel, message, transcript, again }) => {
                self.arrived(channel, message, transcript, again, turn);
            }
            (_, Input::Finished { channel, message, failed }) => self.finished(channel, message, failed, turn),

            (Open, Input::Acknowledged { channel, said, writable }) => {
                self.acknowledged(channel, said, writable, turn);
            }
            (Open, Input::Heard { channel, writable }) => self.heard(channel, writable, turn),
            (_, Input::Missed { channel, complete }) => self.missed(channel, complete, turn),
            (_, Input::Entry { hash }) => self.entries.push(hash),
            (_, Input::Align { channel, seen, live }) => self.align(channel, seen, live, turn),

            (state @ (Connecting | Open), Input::Closed { epoch, code }) if epoch == self.epoch => {
                self.failed_attempts += u32::from(state == Connecting);
                self.closed(code, code.retry(), turn);
                if self.failed_attempts == ATTEMPTS_BEFORE_ERROR {
                    turn.fail(Failure::CannotConnect);
                }
            }
            // Whatever code the server answered with: a new socket was asked for.
            (Closing, Input::Closed { epoch, code }) if epoch == self.epoch => self.closed(code, Retry::Again, turn),

            (Connecting | Closing, Input::TokenRefused { epoch }) if epoch == self.epoch => {
                self.disconnect(Stopped, CloseCode::ABNORMAL, None, turn);
                turn.fail(Failure::InvalidToken);
                self.reject_all(Failure::InvalidToken, turn);
            }

            (Waiting, Input::Elapsed { timer, .. }) if timer == self.timer => self.connect(turn),
            (Closing, Input::Elapsed { timer, .. }) if timer == self.timer => self.give_up(turn),
            (Connecting | Open, Input::Elapsed { timer, quiet_ms, heard }) if timer == self.timer => {
                if self.has_slept(turn) {
                    self.doubt(turn);
                } else {
                    self.elapsed(quiet_ms, heard, turn);
                }
            }

            (Waiting, Input::Resumed { .. }) => {
                turn.push(Output::ClearTimer);
                self.connect(turn);
            }
            (Open, Input::Resumed { slept }) if slept || self.has_slept(turn) => self.doubt(turn),

            (Connecting | Open, Input::Reconnect) => {
                self.state = Closing;
                self.channels.forget_joins();
                turn.push(Output::CloseSocket { code: CloseCode::RECONNECT });
                self.set_timer(CLOSE_DEADLINE_MS, turn);
            }
            (Waiting, Input::Reconnect) => {
                turn.push(Output::ClearTimer);
                self.connect(turn);
            }
            (Stopped, Input::Reconnect) => self.connect(turn),
            (Idle | Closing, Input::Reconnect) => {}

            // Events of a socket or timer that was given up, and what matters to an open or a lost connection only.
            (
                _,
                Input::Opened { .. }
                | Input::Closed { .. }
                | Input::TokenRefused { .. }
                | Input::Elapsed { .. }
                | Input::Writable { .. }
                | Input::Sending
                | Input::Acknowledged { .. }
                | Input::Heard { .. }
                | Input::ChannelRefused { .. }
                | Input::Greeted { .. }
                | Input::Resumed { .. }
                | Input::TickEnded,
            ) => {}
        }
    }
}
