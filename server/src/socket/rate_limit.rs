//! Rate limits of one socket: token buckets for messages, joins and leaves, bytes, and refused frames.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

use crate::hub::{Command, Frame, Request, v2};
use crate::settings::Limits;

/// The rate limits that all sockets of this server have.
#[derive(Clone, Debug)]
pub(crate) struct RateLimits {
    messages: Rate,
    /// The limit on joins, leaves and pings. It is separate from messages because a client that reconnects joins all
    /// its channels at once.
    memberships: Rate,
    /// The limit on joins of channels that the socket has left before.
    returns: Rate,
    /// The limit on acknowledgements of V2, of which a client sends one for each message that it receives.
    acks: Rate,
    bytes: Rate,
    refusals: Rate,
    channels_per_socket: usize,
    /// Hashes channel names with a random key, so that no client can produce collisions.
    hasher: RandomState,
}

/// The fill levels of one socket's buckets.
#[derive(Debug)]
pub(crate) struct RateLimiter {
    messages: Bucket,
    memberships: Bucket,
    returns: Bucket,
    acks: Bucket,
    bytes: Bucket,
    refusals: Bucket,
    /// The channels that the socket has left, and of V2 those that it has joined, as hashes of their names.
    visited: BTreeSet<u64>,
}

impl RateLimits {
    pub(crate) fn new(limits: &Limits) -> RateLimits {
        let second = Duration::from_secs(1);
        let joins = limits.message_burst.saturating_add(limits.channels_per_socket);
        RateLimits {
            messages: Rate::new(limits.messages_per_second, second, limits.message_burst),
            memberships: Rate::new(limits.messages_per_second, second, joins),
            returns: Rate::new(RETURNS_PER_SECOND, second, RETURNS_AT_ONCE),
            acks: Rate::new(
                limits.messages_per_second.saturating_mul(ACKS_PER_MESSAGE),
                second,
                limits.message_burst.saturating_mul(ACKS_PER_MESSAGE),
            ),
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
            acks: bucket(),
            bytes: bucket(),
            refusals: bucket(),
            visited: BTreeSet::new(),
        }
    }

    /// Returns whether the rate limits allow this frame now, and counts it if so.
    pub(crate) fn admits_frame(&mut self, rates: &RateLimits, frame: &Frame<'_>, now: Instant) -> bool {
        match frame {
            Frame::Ping => self.admits_ping(rates, now),
            Frame::Command(command) => self.admits(rates, command, now),
            Frame::V2(command) => self.admits_v2(rates, command, now),
        }
    }

    fn admits_v2(&mut self, rates: &RateLimits, command: &v2::Command<'_>, now: Instant) -> bool {
        let channel = command.channel.as_deref().unwrap_or_default();
        match command.request {
            v2::Request::Broadcast(_) | v2::Request::Presence => self.messages.take(&rates.messages, now),
            v2::Request::Join { .. } => self.admits_join_v2(rates, channel, now),
            v2::Request::Leave => self.admits_leave(rates, channel, now),
            v2::Request::Ack { .. } => self.acks.take(&rates.acks, now),
            v2::Request::Ping => self.admits_ping(rates, now),
            // The hub answers it with an error, which counts as a refused frame only when the socket is ready.
            v2::Request::Refused(_) => self.messages.take(&rates.messages, now),
        }
    }

    /// Limits joins of channels that the socket has joined before. A client of V2 joins each channel once; another join
    /// runs the trigger, and sends members, transcript and replay again.
    fn admits_join_v2(&mut self, rates: &RateLimits, channel: &str, now: Instant) -> bool {
        let is_admitted = self.admits_join(rates, channel, now);
        if is_admitted {
            self.note_return(rates, channel);
        }
        is_admitted
    }

    fn admits(&mut self, rates: &RateLimits, command: &Command<'_>, now: Instant) -> bool {
        match command.request {
            Request::Message(_) | Request::History { .. } => self.messages.take(&rates.messages, now),
            Request::Join(_) => self.admits_join(rates, &command.channel, now),
            Request::Leave => self.admits_leave(rates, &command.channel, now),
        }
    }

    fn admits_join(&mut self, rates: &RateLimits, channel: &str, now: Instant) -> bool {
        self.memberships.take(&rates.memberships, now) && self.admits_return(rates, channel, now)
    }

    fn admits_leave(&mut self, rates: &RateLimits, channel: &str, now: Instant) -> bool {
        let is_admitted = self.memberships.take(&rates.memberships, now);
        if is_admitted {
            self.note_return(rates, channel);
        }
        is_admitted
    }

    /// Records that the next join of this channel is a return.
    fn note_return(&mut self, rates: &RateLimits, channel: &str) {
        if self.visited.len() < rates.channels_per_socket {
            self.visited.insert(rates.hasher.hash_one(channel));
        }
    }

    /// Limits joins of channels that the socket has left before. Each of them is announced to all members, so this
    /// limit is stricter.
    fn admits_return(&mut self, rates: &RateLimits, channel: &str, now: Instant) -> bool {
        // Beyond `channels_per_socket` channels the set is full, and every join counts as a return.
        let is_return = self.visited.len() >= rates.channels_per_socket
            || !self.visited.is_empty() && self.visited.contains(&rates.hasher.hash_one(channel));
        !is_return || self.returns.take(&rates.returns, now)
    }

    /// Returns whether a frame of this size is within the byte limit, and counts it if so. One frame may exceed the
    /// burst.
    pub(crate) fn admits_bytes(&mut self, rates: &RateLimits, bytes: usize, now: Instant) -> bool {
        self.bytes.take_all(&rates.bytes, bytes, now)
    }

    /// Returns whether a ping is allowed now. It counts with joins and leaves, because it is no message.
    pub(crate) fn admits_ping(&mut self, rates: &RateLimits, now: Instant) -> bool {
        self.memberships.take(&rates.memberships, now)
    }

    /// Returns whether one more refused frame is allowed, or whether the socket must be closed.
    pub(crate) fn tolerates(&mut self, rates: &RateLimits, now: Instant) -> bool {
        self.refusals.take(&rates.refusals, now)
    }
}

#[derive(Clone, Debug)]
struct Rate {
    /// The time in which one frame drains from the bucket.
    frame: Duration,
    /// The time in which a full bucket drains.
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

    /// Adds several units at once, unless the bucket is already full.
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

/// The limit on joins of channels that a socket has left before. Pages that render again and again produce such joins.
const RETURNS_PER_SECOND: usize = 5;
const RETURNS_AT_ONCE: usize = 100;

/// A client receives the messages of many senders and acknowledges each.
const ACKS_PER_MESSAGE: usize = 10;

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{RateLimiter, RateLimits};
    use crate::Limits;
    use crate::hub::{Command, Request, v2};

    const HISTORY: Command<'static> = command(Request::History { with_one_client: false });
    const LEAVE: Command<'static> = command(Request::Leave);

    const fn command(request: Request<'static>) -> Command<'static> {
        Command { channel: std::borrow::Cow::Borrowed("room"), request, bytes: 0 }
    }

    fn rates(messages_per_second: usize, message_burst: usize) -> RateLimits {
        RateLimits::new(&Limits { messages_per_second, message_burst, channels_per_socket: 3, ..Limits::default() })
    }

    /// Returns how many of a hundred equal commands are admitted.
    fn admitted(pace: &mut RateLimiter, rates: &RateLimits, command: &Command<'_>, now: Instant) -> usize {
        (0..100).filter(|_| pace.admits(rates, command, now)).count()
    }

    #[test]
    fn a_burst_is_admitted_and_then_the_configured_rate() {
        let rates = rates(10, 5);
        let start = Instant::now();
        let mut pace = RateLimiter::new(start);
        assert_eq!(admitted(&mut pace, &rates, &HISTORY, start), 5);
        assert_eq!(admitted(&mut pace, &rates, &HISTORY, start + Duration::from_millis(99)), 0);
        assert_eq!(admitted(&mut pace, &rates, &HISTORY, start + Duration::from_millis(200)), 2);
        assert_eq!(admitted(&mut pace, &rates, &HISTORY, start + Duration::from_secs(60)), 5, "no more than a burst");
    }

    #[test]
    fn joins_and_leaves_have_their_own_bucket_with_room_for_all_channels() {
        let rates = rates(10, 5);
        let start = Instant::now();
        let mut pace = RateLimiter::new(start);
        assert_eq!(admitted(&mut pace, &rates, &LEAVE, start), 8);
        assert_eq!(admitted(&mut pace, &rates, &HISTORY, start), 5);
    }

    #[test]
    fn a_limit_that_is_switched_off_admits_everything() {
        let start = Instant::now();
        for rates in [rates(usize::MAX, 5), rates(10, usize::MAX), rates(usize::MAX, usize::MAX)] {
            assert_eq!(admitted(&mut RateLimiter::new(start), &rates, &HISTORY, start), 100);
        }
    }

    #[test]
    fn refused_frames_are_tolerated_up_to_their_limit_per_minute() {
        let rates = RateLimits::new(&Limits { bad_frames_per_minute: 3, ..Limits::default() });
        let start = Instant::now();
        let mut pace = RateLimiter::new(start);
        let mut tolerated = |at: Instant| (0..10).filter(|_| pace.tolerates(&rates, at)).count();
        assert_eq!(tolerated(start), 3);
        assert_eq!(tolerated(start + Duration::from_secs(20)), 1);
    }

    #[test]
    fn rejoining_one_channel_repeatedly_is_limited_and_joining_other_channels_is_not() {
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
    fn another_join_of_v2_on_a_channel_is_limited_and_first_joins_are_not() {
        let rates = RateLimits::new(&Limits { messages_per_second: usize::MAX, ..Limits::default() });
        let start = Instant::now();
        let mut pace = RateLimiter::new(start);
        let mut joins = |channel: String| {
            let request = v2::Request::Join { client_id: None };
            pace.admits_v2(&rates, &v2::Command { channel: Some(channel.into()), request, bytes: 0 }, start)
        };
        assert_eq!((0..1_000).filter(|_| joins("room".to_owned())).count(), 101, "the first join, and a burst");
        assert!((0..900).all(|number| joins(format!("room/{number}"))));
    }

    #[test]
    fn bytes_are_admitted_up_to_a_burst_plus_one_frame_and_then_at_the_configured_rate() {
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
