//! One channel of a connection.

use super::options::JoinOptions;
use super::queue::{Entry, Marks, OUT, PUBLISHED, Queue, SENT};
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
        }
    }

    /// What a join frame has to ask for; none when the current socket was asked for all of it already. The first join on a
    /// socket alone asks for what was missed: each answer to such a question is handed out.
    pub(super) fn join(&mut self) -> Option<JoinOptions> {
        let mut asked = self.options;
        let mut recovers = self.position >= Position::Known;
        if let Some(joined) = self.joined {
            if asked.is_part_of(joined) {
                return None;
            }
            asked = asked.with(JoinOptions::RECOVER, joined.contains(JoinOptions::RECOVER));
            recovers = false;
        }
        self.joined = Some(asked);
        Some(if recovers { asked } else { asked.with(JoinOptions::RECOVER, false) })
    }

    /// The socket is gone, and its join with it.
    pub(super) fn forget_join(&mut self) {
        self.joined = None;
        self.answer = Answer::None;
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

#[cfg(test)]
mod tests {
    use super::{Channel, JoinOptions};

    #[test]
    fn a_further_join_on_the_same_socket_asks_for_nothing_that_was_missed() {
        let mut channel = Channel::new(JoinOptions::RETURNS.union(JoinOptions::POSITION));
        assert_eq!(channel.join(), Some(JoinOptions::NONE));
        channel.options = JoinOptions::RECOVER.union(JoinOptions::HISTORY);
        assert_eq!(channel.join(), Some(JoinOptions::HISTORY));
        assert_eq!(
            channel.joined,
            Some(JoinOptions::HISTORY),
            "an acknowledgement is taken for the answer to a question"
        );
    }
}
