//! Messages that are sent again until the server has answered, and are taken by it once: its keys see to that. The host keeps
//! a message with its key and its promise under a number; the session decides when it is sent, and what its promise is told.

use super::channel::Answer;
use super::channels::ChannelId;
use super::failure::Failure;
use super::queue::{Entry, Frame, FrameId, Marks, OUT, PLAIN, PUBLISHED, SENT};
use super::turn::Turn;
use super::{Output, Session, State};
use crate::engine::Sink;

/// How long a server may take to answer, in milliseconds with a connection.
pub const ANSWER_WITHIN_MS: u32 = 15_000;

impl Session {
    /// The application publishes a message. It goes out at once where it need not wait for another one, nor for the join:
    /// before, it is not known what the server can do.
    pub(super) fn publish(
        &mut self,
        channel: ChannelId,
        frame: Frame,
        writable: bool,
        was_sent: bool,
        turn: &mut Turn<impl Sink>,
    ) {
        if let Some(failure) = self.failure {
            return turn.settle(frame.number, Some(failure));
        }
        let is_first = !self.channels.is_waiting(channel);
        let marks = if was_sent { PUBLISHED | SENT } else { PUBLISHED };
        let entry = Entry { frame, marks, since_ms: turn.moment.now_ms, place: 0 };
        if self.channels.wait(channel, entry).is_err() {
            return turn.settle(frame.number, Some(Failure::QueueFull));
        }
        if self.state == State::Open {
            if is_first && writable {
                self.send_waiting(channel, i32::MAX, turn);
            }
            self.await_writable(turn);
            // Those before it are late sooner.
            if turn.moment.until_ms(self.due_ms) > ANSWER_WITHIN_MS {
                self.arm(turn);
            }
        }
    }

    /// A message went out.
    pub(super) fn published(&mut self, frame: Frame, keyed: bool, turn: &mut Turn<impl Sink>) {
        let message = frame.number;
        turn.push(Output::SendPublished { message, keyed });
        if keyed || frame.comes_back {
            self.await_echo(turn);
        }
        // Where keys are not answered, a public message comes back. Nothing says that a private one was taken.
        if !keyed && !frame.comes_back {
            turn.settle(message, None);
        }
    }

    /// The message has its answer, or needs none any longer.
    pub(super) fn answered(&mut self, channel: ChannelId, message: FrameId, turn: &mut Turn<impl Sink>) {
        let Some(known) = self.channels.get(channel) else { return };
        if let Some((index, _)) = known.queue.get(message) {
            turn.push(Output::ForgetFrame { frame: known.queue.take(index) });
        }
    }

    /// The server refuses something on the channel. Before the channel is joined it is the join: what waits behind it is
    /// never asked for.
    pub(super) fn refused(&mut self, channel: ChannelId, turn: &mut Turn<impl Sink>) {
        if self.channels.get(channel).is_some_and(|known| known.answer == Answer::None) {
            self.reject(channel, PUBLISHED, PUBLISHED, Failure::Refused, turn);
        }
    }

    /// Rejects what was not answered in time. Says in how many milliseconds the next answer is late.
    pub(super) fn reject_late(&mut self, turn: &mut Turn<impl Sink>) -> u32 {
        let mut late_in_ms = u32::MAX;
        // It is awaited first whether the socket is alive, and what waits in it is read.
        if self.doubted {
            return late_in_ms;
        }
        for known in self.channels.iter_mut() {
            // The messages behind the first one were sent later, so they are late later.
            while let Some((index, entry)) = known.queue.first(PUBLISHED, PUBLISHED) {
                let left_ms = ANSWER_WITHIN_MS.saturating_sub(turn.moment.since_ms(entry.since_ms));
                if left_ms > 0 {
                    late_in_ms = late_in_ms.min(left_ms);
                    break;
                }
                let failure = if entry.marks & PLAIN == 0 { Failure::Timeout } else { Failure::Unconfirmed };
                turn.settle(known.queue.take(index), Some(failure));
            }
        }
        late_in_ms
    }

    /// Nothing comes of what was published, and of what will be, until the next attempt to connect.
    pub(super) fn reject_all(&mut self, failure: Failure, turn: &mut Turn<impl Sink>) {
        self.failure = Some(failure);
        self.reject_on_all(PUBLISHED, failure, turn);
    }

    /// Rejects what has those marks, whatever its channel.
    pub(super) fn reject_on_all(&mut self, marks: Marks, failure: Failure, turn: &mut Turn<impl Sink>) {
        for channel in 0..self.channels.end() {
            self.reject(channel, marks, marks, failure, turn);
        }
    }

    /// What was sent without a key over an earlier socket has not come back: it may have been taken.
    pub(super) fn reject_plain(&mut self, channel: ChannelId, turn: &mut Turn<impl Sink>) {
        self.reject(channel, PLAIN | OUT, PLAIN, Failure::Unconfirmed, turn);
    }

    /// Rejects that of whose marks the given ones are as wanted.
    pub(super) fn reject(
        &mut self,
        channel: ChannelId,
        marks: Marks,
        wanted: Marks,
        failure: Failure,
        turn: &mut Turn<impl Sink>,
    ) {
        while let Some(message) = self.channels.get(channel).and_then(|known| known.queue.take_first(marks, wanted)) {
            turn.settle(message, Some(failure));
        }
    }
}
