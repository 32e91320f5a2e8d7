//! One channel of a connection.

use super::options::JoinOptions;
use super::queue::Queue;
use super::recovery::Position;

/// What the server has said about the join on the current socket. Later ones say more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
pub(super) enum Answer {
    /// Nothing.
    None,
    /// What only a client on the channel gets.
    Sign,
    /// It has acknowledged the join.
    Acknowledged,
}

/// One channel: joined or not, what was missed on it, and what waits.
#[derive(Debug)]
pub(super) struct Channel {
    pub(super) options: JoinOptions,
    /// What the join on the current socket asked for; none before it was sent.
    pub(super) joined: Option<JoinOptions>,
    pub(super) answer: Answer,
    pub(super) position: Position,
    pub(super) waiting: Queue,
}

impl Channel {
    /// A channel that is not joined yet, with what the host says of it.
    pub(super) fn new(options: JoinOptions) -> Self {
        Channel {
            options: options.asked(),
            joined: None,
            answer: Answer::None,
            position: Position::of(options),
            waiting: Queue::new(),
        }
    }

    /// What a join frame has to ask for; none when the current socket was asked for all of it already. The first join on a
    /// socket alone asks for what was missed: each answer to such a question is handed out.
    pub(super) fn join(&mut self) -> Option<JoinOptions> {
        let recovers = match self.joined {
            None => self.position >= Position::Known,
            Some(joined) if self.options.is_part_of(joined) => return None,
            Some(_) => false,
        };
        self.joined = Some(self.options);
        Some(if recovers { self.options } else { self.options.with(JoinOptions::RECOVER, false) })
    }

    /// The socket is gone, and its join with it.
    pub(super) fn forget_join(&mut self) {
        self.joined = None;
        self.answer = Answer::None;
    }
}
