//! Whether a client is still there, pinged after silence and given up after two pings without an answer, and whether its
//! auth token is still valid. Pure.

use std::time::{Duration, Instant};

/// When a socket was heard of, and how often it was asked since.
#[derive(Debug)]
pub(crate) struct Heartbeat {
    interval: Duration,
    heard: Instant,
    unanswered_pings: u32,
    next_look: Instant,
    /// When the token of the socket expires; `None` without a token.
    expires: Option<Instant>,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// Nothing, until the next look.
    Wait,
    /// Ask.
    Ping,
    /// Nobody is there.
    GiveUp,
    /// The token of the socket has expired.
    Expired,
}

impl Heartbeat {
    pub(crate) fn new(interval: Duration, now: Instant, expires: Option<Instant>) -> Heartbeat {
        Heartbeat { interval, heard: now, unanswered_pings: 0, next_look: now + interval, expires }
    }

    /// Something came, whatever it was.
    pub(crate) fn hear(&mut self, now: Instant) {
        self.heard = now;
        self.unanswered_pings = 0;
    }

    /// When to look again.
    pub(crate) fn next_look(&self) -> Instant {
        self.or_expiry(self.next_look)
    }

    /// That time, or the expiry of the token if it comes first.
    pub(crate) fn or_expiry(&self, time: Instant) -> Instant {
        self.expires.map_or(time, |expires| expires.min(time))
    }

    /// Whether the token of the socket has expired.
    pub(crate) fn is_expired(&self, now: Instant) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }

    /// Whether it is time to do something; a look that comes early changes nothing.
    pub(crate) fn look(&mut self, now: Instant) -> Look {
        if self.is_expired(now) {
            return Look::Expired;
        }
        if now < self.next_look {
            return Look::Wait;
        }
        if now < self.heard + self.interval {
            self.next_look = self.heard + self.interval;
            return Look::Wait;
        }
        if self.unanswered_pings == PINGS {
            return Look::GiveUp;
        }
        self.unanswered_pings += 1;
        let patience = if self.unanswered_pings == PINGS { self.interval / 3 } else { self.interval };
        self.next_look = now + patience;
        Look::Ping
    }
}

/// How many may stay unanswered.
const PINGS: u32 = 2;

/// After how long without a sign of life a client is given up.
pub(crate) fn patience(interval: Duration) -> Duration {
    interval * PINGS + interval / 3
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Heartbeat, Look};

    /// What comes of looks at these seconds, with something heard at those.
    fn looks(at_s: &[u64], heard_s: &[u64]) -> Vec<Look> {
        let start = Instant::now();
        let time = |seconds: u64| start + Duration::from_secs(seconds);
        let mut heartbeat = Heartbeat::new(Duration::from_secs(25), start, None);
        let mut heard = heard_s.iter().copied().peekable();
        let look = |&at: &u64| {
            while let Some(seconds) = heard.next_if(|&seconds| seconds <= at) {
                heartbeat.hear(time(seconds));
            }
            heartbeat.look(time(at))
        };
        at_s.iter().map(look).collect()
    }

    #[test]
    fn silence_is_pinged_twice_and_then_given_up() {
        assert_eq!(looks(&[25, 50, 59], &[]), [Look::Ping, Look::Ping, Look::GiveUp]);
    }

    #[test]
    fn an_answer_starts_it_anew() {
        assert_eq!(looks(&[25, 50, 51, 76, 85], &[26]), [Look::Ping, Look::Wait, Look::Ping, Look::Ping, Look::GiveUp]);
    }

    #[test]
    fn a_client_that_talks_is_never_pinged() {
        assert_eq!(looks(&[25, 45, 65], &[20, 40, 60]), [Look::Wait; 3]);
    }

    #[test]
    fn looks_that_come_early_ask_nothing() {
        assert_eq!(looks(&[25, 26, 27, 28, 49], &[])[1..], [Look::Wait; 4]);
    }

    #[test]
    fn an_expired_token_is_noticed_at_its_expiry_however_much_the_client_talks() {
        let start = Instant::now();
        let time = |seconds: u64| start + Duration::from_secs(seconds);
        let mut heartbeat = Heartbeat::new(Duration::from_secs(25), start, Some(time(60)));
        for seconds in 1..60 {
            heartbeat.hear(time(seconds));
            assert_eq!((heartbeat.look(time(seconds)), heartbeat.is_expired(time(seconds))), (Look::Wait, false));
        }
        assert_eq!(heartbeat.next_look(), time(60), "before the next ping");
        heartbeat.hear(time(60));
        assert_eq!((heartbeat.look(time(60)), heartbeat.is_expired(time(60))), (Look::Expired, true));
    }
}
