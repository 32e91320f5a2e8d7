//! One channel of a connection.

use super::options::JoinOptions;
use super::queue::{Entry, Marks, OUT, PUBLISHED, Queue, SENT};
use super::recovery::Position;
use super::v2::ledger::Ledger;

/// What the server has said about the join on the current socket. Later ones say more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
pub(super) enum Answer {
    /// Nothing.
    None,
    /// What only a client on the channel gets.
    Sign,
    /// It has acknowledged the join.
    Acknowledged,
    /// It has acknowledged the join, and answers messages with keys.
    Keys,
}

/// One channel: joined or not, what was missed on it, and what waits.
#[derive(Debug)]
pub(super) struct Channel {
    pub(super) options: JoinOptions,
    /// What the join on the current socket asked for; none before it was sent.
    pub(super) joined: Option<JoinOptions>,
    pub(super) answer: Answer,
    pub(super) position: Position,
    pub(super) queue: Queue,
    pub(super) ledger: Ledger,
}

impl Channel {
    /// A channel that is not joined yet, with what the host says of it.
    pub(super) fn new(options: JoinOptions) -> Self {
        Channel {
            options: options.asked(),
            joined: None,
            answer: Answer::None,
            position: Position::of(options),
            queue: Queue::new(),
            ledger: Ledger::new(),
        }
    }

    /// What a join frame has to ask for; none when the current socket was asked for all of it already. The first join on a
    /// socket alone asks for what was missed: each answer to such a question is handed out.
    /// `once`: the first join on a socket is the only one.
    pub(super) fn join(&mut self, once: bool) -> Option<JoinOptions> {
        let recovers = match self.joined {
            None => self.position >= Position::Known,
            Some(joined) if once || self.options.is_part_of(joined) => return None,
            Some(_) => false,
        };
        self.joined = Some(self.options);
        Some(if recovers { self.options } else { self.options.with(JoinOptions::RECOVER, false) })
    }

    /// The socket is gone, and its join with it.
    pub(super) fn forget_join(&mut self) {
        self.joined = None;
        self.answer = Answer::None;
        self.ledger.start_over();
    }

    /// The oldest entry that may go out now, with its place. What was published waits for the join: before, it is not known
    /// what the server can do.
    pub(super) fn next(&mut self) -> Option<(usize, &mut Entry)> {
        let barred: Marks = if self.answer == Answer::None { OUT | PUBLISHED } else { OUT };
        self.queue.first(barred, 0)
    }

    /// Takes what [`next`](Self::next) says. What is published with its key stays until it is answered.
    pub(super) fn pop(&mut self) -> Option<Entry> {
        let answers = self.answer == Answer::Keys;
        let (index, entry) = self.next()?;
        let stays = answers && entry.marks & PUBLISHED != 0;
        if stays {
            entry.marks |= SENT | OUT;
        }
        let entry = *entry;
        if !stays {
            self.queue.take(index);
        }
        Some(entry)
    }
}
