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
