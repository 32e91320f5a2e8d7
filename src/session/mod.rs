//! The life of one connection, without I/O.
//!
//! Inputs say what happened, [`Session::handle`] is the one place that decides, outputs say what to do next.
//! There is no socket, no clock and no randomness in here: whoever drives a session has those, and tests drive it
//! in virtual time. The contract: **drain [`Session::poll`] after every input**, and after
//! [`Session::try_pass`], and carry the outputs out in order.
//!
//! ```ignore-wasm32,standalone_crate
//! use xano_wasm::session::{Input, Output, Session, Wishes};
//!
//! let mut session: Session<String> = Session::new();
//! session.handle(Input::Join { channel: 0, wishes: Wishes::default() });
//! assert_eq!(session.poll(), Some(Output::OpenSocket { epoch: 1 }));
//! session.handle(Input::Opened { epoch: 1 });
//! let outputs: Vec<_> = std::iter::from_fn(|| session.poll()).collect();
//! assert!(outputs.contains(&Output::SendJoin { channel: 0, wishes: Wishes::default() }));
//! ```
//!
//! # Layout
//!
//! - this module: the transition table; `docs/lifecycle.md` draws it.
//! - [`messages`]: what a session is told, and what it asks for.
//! - [`backoff`]: how long to wait before the next attempt.
//! - [`watch`]: whether an open socket still leads anywhere.
//! - [`channels`]: who is joined, and what waits for the next socket.
//! - [`queue`]: the frames of one channel that wait, bounded.
//! - [`failure`]: failures in words: what was wrong, and what to do.

pub mod backoff;
pub mod channels;
pub mod failure;
pub mod messages;
pub mod queue;
pub mod watch;

use std::collections::VecDeque;

use xano_realtime_protocol::{CloseCode, Retry};

use backoff::Backoff;
use channels::Channels;
pub use channels::{ChannelId, Wishes};
pub use failure::Failure;
pub use messages::{Attempt, Input, Output};
pub use queue::Frame;
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
    /// Nobody needs a connection.
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

/// The state machine. `F` is whatever the driver sends: a text in tests, a JavaScript string in a page.
#[derive(Debug)]
pub struct Session<F> {
    state: State,
    /// The number of the current socket.
    epoch: Epoch,
    /// The number of the current timer.
    timer: Epoch,
    /// What the current timer was set to, in milliseconds.
    timer_ms: u32,
    backoff: Backoff,
    /// Attempts since the last good connection ended.
    attempts: u32,
    /// Attempts since a socket was last open.
    failed_attempts: u32,
    /// What the timer of an open socket is for.
    watch: Watch,
    /// Whether the current socket's server answers pings.
    answers_pings: bool,
    /// Whether a join was acknowledged on the current socket.
    joined: bool,
    /// How long the current socket is known to be alive, in milliseconds: never longer than it is open.
    lasted_ms: u32,
    /// Whether the current socket may have died while the page slept, and was asked.
    doubted: bool,
    channels: Channels<F>,
    /// How much of what waits may still go out on the current socket, as `queue` counts it.
    allowance_ms: i32,
    /// Decided and not yet carried out.
    outputs: VecDeque<Output<F>>,
}

impl<F> Default for Session<F> {
    fn default() -> Self {
        Self::new()
    }
}

impl<F> Session<F> {
    /// A session that nobody needs yet.
    pub fn new() -> Self {
        Session {
            state: State::Idle,
            epoch: 0,
            timer: 0,
            timer_ms: 0,
            backoff: Backoff::new(),
            attempts: 0,
            failed_attempts: 0,
            watch: Watch::Young,
            answers_pings: false,
            joined: false,
            lasted_ms: 0,
            doubted: false,
            channels: Channels::new(),
            allowance_ms: queue::AT_ONCE_MS,
            outputs: VecDeque::new(),
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

    /// The next thing to do, if any.
    pub fn poll(&mut self) -> Option<Output<F>> {
        self.outputs.pop_front()
    }

    /// Lets a frame pass that would go out at once, where the socket takes it. If it says yes the frame counts as sent, and
    /// whoever asked sends it: a quicker way than [`Input::Send`], which may be given every frame.
    pub fn try_pass(&mut self, channel: ChannelId, comes_back: bool) -> bool {
        let passes = self.state == State::Open && !self.channels.is_waiting(channel);
        if passes && comes_back {
            self.await_echo();
        }
        passes
    }

    /// Takes what waits on a channel, for a session that takes the channel over.
    pub fn take_waiting(&mut self, channel: ChannelId) -> Vec<Frame<F>> {
        self.channels.take_all_waiting(channel)
    }

    /// Decides what follows from an input.
    pub fn handle(&mut self, input: Input<F>) {
        use State::{Closing, Connecting, Idle, Open, Stopped, Waiting};
        match (self.state, input) {
            (Idle | Stopped, Input::Join { channel, wishes }) => {
                self.channels.wish(channel, wishes);
                self.connect();
            }
            (Open, Input::Join { channel, wishes }) => {
                self.channels.wish(channel, wishes);
                self.join(channel);
            }
            (Connecting | Closing | Waiting, Input::Join { channel, wishes }) => self.channels.wish(channel, wishes),

            (state, Input::Leave { channel }) => self.leave(state, channel),
            (state, Input::TickEnded) if self.channels.is_empty() => self.let_go(state),

            (Open, Input::Send { channel, frame, writable: true, may_wait })
                if !(may_wait && self.channels.is_waiting(channel)) =>
            {
                for waiting in self.take_waiting(channel) {
                    self.send(waiting);
                }
                self.send(frame);
            }
            (Open, Input::Writable { epoch }) if epoch == self.epoch => self.send_some(),
            (Idle, Input::Send { channel, .. }) | (_, Input::Send { channel, may_wait: false, .. }) => {
                self.fail(Some(channel), Failure::NotConnected);
            }
            (state, Input::Send { channel, frame, .. }) => {
                if self.channels.wait(channel, frame).is_err() {
                    self.fail(Some(channel), Failure::QueueFull);
                }
                if state == Open {
                    self.await_writable();
                }
            }

            (Connecting, Input::Opened { epoch }) if epoch == self.epoch => self.opened(),

            (Open, Input::Acknowledged { answers_pings }) => {
                self.joined = true;
                if answers_pings && !self.answers_pings {
                    self.answers_pings = true;
                    // Every other timer runs out sooner than a ping is due.
                    if self.watch == Watch::Silence {
                        self.look(Watch::Silence, watch::PING_AFTER_MS);
                    }
                }
            }

            (Connecting, Input::Closed { epoch, code, random }) if epoch == self.epoch => {
                self.failed_attempts += 1;
                self.closed(code, code.retry(), random);
                if self.failed_attempts == ATTEMPTS_BEFORE_ERROR {
                    self.fail(None, Failure::CannotConnect);
                }
            }
            (Open, Input::Closed { epoch, code, random }) if epoch == self.epoch => {
                self.outputs.push_back(Output::ClearTimer);
                self.closed(code, code.retry(), random);
            }
            // Whatever code the server answered with: a new socket was asked for.
            (Closing, Input::Closed { epoch, code, random }) if epoch == self.epoch => {
                self.outputs.push_back(Output::ClearTimer);
                self.closed(code, Retry::Again, random);
            }

            (Connecting | Closing, Input::TokenRefused { epoch }) if epoch == self.epoch => {
                if self.state == Closing {
                    self.outputs.push_back(Output::ClearTimer);
                }
                self.disconnect(Stopped, CloseCode::ABNORMAL, None);
                self.fail(None, Failure::InvalidToken);
            }

            (Waiting, Input::Elapsed { timer, .. }) if timer == self.timer => self.connect(),
            (Closing, Input::Elapsed { timer, random, .. }) if timer == self.timer => self.give_up(random),
            (Open, Input::Elapsed { timer, late_ms, quiet_ms, heard, random }) if timer == self.timer => {
                if late_ms > watch::SLEPT_AFTER_MS {
                    self.doubt();
                } else {
                    self.looked(self.watch.elapsed(self.answers_pings, quiet_ms, heard), random);
                }
            }

            (Waiting, Input::Resumed { .. }) => {
                self.outputs.push_back(Output::ClearTimer);
                self.connect();
            }
            (Open, Input::Resumed { slept: true }) => self.doubt(),

            (Connecting | Open, Input::Reconnect) => {
                self.state = Closing;
                self.channels.forget_joins();
                self.outputs.push_back(Output::CloseSocket { code: CloseCode::RECONNECT });
                self.set_timer(CLOSE_DEADLINE_MS);
            }
            (Waiting, Input::Reconnect) => {
                self.outputs.push_back(Output::ClearTimer);
                self.connect();
            }
            (Stopped, Input::Reconnect) => self.connect(),
            (Idle | Closing, Input::Reconnect) => {}

            // Events of a socket or timer that was given up, and what matters to an open or a lost connection only.
            (
                _,
                Input::Opened { .. }
                | Input::Closed { .. }
                | Input::TokenRefused { .. }
                | Input::Elapsed { .. }
                | Input::Writable { .. }
                | Input::Acknowledged { .. }
                | Input::Resumed { .. }
                | Input::TickEnded,
            ) => {}
        }
    }

    fn connect(&mut self) {
        self.state = State::Connecting;
        self.epoch = self.epoch.wrapping_add(1);
        self.answers_pings = false;
        self.joined = false;
        self.lasted_ms = 0;
        self.doubted = false;
        self.outputs.push_back(Output::OpenSocket { epoch: self.epoch });
    }

    fn opened(&mut self) {
        self.state = State::Open;
        self.failed_attempts = 0;
        self.look(Watch::Young, watch::STABLE_AFTER_MS);
        self.allowance_ms = queue::AT_ONCE_MS;
        for channel in self.channels.ids() {
            self.join(channel);
            self.send_waiting(channel);
        }
        self.await_writable();
        self.outputs.push_back(Output::Connected);
    }

    /// The next delay is the shortest one again.
    fn start_over(&mut self) {
        self.backoff = Backoff::new();
        self.attempts = 0;
    }

    /// Starts over if the connection that ends was a good one: it has joined and has lasted for a while, or it has lasted
    /// for long. A server that acknowledges a join and then closes must see ever longer delays, and so must one that
    /// closes because it is overloaded.
    fn start_over_if_good(&mut self, code: CloseCode) {
        let needed_ms = if self.joined { watch::STABLE_AFTER_MS } else { watch::GOOD_AFTER_MS };
        let was_good = self.lasted_ms >= needed_ms;
        if was_good && code != CloseCode::TRY_AGAIN_LATER {
            self.start_over();
        }
    }

    fn closed(&mut self, code: CloseCode, retry: Retry, random: f64) {
        self.start_over_if_good(code);
        match retry {
            Retry::Again | Retry::AgainWithoutFrame => {
                self.attempts += 1;
                // What the socket may still say comes too late.
                self.epoch = self.epoch.wrapping_add(1);
                // A page that slept over the death of its socket has waited long enough.
                let in_ms = if self.doubted { 0 } else { self.backoff.next(random) };
                self.disconnect(State::Waiting, code, Some(Attempt { number: self.attempts, in_ms }));
                self.set_timer(in_ms);
            }
            Retry::Never | Retry::NeverPolicy | Retry::NeverUnauthorized => {
                self.disconnect(State::Stopped, code, None);
            }
        }
        match retry {
            Retry::AgainWithoutFrame => self.fail(None, Failure::TooLarge),
            Retry::NeverPolicy => self.fail(None, Failure::Policy),
            Retry::NeverUnauthorized => self.fail(None, Failure::Unauthorized),
            Retry::Again | Retry::Never => {}
        }
    }

    fn disconnect(&mut self, state: State, code: CloseCode, next: Option<Attempt>) {
        self.state = state;
        self.channels.forget_joins();
        self.outputs.push_back(Output::Disconnected { code, next });
    }

    fn join(&mut self, channel: ChannelId) {
        if let Some(wishes) = self.channels.join(channel) {
            self.outputs.push_back(Output::SendJoin { channel, wishes });
        }
    }

    /// As much as there is an allowance for.
    fn send_waiting(&mut self, channel: ChannelId) {
        let frames = self.channels.take_waiting(channel, &mut self.allowance_ms);
        frames.into_iter().for_each(|frame| self.send(frame));
    }

    fn send_some(&mut self) {
        self.allowance_ms = queue::next_turn(self.allowance_ms);
        if let Some(channel) = self.channels.first_waiting() {
            self.send_waiting(channel);
        }
        self.await_writable();
    }

    fn await_writable(&mut self) {
        if self.channels.first_waiting().is_some() {
            self.outputs.push_back(Output::AwaitWritable);
        }
    }

    fn send(&mut self, frame: Frame<F>) {
        self.outputs.push_back(Output::Send { body: frame.body });
        if frame.comes_back {
            self.await_echo();
        }
    }

    fn leave(&mut self, state: State, channel: ChannelId) {
        let was_joined = self.channels.remove(channel);
        if was_joined {
            self.outputs.push_back(Output::SendLeave { channel });
        }
        if !self.channels.is_empty() {
            return;
        }
        match state {
            State::Connecting | State::Open | State::Closing => self.outputs.push_back(Output::AwaitTickEnd),
            State::Idle | State::Waiting | State::Stopped => self.let_go(state),
        }
    }

    /// The last channel is gone, and with it everything ends.
    fn let_go(&mut self, state: State) {
        if matches!(state, State::Open | State::Waiting | State::Closing) {
            self.outputs.push_back(Output::ClearTimer);
        }
        if matches!(state, State::Connecting | State::Open | State::Closing) {
            self.outputs.push_back(Output::DropSocket { code: CloseCode::NORMAL });
        }
        self.state = State::Idle;
        self.start_over();
        self.failed_attempts = 0;
    }

    fn set_timer(&mut self, after_ms: u32) {
        self.timer = self.timer.wrapping_add(1);
        self.timer_ms = after_ms;
        self.outputs.push_back(Output::SetTimer { timer: self.timer, after_ms });
    }

    fn fail(&mut self, channel: Option<ChannelId>, failure: Failure) {
        self.outputs.push_back(Output::Failed { channel, failure });
    }
}
