//! The heartbeat of one socket: decides when to ping a silent client, when to give it up after two unanswered pings,
//! when its auth token has expired, and when a V2 client has sent no frame for too long. Pure.

use std::time::{Duration, Instant};

/// The state of one socket's heartbeat: the time of the last frame received, and the number of pings sent since.
#[derive(Debug)]
pub(crate) struct Heartbeat {
    interval: Duration,
    heard: Instant,
    unanswered_pings: u32,
    next_look: Instant,
    /// The time when the auth token of the socket expires; `None` without a token.
    expires: Option<Instant>,
    idle: Option<Idle>,
}

/// The bound of V2 on the time in which a client sends no frame. Pings and pongs of the WebSocket protocol do not count.
/// The socket ends without a close frame. (guess: idle-close-code)
#[derive(Clone, Copy, Debug)]
pub(crate) struct Idle {
    at_most: Duration,
    spoke: Instant,
}

impl Idle {
    pub(crate) fn new(at_most: Duration, now: Instant) -> Idle {
        Idle { at_most, spoke: now }
    }

    /// Returns the end of the client's time; `None` if that is beyond the range of the clock.
    fn ends(&self) -> Option<Instant> {
        self.spoke.checked_add(self.at_most)
    }
}

/// The next action of the socket's task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// Do nothing until the next look.
    Wait,
    /// Send a ping.
    Ping,
    /// Close the connection: the client is gone.
    GiveUp,
    /// Close the socket: its auth token has expired.
    Expired,
}

impl Heartbeat {
    pub(crate) fn new(interval: Duration, now: Instant, expires: Option<Instant>, idle: Option<Idle>) -> Heartbeat {
        Heartbeat { interval, heard: now, unanswered_pings: 0, next_look: now + interval, expires, idle }
    }

    /// Records that the client has sent a frame with text or bytes.
    pub(crate) fn speak(&mut self, now: Instant) {
        if let Some(idle) = &mut self.idle {
            idle.spoke = now;
        }
    }

    /// Records that the client has sent a frame of any kind.
    pub(crate) fn hear(&mut self, now: Instant) {
        self.heard = now;
        self.unanswered_pings = 0;
    }

    /// Returns the time of the next look.
    pub(crate) fn next_look(&self) -> Instant {
        let ends = self.idle.and_then(|idle| idle.ends());
        self.or_expiry(ends.map_or(self.next_look, |ends| ends.min(self.next_look)))
    }

    /// Returns the given time, or the expiry of the token if that comes first.
    pub(crate) fn or_expiry(&self, time: Instant) -> Instant {
        self.expires.map_or(time, |expires| expires.min(time))
    }

    /// Returns whether the token of the socket has expired.
    pub(crate) fn is_expired(&self, now: Instant) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }

    /// Returns the action that is due now. A look before [`Heartbeat::next_look`] changes nothing.
    pub(crate) fn look(&mut self, now: Instant) -> Look {
        if self.is_expired(now) {
            return Look::Expired;
        }
        if self.idle.and_then(|idle| idle.ends()).is_some_and(|ends| ends <= now) {
            return Look::GiveUp;
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

/// The number of pings that a client may leave unanswered.
const PINGS: u32 = 2;

/// Returns the time of silence after which a client is given up.
pub(crate) fn patience(interval: Duration) -> Duration {
    interval * PINGS + interval / 3
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Heartbeat, Look};

    /// Returns the results of looks at the given seconds, of a client that sends a frame at each second in `heard_s`.
    fn looks(at_s: &[u64], heard_s: &[u64]) -> Vec<Look> {
        let start = Instant::now();
        let time = |seconds: u64| start + Duration::from_secs(seconds);
        let mut heartbeat = Heartbeat::new(Duration::from_secs(25), start, None, None);
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
    fn a_silent_client_is_pinged_twice_and_then_given_up() {
        assert_eq!(looks(&[25, 50, 59], &[]), [Look::Ping, Look::Ping, Look::GiveUp]);
    }

    #[test]
    fn a_pong_resets_the_count_of_unanswered_pings() {
        assert_eq!(looks(&[25, 50, 51, 76, 85], &[26]), [Look::Ping, Look::Wait, Look::Ping, Look::Ping, Look::GiveUp]);
    }

    #[test]
    fn a_client_that_sends_frames_is_never_pinged() {
        assert_eq!(looks(&[25, 45, 65], &[20, 40, 60]), [Look::Wait; 3]);
    }

    #[test]
    fn a_look_before_its_time_sends_no_ping() {
        assert_eq!(looks(&[25, 26, 27, 28, 49], &[])[1..], [Look::Wait; 4]);
    }

    #[test]
    fn an_expired_token_is_noticed_on_time_even_if_the_client_sends_frames_all_the_time() {
        let start = Instant::now();
        let time = |seconds: u64| start + Duration::from_secs(seconds);
        let mut heartbeat = Heartbeat::new(Duration::from_secs(25), start, Some(time(60)), None);
        for seconds in 1..60 {
            heartbeat.hear(time(seconds));
            assert_eq!((heartbeat.look(time(seconds)), heartbeat.is_expired(time(seconds))), (Look::Wait, false));
        }
        assert_eq!(heartbeat.next_look(), time(60), "before the next ping");
        heartbeat.hear(time(60));
        assert_eq!((heartbeat.look(time(60)), heartbeat.is_expired(time(60))), (Look::Expired, true));
    }
}
