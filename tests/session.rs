//! The client's core against the server's hub, in virtual time.

mod virtual_time;

use serde_json::json;
use virtual_time::World;
use xano_wasm::session::Wishes;

const NOTHING: Wishes = Wishes { history: false, presence: false };
const HISTORY: Wishes = Wishes { history: true, presence: false };
const PRESENCE: Wishes = Wishes { history: false, presence: true };

#[test]
fn a_message_reaches_everybody_on_the_channel_and_its_sender() {
    let mut world = World::new(3);
    (0..3).for_each(|page| world.join(page, NOTHING));
    world.send(0, json!("hello"));
    for page in &world.pages {
        assert_eq!(page.payloads("message"), [&json!("hello")]);
    }
}

#[test]
fn what_was_sent_during_an_outage_arrives_once_and_in_order_after_it() {
    let mut world = World::new(2);
    (0..2).for_each(|page| world.join(page, NOTHING));
    world.server_dies();
    for number in 0..5 {
        world.send(0, json!(number));
        world.pass(400);
    }
    world.server_starts();
    world.pass(10_000);
    // The second page may have come back after the first one had sent everything: only the sender is certain.
    assert_eq!(world.pages[0].payloads("message"), [&json!(0), &json!(1), &json!(2), &json!(3), &json!(4)]);
}

#[test]
fn attempts_double_their_distance_and_the_application_is_told_after_three() {
    let mut world = World::new(1);
    world.join(0, NOTHING);
    world.server_dies();
    let mut waits = Vec::new();
    for _ in 0..7 {
        let wait = world.next_attempt_in_ms(0).expect("the page tries again");
        waits.push(wait);
        world.pass(wait);
    }
    assert_eq!(waits, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000]);
    assert_eq!(world.pages[0].told.iter().filter(|told| *told == "cannot connect").count(), 1);

    world.server_starts();
    world.pass(60_000);
    assert_eq!(world.pages[0].told.last().map(String::as_str), Some("connected"));
    world.connection_breaks(0);
    assert_eq!(world.next_attempt_in_ms(0), Some(1_000), "an opened socket starts over");
}

#[test]
fn who_comes_back_is_present_once_and_gets_the_history() {
    let mut world = World::new(2);
    world.join(0, PRESENCE);
    world.join(1, HISTORY);
    world.send(0, json!("kept"));
    world.connection_breaks(1);
    world.pass(1_000);
    let came_and_went: Vec<_> =
        world.pages[0].payloads("presence_update").iter().map(|update| update["action"].clone()).collect();
    assert_eq!(came_and_went, [json!("join"), json!("leave"), json!("join")]);
    let history = world.pages[1].payloads("history");
    assert_eq!(history.len(), 2, "once at each join");
    assert_eq!(history[1]["history"][0]["payload"], json!("kept"));
}

#[test]
fn who_leaves_while_waiting_for_the_next_attempt_does_not_come_back() {
    let mut world = World::new(1);
    world.join(0, NOTHING);
    world.server_dies();
    world.leave(0);
    world.server_starts();
    world.pass(120_000);
    assert_eq!(world.next_attempt_in_ms(0), None);
    assert_eq!(world.pages[0].payloads("join").len(), 1, "the one before the outage");
}

#[test]
fn wishing_more_on_a_joined_channel_asks_again() {
    let mut world = World::new(2);
    world.join(0, NOTHING);
    world.send(0, json!("kept"));
    world.join(0, HISTORY);
    world.join(0, HISTORY);
    assert_eq!(world.pages[0].payloads("join").len(), 2);
    assert_eq!(world.pages[0].payloads("history").len(), 1);
}
