//! What a client missed, found in a history without positions: on random streams, and on a client's whole life.

use std::ops::Range;

use proptest::prelude::*;
use xano_wasm::engine::align::{BREAK, NOWHERE, SEEN_ENTRIES, align};

/// What happens on a channel, one after the other.
#[derive(Clone, Debug)]
enum Happening {
    /// So many entries come while the client is there.
    Live(Vec<u32>),
    /// The client is away while the first come, and back when the others come; then it gets the history.
    Interruption { missed: Vec<u32>, live: Vec<u32> },
}

/// Of few kinds, so that they repeat.
fn entries(kinds: u32, most: usize) -> impl Strategy<Value = Vec<u32>> {
    prop::collection::vec(1..=kinds, 0..most)
}

fn happening(kinds: u32) -> impl Strategy<Value = Happening> {
    prop_oneof![
        entries(kinds, 12).prop_map(Happening::Live),
        (entries(kinds, 8), entries(kinds, 4)).prop_map(|(missed, live)| Happening::Interruption { missed, live }),
    ]
}

/// The entries before the client came, what happens then, and how many entries the history keeps.
fn life() -> impl Strategy<Value = (Vec<u32>, Vec<Happening>, usize)> {
    (1..=4_u32).prop_flat_map(|kinds| {
        let happenings = prop::collection::vec(happening(kinds), 1..20);
        (entries(kinds, 10), happenings, prop::sample::select(vec![0, 1, 3, 10, 25, 1_000]))
    })
}

#[derive(Clone, Copy, PartialEq)]
enum Order {
    OldestFirst,
    NewestFirst,
}

/// A channel, and a client that follows it. An entry is known by its place in the log.
struct Channel {
    log: Vec<u32>,
    kept: usize,
    order: Order,
    seen: Vec<u32>,
    /// The places of the entries that the application got, in that order.
    handed_out: Vec<usize>,
    /// Where the application was told that something may be missing.
    gaps: Vec<usize>,
}

impl Channel {
    fn say(&mut self, entries: &[u32]) -> Range<usize> {
        let from = self.log.len();
        self.log.extend(entries);
        from..self.log.len()
    }

    fn hand_out(&mut self, places: impl IntoIterator<Item = usize>) {
        for place in places {
            self.see(self.log[place]);
            self.handed_out.push(place);
        }
    }

    fn see(&mut self, hash: u32) {
        self.seen.push(hash);
        if self.seen.len() > SEEN_ENTRIES {
            self.seen.remove(0);
        }
    }

    fn interrupt(&mut self, missed: &[u32], live: &[u32]) {
        self.say(missed);
        let live = self.say(live);
        let mut places: Vec<usize> = (self.log.len().saturating_sub(self.kept)..self.log.len()).collect();
        if self.order == Order::NewestFirst {
            places.reverse();
        }
        let history: Vec<u32> = places.iter().map(|&place| self.log[place]).collect();
        match align(&self.seen, &self.log[live.clone()], &history) {
            NOWHERE => {
                self.gaps.push(self.handed_out.len());
                self.seen = vec![BREAK];
            }
            first => self.hand_out(places[first..places.len() - live.len()].to_vec()),
        }
        self.hand_out(live);
    }

    fn new(log: Vec<u32>, kept: usize, order: Order) -> Channel {
        Channel { log, kept, order, seen: vec![], handed_out: vec![], gaps: vec![] }
    }

    fn live(mut self, happenings: Vec<Happening>) -> Channel {
        for happening in happenings {
            match happening {
                Happening::Live(entries) => {
                    let places = self.say(&entries);
                    self.hand_out(places);
                }
                Happening::Interruption { missed, live } => self.interrupt(&missed, &live),
            }
        }
        self
    }

    fn assert_nothing_came_twice(&self) {
        let mut places = self.handed_out.clone();
        places.sort_unstable();
        places.dedup();
        assert_eq!(places.len(), self.handed_out.len(), "{:?}", self.handed_out);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn nothing_comes_twice_and_all_is_in_order((log, happenings, kept) in life()) {
        let channel = Channel::new(log, kept, Order::OldestFirst).live(happenings);
        channel.assert_nothing_came_twice();
        prop_assert!(channel.handed_out.is_sorted());
    }

    #[test]
    fn nothing_is_lost_silently_while_the_history_reaches_back((log, happenings, _) in life()) {
        let channel = Channel::new(log, 1_000, Order::OldestFirst).live(happenings);
        for (at, pair) in channel.handed_out.windows(2).enumerate() {
            prop_assert!(pair[1] == pair[0] + 1 || channel.gaps.contains(&(at + 1)), "{pair:?} {:?}", channel.gaps);
        }
    }

    #[test]
    fn of_a_history_whose_newest_entry_is_the_first_nothing_is_handed_out_that_was_seen(
        (before, earlier, gap) in (entries(2, 5), entries(2, 5), entries(2, 5)),
        (seen, missed, live) in (entries(2, 10), entries(2, 8), entries(2, 4)),
        kept in 0..40_usize,
    ) {
        let parts = [&before, &earlier, &gap, &seen, &missed, &live];
        let log = parts.map(|part| part.as_slice()).concat();
        let history: Vec<u32> = log.iter().rev().take(kept).copied().collect();
        let is_broken = !earlier.is_empty();
        let followed: Vec<u32> = is_broken.then_some(BREAK).into_iter().chain(seen.iter().copied()).collect();
        let first = align(&followed, &live, &history);
        if first != NOWHERE {
            let start = before.len();
            let seen_from = start + earlier.len() + gap.len();
            for place in (first..history.len() - live.len()).map(|at| log.len() - 1 - at) {
                let was_seen = (start..start + earlier.len()).contains(&place)
                    || (seen_from..seen_from + seen.len()).contains(&place)
                    || place >= log.len() - live.len();
                prop_assert!(!was_seen, "{place} of {log:?}, from {first}");
            }
        }
    }

    #[test]
    fn of_a_history_whose_newest_entry_is_the_first_nothing_comes_again((mut log, happenings, _) in life()) {
        log.truncate(3);
        let mut channel = Channel::new(log, 1_000, Order::NewestFirst);
        let places = channel.say(&[1, 2]);
        channel.hand_out(places);
        let channel = channel.live(happenings);
        channel.assert_nothing_came_twice();
        prop_assert!(channel.handed_out.is_sorted());
    }

    #[test]
    fn of_entries_that_differ_exactly_what_was_missed_is_found(
        [before, seen, missed, live] in [0..40_usize, 0..40, 0..40, 0..10],
        kept in 0..100_usize,
    ) {
        let log: Vec<u32> = (1..).take(before + seen + missed + live).collect();
        let history = &log[log.len().saturating_sub(kept)..];
        let kept_of_seen = history.len().saturating_sub(missed + live).min(seen);
        let from = history.len().saturating_sub(missed + live);
        let found = align(&log[before..][..seen], &log[log.len() - live..], history);
        let is_enough = kept_of_seen >= 1 && kept_of_seen >= seen.min(3);
        prop_assert_eq!(found, if is_enough { from } else { NOWHERE });
    }

    #[test]
    fn of_entries_that_differ_none_is_handed_out_of_a_reversed_history(seen in 2..40_usize, missed in 1..40_usize) {
        let log: Vec<u32> = (1..).take(seen + missed).collect();
        let history: Vec<u32> = log.iter().rev().copied().collect();
        prop_assert_eq!(align(&log[..seen], &[], &history), NOWHERE);
    }

    #[test]
    fn whatever_comes_is_answered(
        seen in prop::collection::vec(0..4_u32, 0..40),
        live in prop::collection::vec(0..4_u32, 0..4),
        history in prop::collection::vec(0..4_u32, 0..40),
    ) {
        let first = align(&seen, &live, &history);
        prop_assert!(first == NOWHERE || (0 < first && first + live.len() <= history.len()));
    }
}

#[test]
fn equal_entries_alone_say_nothing() {
    assert_eq!(align(&[1; 10], &[], &[1; 15]), NOWHERE);
    assert_eq!(align(&[1; 3], &[], &[1; 3]), NOWHERE);
}

#[test]
fn a_channel_of_which_one_entry_was_seen_goes_on_behind_it() {
    assert_eq!(align(&[1], &[], &[1, 2, 3]), 1);
    assert_eq!(align(&[1], &[], &[1, 2, 1]), NOWHERE);
    assert_eq!(align(&[], &[], &[1]), NOWHERE);
}

#[test]
fn behind_a_gap_three_entries_are_needed() {
    assert_eq!(align(&[1, 2, 3, BREAK, 4, 5], &[], &[4, 5, 6]), NOWHERE);
    assert_eq!(align(&[1, 2, 3, BREAK, 4, 5, 6], &[], &[3, 9, 4, 5, 6, 7]), 5);
}

#[test]
fn what_came_live_before_the_history_is_the_end_of_it() {
    assert_eq!(align(&[1, 2, 3], &[5, 6], &[1, 2, 3, 4, 5, 6]), 3);
    assert_eq!(align(&[1, 2, 3], &[5, 6], &[1, 2, 3, 4, 5]), NOWHERE);
}
