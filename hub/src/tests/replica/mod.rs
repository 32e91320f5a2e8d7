//! A simulation of hubs that share a channel on a model of Redis. Messages in transit arrive in a random order, while
//! connections break, servers die, and Redis loses data or falls back to an earlier state.
//!
//! A failure prints its seed, which reproduces it.

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
/// The model keeps few entries, so that some runs lose entries.
const KEPT: usize = HISTORY + 1;
const NODES: usize = 3;
const PEOPLE: usize = 6;
const STEPS: usize = 600;
const SEEDS: u64 = 300;

#[test]
fn all_clients_receive_one_order_and_the_right_presence_whatever_fails() {
    for seed in 0..SEEDS {
        World::new(seed).lives(Faults::default()).agrees();
    }
}

#[test]
fn lost_data_is_reported_and_all_servers_agree_again() {
    for seed in 0..SEEDS {
        World::new(seed).lives(Faults { of_redis: true, ..Faults::default() }).agrees();
    }
}

#[test]
fn all_servers_agree_again_after_a_full_redis_has_refused_some_requests() {
    for seed in 0..SEEDS {
        World::new(seed).lives(Faults { of_memory: true, ..Faults::default() }).agrees();
    }
}

#[derive(Clone, Copy, Default)]
struct Faults {
    /// Whether Redis restarts, empty or in an earlier state.
    of_redis: bool,
    /// Whether Redis is full at times.
    of_memory: bool,
}

struct World {
    seed: u64,
    dice: Rng,
    redis: Redis,
    /// An earlier state of Redis.
    saved: Redis,
    nodes: Vec<Node>,
    people: Vec<Person>,
    /// All appended entries in their order, each with whether it was lost later.
    order: Vec<(MessageId, u64, bool)>,
    next_payload: u64,
    names: u64,
    now: Duration,
    /// Whether Redis refuses everything that needs memory.
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
                // The lease of a living server has expired.
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

    /// Delivers everything in transit.
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
            // The join was refused.
            if !self.people[person].has_joined {
                self.goes(person);
            }
        }
        for person in 0..PEOPLE {
            self.comes(person, person % NODES);
        }
        self.settles();
        // After everything else, one last message must reach every client.
        self.says(0);
        self.settles();
        let seed = self.seed;
        let there: HashSet<_> = self.people.iter().map(|person| person.socket_id.clone()).collect();
        assert_eq!(self.redis.members.keys().cloned().collect::<HashSet<_>>(), there, "seed {seed}: who is there");
        // Lost entries have lost their idempotency keys too.
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

    /// Checks that nothing was received twice or out of order, and that nothing is missing without a gap.
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

    /// Returns the entries that a client must have received. Lost entries may have been received or not.
    fn missed(&self, from: usize, to: usize) -> Vec<u64> {
        self.order[from..to].iter().filter(|(.., is_lost)| !is_lost).map(|&(_, payload, _)| payload).collect()
    }
}
