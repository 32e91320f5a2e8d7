//! How a connection begins and ends.

use xano_realtime_protocol::{CloseCode, Retry};

use super::backoff::Backoff;
use super::channels::ChannelId;
use super::failure::Failure;
use super::messages::{Attempt, Output};
use super::queue::PLAIN;
use super::turn::Turn;
use super::watch::{self, Watch};
use super::{Session, State, queue, v2};
use crate::engine::Sink;

impl Session {
    pub(super) fn connect(&mut self, turn: &mut Turn<impl Sink>) {
        self.state = State::Connecting;
        self.epoch = self.epoch.wrapping_add(1);
        self.answers_pings = self.is_v2;
        self.pause_ms = 0;
        self.has_joined = false;
        self.failure = None;
        self.lasted_ms = 0;
        self.doubted = false;
        turn.push(Output::OpenSocket { epoch: self.epoch });
    }

    pub(super) fn opened(&mut self, turn: &mut Turn<impl Sink>) {
        self.opened_ms = turn.moment.now_ms;
        self.channels.iter_mut().for_each(|known| known.queue.start_over(turn.moment.now_ms));
        if self.is_v2 {
            // The service may not be ready yet.
            self.pause_ms = v2::PAUSE_MS;
            self.ask(turn);
        } else {
            self.ready(turn);
        }
    }

    /// The server takes frames.
    pub(super) fn ready(&mut self, turn: &mut Turn<impl Sink>) {
        self.state = State::Open;
        self.pause_ms = 0;
        self.failed_attempts = 0;
        self.look(Watch::Young, watch::STABLE_AFTER_MS, turn);
        self.allowance_ms = queue::AT_ONCE_MS;
        for channel in 0..self.channels.end() {
            self.join(channel, turn);
            self.allowance_ms = self.send_waiting(channel, self.allowance_ms, turn);
        }
        self.await_writable(turn);
        turn.push(Output::Connected);
    }

    /// The next delay is the shortest one again.
    pub(super) fn start_over(&mut self) {
        self.backoff = Backoff::new();
        self.attempts = 0;
    }

    /// Starts over if the connection that ends was a good one: it has joined and has lasted for a while, or it has lasted
    /// for long. A server that acknowledges a join and then closes must see ever longer delays, and so must one that
    /// closes because it is overloaded.
    pub(super) fn start_over_if_good(&mut self, code: CloseCode) {
        let needed_ms = if self.has_joined { watch::STABLE_AFTER_MS } else { watch::GOOD_AFTER_MS };
        let was_good = self.lasted_ms >= needed_ms;
        if was_good && code != CloseCode::TRY_AGAIN_LATER {
            self.start_over();
        }
    }

    pub(super) fn closed(&mut self, code: CloseCode, retry: Retry, turn: &mut Turn<impl Sink>) {
        self.start_over_if_good(code);
        match retry {
            Retry::Again | Retry::AgainWithoutFrame => {
                self.attempts += 1;
                // What the socket may still say comes too late.
                self.epoch = self.epoch.wrapping_add(1);
                // A page that slept over the death of its socket has waited long enough.
                let in_ms = if self.doubted { 0 } else { self.backoff.next(turn.moment.random) };
                self.disconnect(State::Waiting, code, Some(Attempt { number: self.attempts, in_ms }), turn);
                self.set_timer(in_ms, turn);
            }
            Retry::Never | Retry::NeverPolicy | Retry::NeverUnauthorized => {
                self.disconnect(State::Stopped, code, None, turn);
            }
        }
        let failure = match retry {
            Retry::Again => return,
            Retry::AgainWithoutFrame => {
                turn.fail(Failure::TooLarge);
                // The server does not say which frame it was. Sent again, that one would close every socket.
                return self.reject_on_all(queue::OUT, Failure::TooLarge, turn);
            }
            Retry::Never => return self.reject_all(Failure::ServerClosed, turn),
            Retry::NeverPolicy => Failure::Policy,
            Retry::NeverUnauthorized => Failure::Unauthorized,
        };
        turn.fail(failure);
        self.reject_all(failure, turn);
    }

    pub(super) fn disconnect(
        &mut self,
        state: State,
        code: CloseCode,
        next: Option<Attempt>,
        turn: &mut Turn<impl Sink>,
    ) {
        self.state = state;
        self.channels.forget_joins();
        turn.push(Output::ClearTimer);
        // Two outputs that the compiler knows the shape of are less code than one that it does not.
        match next {
            Some(next) => turn.push(Output::Disconnected { code, next: Some(next) }),
            None => turn.push(Output::Disconnected { code, next: None }),
        }
        if self.is_v2 {
            // Its receipts are gone, too.
            self.reject_on_all(PLAIN, Failure::Unconfirmed, turn);
        }
    }

    pub(super) fn join(&mut self, channel: ChannelId, turn: &mut Turn<impl Sink>) {
        let is_v2 = self.is_v2;
        if let Some(options) = self.channels.get(channel).and_then(|known| known.join(is_v2)) {
            turn.push(Output::SendJoin { channel, options });
        }
    }

    pub(super) fn leave(&mut self, state: State, channel: ChannelId, turn: &mut Turn<impl Sink>) {
        while let Some(frame) = self.channels.get(channel).and_then(|known| known.queue.take_first(0, 0)) {
            turn.push(Output::ForgetFrame { frame });
        }
        let Some(was_joined) = self.channels.remove(channel) else { return };
        if was_joined {
            turn.push(Output::SendLeave { channel });
        }
        turn.push(Output::ForgetChannel { channel });
        if !self.channels.is_empty() {
            return;
        }
        match state {
            State::Connecting | State::Open | State::Closing => turn.push(Output::AwaitTickEnd),
            State::Idle | State::Waiting | State::Stopped => self.let_go(state, turn),
        }
    }

    /// The last channel is gone, and with it everything ends.
    pub(super) fn let_go(&mut self, state: State, turn: &mut Turn<impl Sink>) {
        if state == State::Idle {
            return;
        }
        turn.push(Output::ClearTimer);
        if matches!(state, State::Connecting | State::Open | State::Closing) {
            turn.push(Output::DropSocket { code: CloseCode::NORMAL });
        }
        turn.push(Output::ForgetConnection);
        self.state = State::Idle;
        self.start_over();
        self.failed_attempts = 0;
    }

    pub(super) fn set_timer(&mut self, after_ms: u32, turn: &mut Turn<impl Sink>) {
        self.timer = self.timer.wrapping_add(1);
        self.due_ms = turn.moment.now_ms.wrapping_add(after_ms);
        turn.push(Output::SetTimer { timer: self.timer, after_ms, watches: self.state == State::Open });
    }
}
