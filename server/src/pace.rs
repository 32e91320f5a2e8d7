//! How fast one socket may send: buckets that frames are poured into and that drain with time.

use std::time::{Duration, Instant};

use crate::hub::Request;
use crate::limits::Limits;

/// How fast sockets of this server may send.
#[derive(Clone, Debug)]
pub(crate) struct Rates {
    messages: Rate,
    /// Apart from the messages: a client that connects again joins all its channels at once.
    memberships: Rate,
    refusals: Rate,
}

/// What one socket sent of late.
#[derive(Debug)]
pub(crate) struct Pace {
    messages: Bucket,
    memberships: Bucket,
    refusals: Bucket,
}

impl Rates {
    pub(crate) fn new(limits: &Limits) -> Rates {
        let second = Duration::from_secs(1);
        let joins = limits.message_burst.saturating_add(limits.channels_per_socket);
        Rates {
            messages: Rate::new(limits.messages_per_second, second, limits.message_burst),
            memberships: Rate::new(limits.messages_per_second, second, joins),
            refusals: Rate::new(limits.bad_frames_per_minute, 60 * second, limits.bad_frames_per_minute),
        }
    }
}

impl Pace {
    pub(crate) fn new(now: Instant) -> Pace {
        let bucket = || Bucket { empty_at: now };
        Pace { messages: bucket(), memberships: bucket(), refusals: bucket() }
    }

    /// Whether the socket may ask for this now.
    pub(crate) fn admits(&mut self, rates: &Rates, request: &Request<'_>, now: Instant) -> bool {
        match request {
            Request::Message(_) | Request::History { .. } => self.messages.pour(&rates.messages, now),
            Request::Join(_) | Request::Leave => self.memberships.pour(&rates.memberships, now),
        }
    }

    /// Whether the socket may ask now whether the server is there. Counted with joins and leaves: a ping is no message.
    pub(crate) fn admits_ping(&mut self, rates: &Rates, now: Instant) -> bool {
        self.memberships.pour(&rates.memberships, now)
    }

    /// Whether one refusal more is to be put up with.
    pub(crate) fn tolerates(&mut self, rates: &Rates, now: Instant) -> bool {
        self.refusals.pour(&rates.refusals, now)
    }
}

#[derive(Clone, Debug)]
struct Rate {
    /// How long it takes one frame to drain.
    frame: Duration,
    /// How long it takes a full bucket.
    full: Duration,
}

impl Rate {
    fn new(frames: usize, per: Duration, burst: usize) -> Rate {
        let clamped = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let frame = per / clamped(frames).max(1);
        Rate { frame, full: frame.saturating_mul(clamped(burst)) }
    }
}

#[derive(Debug)]
struct Bucket {
    empty_at: Instant,
}

impl Bucket {
    fn pour(&mut self, rate: &Rate, now: Instant) -> bool {
        let filled = self.empty_at.max(now) + rate.frame;
        let fits = filled.duration_since(now) <= rate.full;
        if fits {
            self.empty_at = filled;
        }
        fits
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Pace, Rates};
    use crate::Limits;
    use crate::hub::Request;

    const HISTORY: Request<'static> = Request::History { with_one_client: false };

    fn rates(messages_per_second: usize, message_burst: usize) -> Rates {
        Rates::new(&Limits { messages_per_second, message_burst, channels_per_socket: 3, ..Limits::default() })
    }

    /// How many of a hundred are admitted.
    fn admitted(pace: &mut Pace, rates: &Rates, request: &Request<'_>, now: Instant) -> usize {
        (0..100).filter(|_| pace.admits(rates, request, now)).count()
    }

    #[test]
    fn a_burst_is_admitted_then_as_much_as_the_rate_says() {
        let rates = rates(10, 5);
        let start = Instant::now();
        let mut pace = Pace::new(start);
        assert_eq!(admitted(&mut pace, &rates, &HISTORY, start), 5);
        assert_eq!(admitted(&mut pace, &rates, &HISTORY, start + Duration::from_millis(99)), 0);
        assert_eq!(admitted(&mut pace, &rates, &HISTORY, start + Duration::from_millis(200)), 2);
        assert_eq!(admitted(&mut pace, &rates, &HISTORY, start + Duration::from_secs(60)), 5, "no more than a burst");
    }

    #[test]
    fn joins_and_leaves_are_counted_apart_with_room_for_all_channels() {
        let rates = rates(10, 5);
        let start = Instant::now();
        let mut pace = Pace::new(start);
        assert_eq!(admitted(&mut pace, &rates, &Request::Leave, start), 8);
        assert_eq!(admitted(&mut pace, &rates, &HISTORY, start), 5);
    }

    #[test]
    fn a_limit_that_is_off_admits_everything() {
        let start = Instant::now();
        for rates in [rates(usize::MAX, 5), rates(10, usize::MAX), rates(usize::MAX, usize::MAX)] {
            assert_eq!(admitted(&mut Pace::new(start), &rates, &HISTORY, start), 100);
        }
    }

    #[test]
    fn refusals_are_tolerated_up_to_their_number_per_minute() {
        let rates = Rates::new(&Limits { bad_frames_per_minute: 3, ..Limits::default() });
        let start = Instant::now();
        let mut pace = Pace::new(start);
        let mut tolerated = |at: Instant| (0..10).filter(|_| pace.tolerates(&rates, at)).count();
        assert_eq!(tolerated(start), 3);
        assert_eq!(tolerated(start + Duration::from_secs(20)), 1);
    }
}
