//! The client's decisions without its hands: what happened goes in, what to do comes out.
//!
//! There is no socket, no clock, no randomness and no text in here. A *host* has all of them: the JavaScript of the npm package,
//! the `typed` library, or a test in virtual time. The contract:
//!
//! - **One door.** Every input goes through `handle(input, moment, sink)`. Outputs are pushed to the sink while it runs; the
//!   host carries them out in order, after it has returned, and one queue for the whole page keeps that order. An input that
//!   arrives while outputs are being carried out may be handled at once: its outputs go to the end of the queue.
//! - **Integers alone.** What the host keeps it hands in by its number: connections, channels, frames. For each number
//!   exactly one output says that the host may forget it: [`Output::ForgetConnection`], [`Output::ForgetChannel`], and
//!   for a frame [`Output::Send`], [`Output::Settled`] or [`Output::ForgetFrame`]. A channel's number may be given again from then on; connections and frames
//!   are counted, so that none of their numbers comes twice.
//! - **Generations.** Each socket and each timer has a number. An event of an earlier one is ignored.
//! - **Time.** Each input comes with the [`Moment`] at which the host handles it. A connection has one timer at most.
//!
//! ```ignore-wasm32,standalone_crate
//! use xano_wasm::engine::{Engine, Input, JoinOptions, Moment, Output};
//!
//! let (mut engine, now) = (Engine::new(), Moment::default());
//! let options = JoinOptions::default();
//! let mut outputs = Vec::new();
//! engine.handle(1, Input::Join { channel: 0, options }, now, &mut outputs);
//! assert_eq!(outputs, [Output::OpenSocket { epoch: 1 }]);
//! engine.handle(1, Input::Opened { epoch: 1 }, now, &mut outputs);
//! assert!(outputs.contains(&Output::SendJoin { channel: 0, options }));
//! ```
//!
//! # Layout
//!
//! - this module: the engine, which finds the session of a connection; the moment of an input; the sink.
//! - [`session`]: the life of one connection.
//! - [`align`]: what was missed, found in a history by the entries that were seen.
//! - [`numbers`]: the inputs and outputs as numbers, for hosts on the other side of a boundary.

pub mod align;
pub mod numbers;
pub mod session;

pub use session::v2::MessageId;
pub use session::{
    Acknowledgement, Attempt, ChannelId, Epoch, Failure, Frame, FrameId, Input, JoinOptions, Output, Session, State,
};

/// The number that a host gives a connection: never the same one twice.
pub type ConnectionId = u32;

/// When the host handles an input.
#[derive(Clone, Copy, Debug, Default)]
pub struct Moment {
    /// Milliseconds of a clock that only goes forward. It may begin anywhere, and wraps.
    pub now_ms: u32,
    /// A random number, of the whole range.
    pub random: u32,
}

impl Moment {
    /// How many milliseconds have passed since an earlier time; none if it is yet to come.
    pub(crate) fn since_ms(self, earlier_ms: u32) -> u32 {
        // Clocks that wrap leave a difference below half of their range, or it is one of the future.
        (self.now_ms.wrapping_sub(earlier_ms) as i32).max(0) as u32
    }

    /// How many milliseconds there are until a later time; none if it has passed.
    pub(crate) fn until_ms(self, later_ms: u32) -> u32 {
        (later_ms.wrapping_sub(self.now_ms) as i32).max(0) as u32
    }
}

/// Takes what the engine decides. It only appends: nothing is carried out while the engine decides.
pub trait Sink {
    /// Appends an output.
    fn push(&mut self, output: Output);
}

impl Sink for Vec<Output> {
    fn push(&mut self, output: Output) {
        Vec::push(self, output);
    }
}

/// The connections of a page.
#[derive(Debug, Default)]
pub struct Engine {
    /// A few at most.
    sessions: Vec<(ConnectionId, Session)>,
}

impl Engine {
    /// An engine without connections.
    pub const fn new() -> Self {
        Engine { sessions: Vec::new() }
    }

    /// Decides what follows from an input on a connection. A connection begins with its first channel, and ends when its last
    /// one is gone.
    pub fn handle(&mut self, connection: ConnectionId, input: Input, moment: Moment, sink: &mut impl Sink) {
        self.on(connection, |session| session.handle(input, moment, sink));
    }

    /// Does something with the session of a connection.
    #[inline(always)]
    pub(crate) fn on(&mut self, connection: ConnectionId, work: impl FnOnce(&mut Session)) {
        let index = self.index_of(connection);
        let Some((_, session)) = self.sessions.get_mut(index) else { return };
        work(session);
        if session.state() == State::Idle {
            self.sessions.swap_remove(index);
        }
    }

    /// How many connections there are.
    pub fn connections(&self) -> usize {
        self.sessions.len()
    }

    /// Where a connection stands.
    pub fn state(&self, connection: ConnectionId) -> State {
        let known = self.sessions.iter().find(|&&(number, _)| number == connection);
        known.map_or(State::Idle, |(_, session)| session.state())
    }

    fn index_of(&mut self, connection: ConnectionId) -> usize {
        let known = self.sessions.iter().position(|&(number, _)| number == connection);
        known.unwrap_or_else(|| {
            self.sessions.push((connection, Session::new()));
            self.sessions.len() - 1
        })
    }
}
