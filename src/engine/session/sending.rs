//! What goes out when, and how fast.

use super::channel::Channel;
use super::channels::ChannelId;
use super::queue::{self, Entry, Frame, OUT, PLAIN, PUBLISHED};
use super::turn::Turn;
use super::{Output, Session};
use crate::engine::Sink;

impl Session {
    /// Sends what waits on the channel and may go out, for as long as there is an allowance; the last frame may exceed it.
    /// Returns what is left.
    pub(super) fn send_waiting(
        &mut self,
        channel: ChannelId,
        mut allowance_ms: i32,
        turn: &mut Turn<impl Sink>,
    ) -> i32 {
        while allowance_ms > 0 {
            let Some(Entry { frame, marks, .. }) = self.channels.get(channel).and_then(Channel::pop) else { break };
            allowance_ms -= frame.cost_ms();
            if marks & PUBLISHED == 0 {
                self.send(frame, turn);
            } else {
                self.published(frame, marks & (OUT | PLAIN) == OUT, turn);
            }
        }
        allowance_ms
    }

    /// Sends what the socket's allowance lets go out, if the socket takes frames.
    pub(super) fn send_paced(&mut self, channel: ChannelId, writable: bool, turn: &mut Turn<impl Sink>) {
        if writable {
            self.allowance_ms = self.send_waiting(channel, self.allowance_ms, turn);
        }
        self.await_writable(turn);
    }

    /// The socket takes more.
    pub(super) fn send_some(&mut self, turn: &mut Turn<impl Sink>) {
        self.allowance_ms = queue::next_turn(self.allowance_ms);
        if let Some(channel) = self.channels.first_waiting() {
            self.send_paced(channel, true, turn);
        }
    }

    pub(super) fn await_writable(&mut self, turn: &mut Turn<impl Sink>) {
        if self.channels.first_waiting().is_some() {
            turn.push(Output::AwaitWritable);
        }
    }

    pub(super) fn send(&mut self, frame: Frame, turn: &mut Turn<impl Sink>) {
        turn.push(Output::Send { frame: frame.number });
        if frame.comes_back {
            self.await_echo(turn);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::Moment;
    use crate::engine::session::{Frame, Input, JoinOptions, Output, Session};

    #[test]
    fn a_frame_that_exceeds_the_bytes_of_its_turn_is_paid_off_by_the_next_ones() {
        let mut session = Session::new();
        let mut handle = |input| {
            let mut outputs = Vec::new();
            session.handle(input, Moment::default(), &mut outputs);
            outputs.iter().filter(|output| matches!(output, Output::Send { .. })).count()
        };
        handle(Input::Join { channel: 0, options: JoinOptions::default() });
        handle(Input::Opened { epoch: 1 });
        for bytes in [30_000, 1, 1] {
            let frame = Frame { number: bytes, bytes, comes_back: false };
            handle(Input::Send { channel: 0, frame, writable: false, may_wait: true });
        }
        let turns: [usize; 4] = std::array::from_fn(|_| handle(Input::Writable { epoch: 1 }));
        assert_eq!(turns, [1, 0, 1, 1]);
    }
}
