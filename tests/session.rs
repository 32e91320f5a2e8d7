//! The client's core against the server's hub, in virtual time.

mod virtual_time;

use serde_json::json;
use virtual_time::World;
use xano_realtime_protocol::CloseCode;
use xano_wasm::engine::JoinOptions;

const NOTHING: JoinOptions = JoinOptions::NONE;
const HISTORY: JoinOptions = JoinOptions::HISTORY;
const PRESENCE: JoinOptions = JoinOptions::PRESENCE;

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
    world.pass(10_000);
    world.connection_breaks(0);
    assert_eq!(world.next_attempt_in_ms(0), Some(1_000), "a connection that joined and lasted starts over");
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

/// The waits before each of three further attempts. Every connection ends with that code, so long after it was made.
fn waits_after(world: &mut World, code: CloseCode, lasts_ms: u64) -> [u64; 3] {
    std::array::from_fn(|_| {
        world.pass(lasts_ms);
        world.server_closes(0, code);
        let wait = world.next_attempt_in_ms(0).expect("the page tries again");
        world.pass(wait);
        wait
    })
}

#[test]
fn the_delays_grow_where_a_server_acknowledges_the_join_and_then_closes() {
    for answers_pings in [false, true] {
        let mut world = World::new(1);
        world.answers_pings = answers_pings;
        world.join(0, NOTHING);
        assert_eq!(waits_after(&mut world, CloseCode::ABNORMAL, 0), [1_000, 2_000, 4_000]);
        assert_eq!(waits_after(&mut world, CloseCode::ABNORMAL, 9_999), [8_000, 16_000, 32_000]);
    }
}

#[test]
fn an_own_message_that_comes_back_does_not_make_a_young_connection_a_good_one() {
    let mut world = World::new(1);
    world.answers_pings = true;
    world.join(0, NOTHING);
    world.connection_breaks(0);
    world.pass(1_000);
    world.send(0, json!("comes back"));
    world.pass(9_999);
    world.connection_breaks(0);
    assert_eq!(world.next_attempt_in_ms(0), Some(2_000));
}

#[test]
fn the_delays_start_over_after_a_connection_that_joined_and_lasted_ten_seconds() {
    for answers_pings in [false, true] {
        let mut world = World::new(1);
        world.answers_pings = answers_pings;
        world.join(0, NOTHING);
        assert_eq!(waits_after(&mut world, CloseCode::ABNORMAL, 10_000), [1_000, 1_000, 1_000]);
    }
}

#[test]
fn where_no_join_is_acknowledged_the_delays_start_over_after_a_connection_that_lasted_sixty_seconds() {
    let mut world = World::new(1);
    world.acknowledges = false;
    world.join(0, NOTHING);
    assert_eq!(waits_after(&mut world, CloseCode::ABNORMAL, 59_999), [1_000, 2_000, 4_000]);
    assert_eq!(waits_after(&mut world, CloseCode::ABNORMAL, 60_000), [1_000, 1_000, 1_000]);
}

#[test]
fn the_delays_grow_with_every_1013_and_start_over_after_another_end() {
    let mut world = World::new(1);
    world.join(0, NOTHING);
    assert_eq!(waits_after(&mut world, CloseCode::TRY_AGAIN_LATER, 60_000), [1_000, 2_000, 4_000]);
    assert_eq!(waits_after(&mut world, CloseCode::RESTART, 60_000), [1_000, 1_000, 1_000]);
}

#[test]
fn a_network_that_vanishes_is_noticed_within_twenty_seconds_where_pings_are_answered() {
    let mut world = World::new(1);
    world.answers_pings = true;
    world.join(0, NOTHING);
    world.pass(60_000);
    assert_eq!(world.pages[0].pings, 4, "one after each 15 seconds of silence");
    assert_eq!(world.pages[0].told, ["connected"]);

    world.network_vanishes(0);
    world.pass(19_999);
    assert_eq!(world.pages[0].told, ["connected"]);
    world.pass(1_001);
    assert_eq!(world.pages[0].told, ["connected", "disconnected", "connected"]);
}

#[test]
fn where_pings_are_answered_an_own_message_that_does_not_come_back_is_noticed_within_ten_seconds() {
    let mut world = World::new(1);
    world.answers_pings = true;
    world.join(0, NOTHING);
    world.send(0, json!("comes back"));
    world.pass(7_000);
    assert_eq!(world.pages[0].pings, 1, "after five seconds of silence");

    world.pass(5_000);
    world.network_vanishes(0);
    world.send(0, json!("lost"));
    world.pass(1_000);
    world.send(0, json!("lost too"));
    world.pass(8_999);
    assert_eq!((world.pages[0].pings, world.pages[0].told.len()), (2, 1));
    world.pass(1_001);
    assert_eq!(world.pages[0].told, ["connected", "disconnected", "connected"]);
}

#[test]
fn no_ping_is_sent_to_a_server_that_has_not_offered_to_answer() {
    let mut world = World::new(1);
    world.join(0, NOTHING);
    world.pass(600_000);
    assert_eq!(world.pages[0].pings, 0);
    assert_eq!(world.pages[0].told, ["connected"], "silence alone proves nothing");
}

#[test]
fn without_pings_an_own_message_that_does_not_come_back_shows_that_nobody_is_there() {
    let mut world = World::new(1);
    world.join(0, NOTHING);
    world.send(0, json!("comes back"));
    world.pass(60_000);
    assert_eq!(world.pages[0].told, ["connected"]);

    world.network_vanishes(0);
    world.send(0, json!("lost"));
    world.pass(9_999);
    assert_eq!(world.pages[0].told, ["connected"]);
    world.pass(1_001);
    assert_eq!(world.pages[0].told, ["connected", "disconnected", "connected"]);
}

#[test]
fn a_page_that_comes_back_connects_at_once() {
    let mut world = World::new(1);
    world.join(0, NOTHING);
    world.connection_breaks(0);
    world.resumes(0, false);
    assert_eq!(world.pages[0].told, ["connected", "disconnected", "connected"]);
    assert_eq!(world.now_ms, 0);
}

#[test]
fn a_socket_that_may_have_died_in_its_sleep_is_replaced_or_asked() {
    let mut world = World::new(1);
    world.join(0, NOTHING);
    world.resumes(0, false);
    assert_eq!(world.pages[0].told, ["connected"], "it was not asleep");
    world.resumes(0, true);
    assert_eq!(world.pages[0].told, ["connected", "disconnected", "connected"]);

    let mut world = World::new(1);
    world.answers_pings = true;
    world.join(0, NOTHING);
    world.resumes(0, true);
    assert_eq!((world.pages[0].pings, world.pages[0].told.len()), (1, 1));
    world.connection_breaks(0);
    assert_eq!(world.next_attempt_in_ms(0), Some(0), "there has been enough waiting");
}

#[test]
fn a_sleep_that_a_socket_outlives_changes_no_delay() {
    let mut world = World::new(1);
    world.answers_pings = true;
    world.join(0, NOTHING);
    world.connection_breaks(0);
    world.pass(1_000);
    world.resumes(0, true);
    world.pass(5_000);
    world.connection_breaks(0);
    assert_eq!(world.next_attempt_in_ms(0), Some(2_000));
}

#[test]
fn a_long_queue_goes_out_in_order_and_no_faster_than_servers_take_it() {
    let mut world = World::new(1);
    world.join(0, NOTHING);
    world.server_dies();
    for number in 0..1_000 {
        world.send(0, json!(number));
    }
    world.server_starts();
    let attempt = world.next_attempt_in_ms(0).expect("the page tries again");
    world.pass(attempt);
    let at_once = world.pages[0].payloads("message").len();
    world.send(0, json!("later"));
    world.pass(10_000);
    let all: Vec<_> = (0..1_000).map(|number| json!(number)).chain([json!("later")]).collect();
    assert_eq!(world.pages[0].payloads("message"), all.iter().collect::<Vec<_>>());
    assert_eq!(at_once, 400);
}

/// Fills the queues of four channels with frames of so many bytes while the server is down. Says how many frames were
/// taken; after the time that the server needs for them it has refused none, and every one has come back.
fn four_full_queues_are_delivered(frame_bytes: usize) -> usize {
    let mut world = World::new(1);
    (0..4).for_each(|channel| world.join_channel(0, channel, NOTHING));
    world.server_dies();
    let text = "x".repeat(frame_bytes);
    let mut taken = vec![];
    for number in 0..4_000 {
        let refused = world.pages[0].told.len();
        let payload = json!([number, text]);
        world.send_on(0, number % 4, payload.clone());
        if world.pages[0].told.len() == refused {
            taken.push(payload);
        }
    }
    world.server_starts();
    world.pass(120_000);
    assert_eq!(world.refusals, 0);
    let mut back: Vec<_> = world.pages[0].payloads("message").into_iter().cloned().collect();
    back.sort_by_key(|payload| payload[0].as_u64());
    assert!(back == taken, "{} of {} came back", back.len(), taken.len());
    taken.len()
}

#[test]
fn several_full_queues_are_delivered_without_a_refusal_whatever_the_size_of_their_frames() {
    assert_eq!(four_full_queues_are_delivered(10), 4_000);
    assert_eq!(four_full_queues_are_delivered(1_000), 3_904);
    assert_eq!(four_full_queues_are_delivered(20_000), 208);
    assert_eq!(four_full_queues_are_delivered(250_000), 16);
}
