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
mod tests;
