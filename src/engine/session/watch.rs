//! Whether an open socket still leads anywhere.
//!
//! A network that goes away without a word leaves a socket open for minutes. What can be known: when the last frame
//! came, whether the server answers pings, and when an own message, which comes back to its sender, was sent.

use std::mem;

use xano_realtime_protocol::{CloseCode, Retry};

use super::turn::Turn;
use super::{Attempt, Output, Session, State};
use crate::engine::Sink;

/// Silence after which a server that answers pings is asked, in milliseconds.
pub const PING_AFTER_MS: u32 = 15_000;

/// Silence after an own message, after which a server that answers pings is asked, in milliseconds: an application that
/// waits for an answer is told soon. With the wait for the pong it is less than a published message waits.
pub const PING_AFTER_OWN_MS: u32 = 5_000;

/// How long the answer to a ping may take, in milliseconds.
pub const PONG_WITHIN_MS: u32 = 5_000;

/// How long an own public message may take to come back where there are no pings, in milliseconds.
pub const ECHO_WITHIN_MS: u32 = 10_000;

/// A page whose timer comes later than this, in milliseconds, was busy, and may get to its timers before it gets to its
/// sockets. It is given as long to read what is there already.
pub const READ_WITHIN_MS: u32 = 1_000;

/// A connection that has joined and has lasted for so long, in milliseconds, makes the next delay a short one again.
pub const STABLE_AFTER_MS: u32 = 10_000;

/// A connection that has lasted for so long, in milliseconds, is a good one whether or not a join was acknowledged: a
/// server that never acknowledges a join must not make the delays grow for ever.
pub const GOOD_AFTER_MS: u32 = 60_000;

/// How often it is looked whether time itself has jumped, in milliseconds. With [`STABLE_AFTER_MS`] before it, the third
/// look comes after exactly [`GOOD_AFTER_MS`].
pub const LOOK_EVERY_MS: u32 = 25_000;

/// A timer that comes later than this, in milliseconds, says that the page has slept. Browsers let the timers of a
/// hidden page run once a minute.
pub const SLEPT_AFTER_MS: u32 = 75_000;

/// What an open socket is watched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watch {
    /// Whether the socket lives for a while.
    Young,
    /// Whether it has become silent.
    Silence,
    /// Whether the ping is answered.
    Pong,
    /// Whether the own message comes back.
    Echo,
}

/// What follows when the timer has run out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Look again after so many milliseconds.
    Alive(u32),
    /// Ask the server.
    Ask,
    /// No server is there.
    Dead,
}

impl Watch {
    /// What follows when the timer has run out, `quiet_ms` after the last frame came. Whatever was `heard` since the timer
    /// was set is an answer.
    pub fn elapsed(self, answers_pings: bool, quiet_ms: u32, heard: bool) -> Verdict {
        match self {
            Watch::Pong if !heard => Verdict::Dead,
            Watch::Echo if !heard && !answers_pings => Verdict::Dead,
            _ if !answers_pings => Verdict::Alive(LOOK_EVERY_MS),
            _ => match self.patience_ms().checked_sub(quiet_ms) {
                None | Some(0) => Verdict::Ask,
                Some(left_ms) => Verdict::Alive(left_ms),
            },
        }
    }

    /// How long a server that answers pings may be silent before it is asked.
    fn patience_ms(self) -> u32 {
        if self == Watch::Echo { PING_AFTER_OWN_MS } else { PING_AFTER_MS }
    }
}

/// What a session does about it.
impl Session {
    /// Whether the page has slept: its timer is long overdue.
    pub(super) fn has_slept(&self, turn: &Turn<impl Sink>) -> bool {
        turn.moment.since_ms(self.due_ms) > SLEPT_AFTER_MS
    }

    /// The socket says nothing any more.
    pub(super) fn give_up(&mut self, turn: &mut Turn<impl Sink>) {
        turn.push(Output::DropSocket { code: CloseCode::RECONNECT });
        self.closed(CloseCode::ABNORMAL, Retry::Again, turn);
    }

    /// The open socket may be a dead one: it is asked, or replaced where it gives no answers.
    pub(super) fn doubt(&mut self, turn: &mut Turn<impl Sink>) {
        if self.answers_pings {
            self.doubted = true;
            return self.ask(turn);
        }
        self.start_over_if_good(CloseCode::ABNORMAL);
        turn.push(Output::DropSocket { code: CloseCode::RECONNECT });
        self.attempts += 1;
        let next = Some(Attempt { number: self.attempts, in_ms: 0 });
        self.disconnect(State::Connecting, CloseCode::ABNORMAL, next, turn);
        self.connect(turn);
    }

    /// An own message goes out, which will be answered.
    pub(super) fn await_echo(&mut self, turn: &mut Turn<impl Sink>) {
        if !self.is_v2 && matches!(self.watch, Watch::Young | Watch::Silence) {
            self.look(Watch::Echo, if self.answers_pings { PING_AFTER_OWN_MS } else { ECHO_WITHIN_MS }, turn);
        }
    }

    pub(super) fn ask(&mut self, turn: &mut Turn<impl Sink>) {
        // The timer comes first: whatever is heard from then on is an answer.
        self.look(Watch::Pong, PONG_WITHIN_MS, turn);
        turn.push(Output::SendPing);
    }

    pub(super) fn look(&mut self, watch: Watch, after_ms: u32, turn: &mut Turn<impl Sink>) {
        self.watch = watch;
        self.watch_due_ms = turn.moment.now_ms.wrapping_add(after_ms);
        self.heard = false;
        self.arm(turn);
    }

    /// Sets the one timer of an open connection to what is due first: the watch, or the end of the wait for an answer.
    pub(super) fn arm(&mut self, turn: &mut Turn<impl Sink>) {
        let late_in_ms = self.reject_late(turn);
        self.set_timer(turn.moment.until_ms(self.watch_due_ms).min(late_in_ms), turn);
    }

    /// The timer of an open connection has run out.
    pub(super) fn elapsed(&mut self, quiet_ms: u32, heard: bool, turn: &mut Turn<impl Sink>) {
        self.heard |= heard;
        if turn.moment.since_ms(self.due_ms) > READ_WITHIN_MS && !mem::replace(&mut self.is_read, true) {
            return self.set_timer(READ_WITHIN_MS, turn);
        }
        self.is_read = false;
        // Whatever the clock says, the time of a timer that ran out has passed.
        turn.moment.now_ms = turn.moment.now_ms.wrapping_add(turn.moment.until_ms(self.due_ms));
        let quiet_ms = if self.is_v2 { self.silence_ms(quiet_ms) } else { quiet_ms };
        if turn.moment.until_ms(self.watch_due_ms) == 0 {
            self.looked(self.watch.elapsed(self.answers_pings, quiet_ms, self.heard), turn);
        } else {
            self.arm(turn);
        }
    }

    pub(super) fn looked(&mut self, verdict: Verdict, turn: &mut Turn<impl Sink>) {
        match verdict {
            Verdict::Dead => self.give_up(turn),
            Verdict::Ask => {
                self.doubted = false;
                self.ask(turn);
            }
            Verdict::Alive(again_in_ms) => {
                // After 24.8 days the clock no longer says when it opened.
                self.lasted_ms = self.lasted_ms.max(turn.moment.since_ms(self.opened_ms));
                self.doubted = false;
                // A frame that arrived may predate our message and proves nothing: the echo is awaited until the socket
                // is silent.
                let awaits_echo = self.answers_pings && self.watch == Watch::Echo;
                self.look(if awaits_echo { Watch::Echo } else { Watch::Silence }, again_in_ms, turn);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Verdict, Watch};

    /// What clocks say of the silence proves nothing: they are read one after the other.
    const QUIET_MS: u32 = 60_000;

    #[test]
    fn an_answer_counts_however_soon_it_came() {
        assert_eq!(Watch::Pong.elapsed(true, QUIET_MS, true), Verdict::Ask);
        assert_eq!(Watch::Echo.elapsed(false, QUIET_MS, true), Verdict::Alive(super::LOOK_EVERY_MS));
    }

    #[test]
    fn an_answer_that_does_not_come_means_that_no_server_is_there() {
        assert_eq!(Watch::Pong.elapsed(true, QUIET_MS, false), Verdict::Dead);
        assert_eq!(Watch::Echo.elapsed(false, QUIET_MS, false), Verdict::Dead);
    }

    #[test]
    fn silence_alone_says_nothing() {
        for watch in [Watch::Young, Watch::Silence] {
            assert_eq!(watch.elapsed(true, QUIET_MS, false), Verdict::Ask);
            assert!(matches!(watch.elapsed(false, QUIET_MS, false), Verdict::Alive(_)));
        }
    }
}
