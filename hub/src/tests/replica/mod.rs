//! Hubs that share a channel, on a model of what they share: whatever is on its way arrives in any order that it can, by
//! chance, while connections break, servers die, and what is shared is lost or falls back to an earlier state.
//!
//! A failure names its seed, which repeats it.

mod bounds;
mod people;
mod redis;
mod servers;
mod waiting;

use std::collections::HashSet;
use std::time::Duration;

use fastrand::Rng;

use self::people::{Heard, Person};
use self::redis::Redis;
use self::servers::Node;
use crate::MessageId;

const CHANNEL: &str = "room";
const HISTORY: usize = 25;
/// As many entries are kept, so that some runs lose some of them.
const KEPT: usize = HISTORY + 1;
const NODES: usize = 3;
const PEOPLE: usize = 6;
const STEPS: usize = 600;
const SEEDS: u64 = 300;

#[test]
fn all_hear_one_order_and_know_who_is_there_whatever_breaks() {
    for seed in 0..SEEDS {
        World::new(seed).lives(Faults::default()).agrees();
    }
}

#[test]
fn what_was_shared_and_is_lost_is_told_and_all_agree_again() {
    for seed in 0..SEEDS {
        World::new(seed).lives(Faults { of_redis: true, ..Faults::default() }).agrees();
    }
}

#[test]
fn all_agree_again_after_a_redis_without_memory_has_refused_some_of_what_was_asked() {
    for seed in 0..SEEDS {
        World::new(seed).lives(Faults { of_memory: true, ..Faults::default() }).agrees();
    }
}

#[derive(Clone, Copy, Default)]
struct Faults {
    /// It comes back empty, or as it once was.
    of_redis: bool,
    /// It is full at times.
    of_memory: bool,
}

struct World {
    seed: u64,
    dice: Rng,
    redis: Redis,
    /// An earlier state of it.
    saved: Redis,
    nodes: Vec<Node>,
    people: Vec<Person>,
    /// Everything that was said, in its order, with whether it was lost again.
    order: Vec<(MessageId, u64, bool)>,
    next_payload: u64,
    names: u64,
    now: Duration,
    /// Redis does not do what needs memory.
    is_full: bool,
}

impl World {
    fn new(seed: u64) -> World {
        let mut world = World {
            seed,
            dice: Rng::with_seed(seed),
            redis: Redis::default(),
            saved: Redis::default(),
            nodes: Vec::new(),
            people: (0..PEOPLE).map(|_| Person::default()).collect(),
            order: Vec::new(),
            next_payload: 0,
            names: 0,
            now: Duration::ZERO,
            is_full: false,
        };
        for _ in 0..NODES {
            let node = world.new_node();
            world.nodes.push(node);
        }
        world
    }

    fn name(&mut self, of: &str) -> String {
        self.names += 1;
        format!("{of}-{}", self.names)
    }

    fn lives(mut self, faults: Faults) -> World {
        for _ in 0..STEPS {
            let node = self.dice.usize(..NODES);
            let person = self.dice.usize(..PEOPLE);
            match self.dice.u32(..1_000) {
                0..60 => self.comes(person, node),
                60..80 => self.goes(person),
                80..300 => self.says(person),
                300..310 => self.breaks(node),
                310..340 => self.connects(node),
                340..344 => self.dies(node),
                // Its lease was gone, while it lives.
                344..348 => self.clears_up_after(self.nodes[node].name.clone()),
                348..352 if faults.of_redis => self.redis_restarts(),
                352..370 => self.saved = self.redis.clone(),
                370..376 => self.waits(31),
                376..390 => self.waits(3),
                390..400 if faults.of_memory => self.is_full = !self.is_full,
                390..600 => self.asks(node),
                600..800 => self.is_answered(node),
                _ => self.hears(node),
            }
        }
        self
    }

    /// Everything arrives.
    fn settles(&mut self) {
        loop {
            let mut is_settled = true;
            for node in 0..NODES {
                self.connects(node);
                let Node { requests, answers, notices, .. } = &self.nodes[node];
                is_settled &= requests.is_empty() && answers.is_empty() && notices.is_empty();
                self.asks(node);
                self.is_answered(node);
                self.hears(node);
            }
            if is_settled {
                return;
            }
        }
    }

    fn agrees(mut self) {
        self.is_full = false;
        self.settles();
        self.waits(3);
        self.settles();
        for person in 0..PEOPLE {
            // Their join was refused.
            if !self.people[person].has_joined {
                self.goes(person);
            }
        }
        for person in 0..PEOPLE {
            self.comes(person, person % NODES);
        }
        self.settles();
        // The last word is heard by all, after whatever else.
        self.says(0);
        self.settles();
        let seed = self.seed;
        let there: HashSet<_> = self.people.iter().map(|person| person.socket_id.clone()).collect();
        assert_eq!(self.redis.members.keys().cloned().collect::<HashSet<_>>(), there, "seed {seed}: who is there");
        // With what is lost the keys are lost too.
        let payloads = self.missed(0, self.order.len());
        assert_eq!(payloads.iter().collect::<HashSet<_>>().len(), payloads.len(), "seed {seed}: each is said once");
        for (number, person) in self.people.iter().enumerate() {
            let who = format!("seed {seed}, person {number}");
            assert!(person.has_joined, "{who} came in");
            assert_eq!(person.present, there, "{who} knows who is there");
            assert!(person.unanswered.is_empty(), "{who} was answered: {:?}", person.unanswered);
            self.heard_in_order(&person.heard, &who);
        }
    }

    /// Nothing twice, nothing in another order, nothing missing without a gap that was told.
    fn heard_in_order(&self, heard: &[Heard], who: &str) {
        let mut at = None;
        let mut is_told = false;
        for &each in heard {
            match each {
                Heard::Gap => is_told = true,
                Heard::After(id) => at = Some(self.place_after(id)),
                Heard::Message(id, payload) => {
                    let place = self.order.iter().position(|&(said, what, _)| said == id && what == payload).unwrap();
                    let before = at.unwrap();
                    assert!(before <= place, "{who}: {payload} comes late or twice; {heard:?}");
                    let missed = self.missed(before, place);
                    assert!(is_told || missed.is_empty(), "{who}: {missed:?} are missing; {heard:?}");
                    at = Some(place + 1);
                    is_told = false;
                }
            }
        }
        let missed = self.missed(at.unwrap_or(0), self.order.len());
        assert!(is_told || missed.is_empty(), "{who}: {missed:?} are missing at the end; {heard:?}");
    }

    fn place_after(&self, id: Option<MessageId>) -> usize {
        self.order.iter().filter(|&&(said, ..)| Some(said) <= id).count()
    }

    /// What was lost again may be heard, and may be not.
    fn missed(&self, from: usize, to: usize) -> Vec<u64> {
        self.order[from..to].iter().filter(|(.., is_lost)| !is_lost).map(|&(_, payload, _)| payload).collect()
    }
}
