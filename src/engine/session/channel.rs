//! One channel of a connection.

use super::options::JoinOptions;
use super::queue::{Entry, Marks, OUT, PLAIN, PUBLISHED, Queue, SENT};
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
    /// How many frames went out, and on V2 how many of them have a receipt, or had no time to get one.
    pub(super) sent: u32,
    /// See [`sent`](Self::sent).
    pub(super) answered: u32,
    /// Of V2, from the first message with an id on: pages have thousands of channels of V1.
    pub(super) ledger: Option<Box<Ledger>>,
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
            sent: 0,
            answered: 0,
            ledger: None,
        }
    }

    /// What a join frame has to ask for; none when the current socket was asked for all of it already. The first join on a
    /// socket alone asks for what was missed: each answer to such a question is handed out.
    /// `once`: the first join on a socket is the only one.
    pub(super) fn join(&mut self, once: bool) -> Option<JoinOptions> {
        let plain = self.options.with(JoinOptions::RECOVER, false);
        let (joined, asks) = match self.joined {
            None => (self.options, self.position >= Position::Known),
            Some(joined) if once || self.options.is_part_of(joined) => return None,
            // Whether it recovers is what the first join says.
            Some(joined) => (plain.with(JoinOptions::RECOVER, joined.contains(JoinOptions::RECOVER)), false),
        };
        self.joined = Some(joined);
        Some(if asks { self.options } else { plain })
    }

    /// The socket is gone, and its join with it.
    pub(super) fn forget_join(&mut self) {
        self.joined = None;
        self.answer = Answer::None;
        self.answered = self.sent;
        if let Some(ledger) = &mut self.ledger {
            ledger.start_over();
        }
    }

    /// The oldest entry that may go out now, with its place. What was published waits for the join: before, it is not known
    /// what the server can do.
    pub(super) fn next(&mut self) -> Option<(usize, &mut Entry)> {
        let barred: Marks = match self.answer {
            Answer::None => OUT | PLAIN | PUBLISHED,
            // Sent again without its key, it might be there twice.
            Answer::Sign | Answer::Acknowledged => OUT | PLAIN | SENT,
            Answer::Keys => OUT | PLAIN,
        };
        self.queue.first(barred, 0)
    }

    /// Takes what [`next`](Self::next) says. What is published stays until it is answered, or, without its key, until it comes
    /// back.
    pub(super) fn pop(&mut self) -> Option<Entry> {
        let keyed = self.answer == Answer::Keys;
        let place = self.sent + 1;
        let (index, entry) = self.next()?;
        entry.place = place;
        let stays = entry.marks & PUBLISHED != 0 && (keyed || entry.frame.comes_back);
        if stays {
            entry.marks |= if keyed { SENT | OUT } else { PLAIN | OUT };
        }
        let entry = *entry;
        self.sent = place;
        if !stays {
            self.queue.take(index);
        }
        Some(entry)
    }
}

#[cfg(test)]
mod tests {
    use super::{Channel, JoinOptions};

    #[test]
    fn a_further_join_on_the_same_socket_asks_for_nothing_that_was_missed() {
        let mut channel = Channel::new(JoinOptions::RETURNS.union(JoinOptions::POSITION));
        assert_eq!(channel.join(false), Some(JoinOptions::NONE));
        channel.options = JoinOptions::RECOVER.union(JoinOptions::HISTORY);
        assert_eq!(channel.join(false), Some(JoinOptions::HISTORY));
        assert_eq!(
            channel.joined,
            Some(JoinOptions::HISTORY),
            "an acknowledgement is taken for the answer to a question"
        );
    }
}
