//! Realtime V2 as the engine speaks it, in virtual time: random services, networks and handlers around one session.

mod happening;
mod outputs;
mod world;

use happening::happening;
use proptest::prelude::*;
use world::World;

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_sequence_keeps_the_promises_of_v2(happenings in prop::collection::vec(happening(), 1..120)) {
        let mut world = World::default();
        for happening in happenings {
            world.happens(happening);
        }
        world.everything_is_acknowledged_in_the_end();
    }
}
