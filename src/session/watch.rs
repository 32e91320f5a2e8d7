//! Whether an open socket still leads anywhere.
//!
//! A network that goes away without a word leaves a socket open for minutes. What can be known: when the last frame
//! came, whether the server answers pings, and when an own message, which comes back to its sender, was sent.

use xano_realtime_protocol::{CloseCode, Retry};

use super::backoff::Backoff;
use super::{Attempt, Output, Session, State};

/// Silence after which a server that answers pings is asked, in milliseconds.
pub const PING_AFTER_MS: u32 = 15_000;

/// Silence after an own message, after which a server that answers pings is asked, in milliseconds: whoever waits for an
/// answer wants to know soon. With the wait for the pong it is less than a published message waits.
pub const PING_AFTER_OWN_MS: u32 = 5_000;

/// How long the answer to a ping may take, in milliseconds.
pub const PONG_WITHIN_MS: u32 = 5_000;

/// How long an own public message may take to come back where there are no pings, in milliseconds.
pub const ECHO_WITHIN_MS: u32 = 10_000;

/// A socket that has lived for so long, in milliseconds, makes the next delay a short one again.
pub const STABLE_AFTER_MS: u32 = 10_000;

/// How often it is looked whether time itself has jumped, in milliseconds.
pub const LOOK_EVERY_MS: u32 = 20_000;

/// A timer that comes later than this, in milliseconds, says that the page has slept. Browsers let the timers of a
/// hidden page run once a minute.
pub const SLEPT_AFTER_MS: u32 = 75_000;

/// A timer that comes later than this, in milliseconds, says that the page was busy: what came meanwhile may wait to be
/// read still.
pub const BUSY_MS: u32 = 500;

/// How long after that the page is given to read it, in milliseconds.
pub const READ_WITHIN_MS: u32 = 1_000;

/// What the timer of an open socket is for.
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
    /// Whether an answer was waiting to be read. It is not asked twice, or a hidden page, whose timers are always late,
    /// would ask for ever.
    Unread,
}

/// What follows when the timer has run out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Look again after so many milliseconds.
    Alive(u32),
    /// Ask the server.
    Ask,
    /// What came may not have been read yet.
    Read,
    /// Nobody is there.
    Dead,
}

impl Watch {
    /// What follows when the timer has run out, `late_ms` too late and `quiet_ms` after the last frame came. Whatever was
    /// `heard` since the timer was set is an answer.
    pub fn elapsed(self, answers_pings: bool, late_ms: u32, quiet_ms: u32, heard: bool) -> Verdict {
        let awaits_answer = match self {
            Watch::Pong | Watch::Unread => true,
            Watch::Echo => !answers_pings,
            Watch::Young | Watch::Silence => false,
        };
        match self {
            _ if !awaits_answer || heard => self.alive(answers_pings, quiet_ms),
            Watch::Pong | Watch::Echo if late_ms > BUSY_MS => Verdict::Read,
            _ => Verdict::Dead,
        }
    }

    fn alive(self, answers_pings: bool, quiet_ms: u32) -> Verdict {
        if !answers_pings {
            return Verdict::Alive(LOOK_EVERY_MS);
        }
        match self.patience_ms().checked_sub(quiet_ms) {
            None | Some(0) => Verdict::Ask,
            Some(left_ms) => Verdict::Alive(left_ms),
        }
    }

    /// How long a server that answers pings may be silent before it is asked.
    fn patience_ms(self) -> u32 {
        if self == Watch::Echo { PING_AFTER_OWN_MS } else { PING_AFTER_MS }
    }
}

/// What a session does about it.
impl<F> Session<F> {
    /// The socket says nothing any more.
    pub(super) fn give_up(&mut self, random: f64) {
        self.outputs.push_back(Output::DropSocket { code: CloseCode::RECONNECT });
        self.closed(CloseCode::ABNORMAL, Retry::Again, random);
    }

    /// The open socket may be a dead one: it is asked, or replaced where it gives no answers.
    pub(super) fn doubt(&mut self) {
        if self.answers_pings {
            self.backoff = Backoff::at_once();
            return self.ask();
        }
        self.outputs.push_back(Output::ClearTimer);
        self.outputs.push_back(Output::DropSocket { code: CloseCode::RECONNECT });
        self.attempts += 1;
        self.disconnect(State::Connecting, CloseCode::ABNORMAL, Some(Attempt { number: self.attempts, in_ms: 0 }));
        self.connect();
    }

    /// An own message went out, which will be answered.
    pub(super) fn await_echo(&mut self) {
        if matches!(self.watch, Watch::Young | Watch::Silence) {
            self.look(Watch::Echo, if self.answers_pings { PING_AFTER_OWN_MS } else { ECHO_WITHIN_MS });
        }
    }

    fn ask(&mut self) {
        // The timer comes first: whatever is heard from then on is an answer.
        self.look(Watch::Pong, PONG_WITHIN_MS);
        self.outputs.push_back(Output::SendPing);
    }

    pub(super) fn look(&mut self, watch: Watch, after_ms: u32) {
        self.watch = watch;
        self.set_timer(after_ms);
    }

    pub(super) fn looked(&mut self, verdict: Verdict, random: f64) {
        match verdict {
            Verdict::Dead => self.give_up(random),
            Verdict::Ask => self.ask(),
            Verdict::Read => self.look(Watch::Unread, READ_WITHIN_MS),
            Verdict::Alive(again_in_ms) => {
                self.is_good();
                // What came in between may have been sent before the own message was: it is waited for until it is quiet.
                let awaits_echo = self.answers_pings && self.watch == Watch::Echo;
                self.look(if awaits_echo { Watch::Echo } else { Watch::Silence }, again_in_ms);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BUSY_MS, PONG_WITHIN_MS, Verdict, Watch};

    /// The timer came in time, or so late; since it was set, something was heard or nothing.
    fn pong(late_ms: u32, heard: bool) -> Verdict {
        // What clocks say of the silence proves nothing: they are read one after the other.
        Watch::Pong.elapsed(true, late_ms, PONG_WITHIN_MS + late_ms + 1, heard)
    }

    #[test]
    fn an_answer_counts_however_soon_it_came() {
        assert!(matches!(pong(0, true), Verdict::Alive(_)));
        assert_eq!(pong(0, false), Verdict::Dead);
    }

    #[test]
    fn a_page_that_was_busy_reads_first_what_came_meanwhile() {
        assert_eq!(pong(BUSY_MS + 1, false), Verdict::Read);
        assert!(matches!(Watch::Unread.elapsed(true, 0, 900, true), Verdict::Alive(_)));
        assert_eq!(Watch::Echo.elapsed(false, BUSY_MS + 1, 60_000, false), Verdict::Read);
    }

    #[test]
    fn it_is_given_that_time_once() {
        assert_eq!(Watch::Unread.elapsed(true, 60_000, 120_000, false), Verdict::Dead);
    }

    #[test]
    fn silence_alone_says_nothing() {
        for watch in [Watch::Young, Watch::Silence] {
            assert_eq!(watch.elapsed(true, 0, 60_000, false), Verdict::Ask);
            assert!(matches!(watch.elapsed(false, 0, 60_000, false), Verdict::Alive(_)));
        }
    }
}
