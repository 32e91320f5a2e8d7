//! How fast one socket may send: buckets that frames are poured into and that drain with time.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

use crate::hub::{Command, Frame, Request};
use crate::settings::Limits;

/// How fast sockets of this server may send.
#[derive(Clone, Debug)]
pub(crate) struct RateLimits {
    messages: Rate,
    /// Apart from the messages: a client that connects again joins all its channels at once.
    memberships: Rate,
    /// Joins of channels that the socket has left before.
    returns: Rate,
    bytes: Rate,
    refusals: Rate,
    channels_per_socket: usize,
    /// Names of channels are kept as hashes that no client can foresee.
    hasher: RandomState,
}

/// What one socket sent of late.
#[derive(Debug)]
pub(crate) struct RateLimiter {
    messages: Bucket,
    memberships: Bucket,
    returns: Bucket,
    bytes: Bucket,
    refusals: Bucket,
    /// Channels that the socket has left, as hashes of their names.
    left: BTreeSet<u64>,
}

impl RateLimits {
    pub(crate) fn new(limits: &Limits) -> RateLimits {
        let second = Duration::from_secs(1);
        let joins = limits.message_burst.saturating_add(limits.channels_per_socket);
        RateLimits {
            messages: Rate::new(limits.messages_per_second, second, limits.message_burst),
            memberships: Rate::new(limits.messages_per_second, second, joins),
            returns: Rate::new(RETURNS_PER_SECOND, second, RETURNS_AT_ONCE),
            bytes: Rate::new(limits.bytes_per_second, second, limits.byte_burst),
            refusals: Rate::new(limits.bad_frames_per_minute, 60 * second, limits.bad_frames_per_minute),
            channels_per_socket: limits.channels_per_socket,
            hasher: RandomState::new(),
        }
    }
}

impl RateLimiter {
    pub(crate) fn new(now: Instant) -> RateLimiter {
        let bucket = || Bucket { empty_at: now };
        RateLimiter {
            messages: bucket(),
            memberships: bucket(),
            returns: bucket(),
            bytes: bucket(),
            refusals: bucket(),
            left: BTreeSet::new(),
        }
    }

    /// Whether the client may send this frame now.
    pub(crate) fn admits_frame(&mut self, rates: &RateLimits, frame: &Frame<'_>, now: Instant) -> bool {
        match frame {
            Frame::Ping => self.admits_ping(rates, now),
            Frame::Command(command) => self.admits(rates, command, now),
        }
    }

    fn admits(&mut self, rates: &RateLimits, command: &Command<'_>, now: Instant) -> bool {
        match command.request {
            Request::Message(_) | Request::History { .. } => self.messages.take(&rates.messages, now),
            Request::Join(_) => {
                self.memberships.take(&rates.memberships, now) && self.admits_return(rates, command, now)
            }
            Request::Leave => {
                let is_admitted = self.memberships.take(&rates.memberships, now);
                if is_admitted && self.left.len() < rates.channels_per_socket {
                    self.left.insert(rates.hasher.hash_one(&command.channel));
                }
                is_admitted
            }
        }
    }

    /// Joining and leaving again and again is told to all members each time, so it is limited more narrowly.
    fn admits_return(&mut self, rates: &RateLimits, command: &Command<'_>, now: Instant) -> bool {
        // A socket that has left as many channels as are remembered may come back to any of them.
        let is_return = self.left.len() >= rates.channels_per_socket
            || !self.left.is_empty() && self.left.contains(&rates.hasher.hash_one(&command.channel));
        !is_return || self.returns.take(&rates.returns, now)
    }

    /// Whether a frame of so many bytes may come now. One frame beyond the burst still may.
    pub(crate) fn admits_bytes(&mut self, rates: &RateLimits, bytes: usize, now: Instant) -> bool {
        self.bytes.take_all(&rates.bytes, bytes, now)
    }

    /// Whether the socket may ask now whether the server is there. Counted with joins and leaves: a ping is no message.
    pub(crate) fn admits_ping(&mut self, rates: &RateLimits, now: Instant) -> bool {
        self.memberships.take(&rates.memberships, now)
    }

    /// Whether one refusal more is to be put up with.
    pub(crate) fn tolerates(&mut self, rates: &RateLimits, now: Instant) -> bool {
        self.refusals.take(&rates.refusals, now)
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
        let frame = per / clamped(frames).max(1);
        Rate { frame, full: frame.saturating_mul(clamped(burst)) }
    }
}

#[derive(Debug)]
struct Bucket {
    empty_at: Instant,
}

impl Bucket {
    fn take(&mut self, rate: &Rate, now: Instant) -> bool {
        let filled = self.empty_at.max(now) + rate.frame;
        let fits = filled.duration_since(now) <= rate.full;
        if fits {
            self.empty_at = filled;
        }
        fits
    }

    /// Pours several, unless the bucket is full already.
    fn take_all(&mut self, rate: &Rate, count: usize, now: Instant) -> bool {
        let empty_at = self.empty_at.max(now);
        let fits = empty_at.duration_since(now) <= rate.full;
        if fits {
            self.empty_at = empty_at + rate.frame.saturating_mul(clamped(count));
        }
        fits
    }
}

fn clamped(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// How often a socket may join channels that it has left before: a page that is rendered again and again does so.
const RETURNS_PER_SECOND: usize = 5;
const RETURNS_AT_ONCE: usize = 100;

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{RateLimiter, RateLimits};
    use crate::Limits;
    use crate::hub::{Command, Request};

    const HISTORY: Command<'static> = command(Request::History { with_one_client: false });
    const LEAVE: Command<'static> = command(Request::Leave);

    const fn command(request: Request<'static>) -> Command<'static> {
        Command { channel: std::borrow::Cow::Borrowed("room"), request, bytes: 0 }
    }

    fn rates(messages_per_second: usize, message_burst: usize) -> RateLimits {
        RateLimits::new(&Limits { messages_per_second, message_burst, channels_per_socket: 3, ..Limits::default() })
    }

    /// How many of a hundred are admitted.
    fn admitted(pace: &mut RateLimiter, rates: &RateLimits, command: &Command<'_>, now: Instant) -> usize {
        (0..100).filter(|_| pace.admits(rates, command, now)).count()
    }

    #[test]
    fn a_burst_is_admitted_then_as_much_as_the_rate_says() {
        let rates = rates(10, 5);
        let start = Instant::now();
        let mut pace = RateLimiter::new(start);
        assert_eq!(admitted(&mut pace, &rates, &HISTORY, start), 5);
        assert_eq!(admitted(&mut pace, &rates, &HISTORY, start + Duration::from_millis(99)), 0);
        assert_eq!(admitted(&mut pace, &rates, &HISTORY, start + Duration::from_millis(200)), 2);
        assert_eq!(admitted(&mut pace, &rates, &HISTORY, start + Duration::from_secs(60)), 5, "no more than a burst");
    }

    #[test]
    fn joins_and_leaves_are_counted_apart_with_room_for_all_channels() {
        let rates = rates(10, 5);
        let start = Instant::now();
        let mut pace = RateLimiter::new(start);
        assert_eq!(admitted(&mut pace, &rates, &LEAVE, start), 8);
        assert_eq!(admitted(&mut pace, &rates, &HISTORY, start), 5);
    }

    #[test]
    fn a_limit_that_is_off_admits_everything() {
        let start = Instant::now();
        for rates in [rates(usize::MAX, 5), rates(10, usize::MAX), rates(usize::MAX, usize::MAX)] {
            assert_eq!(admitted(&mut RateLimiter::new(start), &rates, &HISTORY, start), 100);
        }
    }

    #[test]
    fn refusals_are_tolerated_up_to_their_number_per_minute() {
        let rates = RateLimits::new(&Limits { bad_frames_per_minute: 3, ..Limits::default() });
        let start = Instant::now();
        let mut pace = RateLimiter::new(start);
        let mut tolerated = |at: Instant| (0..10).filter(|_| pace.tolerates(&rates, at)).count();
        assert_eq!(tolerated(start), 3);
        assert_eq!(tolerated(start + Duration::from_secs(20)), 1);
    }

    #[test]
    fn joining_and_leaving_one_channel_again_and_again_is_limited_and_other_channels_are_not() {
        let rates = RateLimits::new(&Limits { messages_per_second: usize::MAX, ..Limits::default() });
        let start = Instant::now();
        let mut pace = RateLimiter::new(start);
        let join =
            |channel: String| Command { channel: channel.into(), request: Request::Join(Default::default()), bytes: 0 };
        let mut rounds = 0;
        for _ in 0..1_000 {
            rounds += usize::from(pace.admits(&rates, &join("room".to_owned()), start));
            assert!(pace.admits(&rates, &LEAVE, start));
        }
        assert_eq!(rounds, 101, "the first join, and a burst of returns");
        assert!((0..1_000).all(|number| pace.admits(&rates, &join(format!("room/{number}")), start)));
        let later = start + Duration::from_secs(1);
        assert_eq!((0..10).filter(|_| pace.admits(&rates, &join("room".to_owned()), later)).count(), 5);
    }

    #[test]
    fn bytes_are_admitted_up_to_a_burst_and_one_frame_then_as_many_as_the_rate_says() {
        let limits = Limits { bytes_per_second: 1_000, byte_burst: 5_000, ..Limits::default() };
        let rates = RateLimits::new(&limits);
        let start = Instant::now();
        let mut pace = RateLimiter::new(start);
        let mut admitted = |at: Instant| (0..100).filter(|_| pace.admits_bytes(&rates, 1_000, at)).count();
        assert_eq!(admitted(start), 6);
        assert_eq!(admitted(start + Duration::from_secs(2)), 2);
        assert_eq!(admitted(start + Duration::from_secs(60)), 6);
    }
}
