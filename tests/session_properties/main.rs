//! What holds for every sequence of inputs, checked on random ones.

mod happening;
mod outputs;
mod recovery;
mod world;

use happening::happening;
use proptest::prelude::*;
use world::World;

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_sequence_of_inputs_keeps_the_promises(happenings in prop::collection::vec(happening(), 1..120)) {
        let mut world = World::default();
        for happening in &happenings {
            world.happens(happening);
        }
    }
}
