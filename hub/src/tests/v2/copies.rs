//! Tests of the `deliver` trigger, which is asked for each recipient.

use serde_json::{Value, json};

use super::{Scene, TRIGGER, body, channel, server};
use crate::Answer;

fn scene() -> Scene {
    Scene::with_channel(json!({ "delivery": { "per_recipient": true, "guarantee": "at_least_once" },
        "triggers": { "deliver": TRIGGER }, "messages": [{ "name": "send" }, { "name": "others", "deliver_to": "others" }] }))
}

#[test]
fn the_trigger_drops_replaces_or_keeps_the_copy_of_one_recipient() {
    let mut scene = scene();
    let jack = scene.joins_as(7, "rooms/1");
    let others: Vec<_> = (10..15).map(|row| scene.joins_as(row, "rooms/1")).collect();
    scene.broadcasts_type(jack, "rooms/1", "others", "secret");
    assert_eq!(scene.hears_payloads(jack, "broadcast")[0]["delivered_local"], 5, "asked about");
    let calls = scene.asks_all();
    let person =
        |row: i64, name: &str| json!({ "extras": { "name": name }, "permissions": { "dbo_id": 5, "row_id": row } });
    let expected = json!({ "action": "deliver", "channel": "rooms/1", "type": "others", "params": { "room_id": "1" },
        "client": person(7, "Jack"), "recipient": person(10, "user 10"), "options": { "channel": "rooms/1" },
        "payload": "secret" });
    assert_eq!(body(&calls[0]), expected);
    let answers = [json!({ "hidden": true }), Value::Null, json!(7)];
    let mut calls = calls.into_iter();
    for (answer, call) in answers.into_iter().zip(calls.by_ref()) {
        scene.answers(call, answer);
    }
    for (call, answer) in calls.zip([Answer::NotJson, Answer::Failed]) {
        scene.answers_with(call, answer);
    }
    let heard: Vec<Vec<Value>> = others.iter().map(|&id| scene.hears_payloads(id, "message")).collect();
    let expected: [&[Value]; 5] = [&[json!({ "hidden": true })], &[], &[json!("secret")], &[json!("secret")], &[]];
    assert_eq!(heard, expected);
}

#[test]
fn copies_keep_the_order_of_the_channel_and_the_receipt_comes_after_the_own_copy() {
    let mut scene = scene();
    let jack = scene.joins_as(7, "rooms/1");
    scene.broadcasts(jack, "rooms/1", 1);
    scene.broadcasts(jack, "rooms/1", 2);
    let mut calls = scene.asks_all();
    scene.answers(calls.pop().unwrap(), json!({ "number": 2 }));
    assert!(scene.hears(jack).is_empty(), "the second copy waits for the first");
    scene.answers(calls.pop().unwrap(), json!("as it was"));
    let frames = scene.hears(jack);
    let summary: Vec<_> = frames.iter().map(|frame| (frame["action"].as_str().unwrap(), &frame["id"])).collect();
    let id = |number: u32| json!(format!("1788471242950-{number}"));
    assert_eq!(summary[0], ("message", &id(0)));
    assert_eq!((summary[1].0, summary[2], summary[3].0), ("broadcast", ("message", &id(1)), "broadcast"));
}

#[test]
fn no_receipt_is_lost_while_many_bytes_wait_for_its_sender() {
    let mut scene = scene();
    let jack = scene.joins_as(7, "rooms/1");
    for _ in 0..10 {
        scene.broadcasts(jack, "rooms/1", "x".repeat(200_000));
    }
    for call in scene.asks_all() {
        scene.answers(call, Value::Null);
    }
    assert_eq!(scene.hears_actions(jack), ["broadcast"; 10]);
}

#[test]
fn the_workspace_learns_how_many_members_its_message_is_for() {
    let mut scene = scene();
    scene.joins_as(7, "rooms/1");
    scene.joins_as(8, "rooms/1");
    scene.publishes("rooms/1", None, json!("news"));
    assert_eq!((scene.hub.published(), scene.asks_all().len()), (2, 2));
    scene.publishes("rooms/2", None, json!("news"));
    assert_eq!(scene.hub.published(), 0);
}

#[test]
fn a_recipient_that_leaves_is_forgotten_with_its_copies() {
    let mut scene = scene();
    let (jack, jill) = (scene.joins_as(7, "rooms/1"), scene.joins_as(8, "rooms/1"));
    scene.broadcasts_type(jack, "rooms/1", "others", "hi");
    scene.leaves(jill, "rooms/1");
    scene.join(jill, "rooms/1");
    scene.hears(jill);
    let call = scene.asks();
    scene.answers(call, json!(true));
    assert!(scene.hears(jill).is_empty());
}

#[test]
fn too_many_bytes_that_wait_for_one_recipient_are_not_delivered_to_it_and_come_with_the_next_join() {
    let mut scene = scene();
    let (jack, jill) = (scene.joins_as(7, "rooms/1"), scene.joins_as(8, "rooms/1"));
    for _ in 0..10 {
        scene.broadcasts_type(jack, "rooms/1", "others", "x".repeat(200_000));
    }
    let calls = scene.asks_all();
    assert_eq!(calls.len(), 6, "a mebibyte and one frame");
    assert_eq!(scene.hub.take_left_out(), 4);
    for call in calls {
        scene.answers(call, json!(true));
    }
    assert_eq!(scene.hears_payloads(jill, "message").len(), 6);
    assert_eq!(scene.hears_payloads(jack, "broadcast").len(), 10);
    scene.join(jill, "rooms/1");
    assert_eq!(scene.hears_payloads(jill, "replay").len(), 10);
}

#[test]
fn the_questions_about_one_message_are_bounded_in_bytes() {
    let mut scene = scene();
    let jack = scene.joins_as(7, "rooms/1");
    for row in 10..50 {
        scene.joins_as(row, "rooms/1");
    }
    scene.broadcasts(jack, "rooms/1", "small");
    assert_eq!(scene.asks_all().len(), 41);
    scene.broadcasts(jack, "rooms/1", "x".repeat(1024 * 1024));
    assert_eq!(scene.asks_all().len(), 16, "of 41 recipients");
    assert_eq!(scene.hub.take_left_out(), 25);
}

#[test]
fn an_error_does_not_overtake_the_receipt_of_an_earlier_message() {
    let mut scene = scene();
    let jack = scene.joins_as(7, "rooms/1");
    scene.broadcasts(jack, "rooms/1", "first");
    scene.broadcasts_type(jack, "rooms/1", "unknown", "second");
    scene.broadcasts_type(jack, "rooms/1", "others", "third");
    assert!(scene.hears(jack).is_empty(), "the client takes an error for the answer to its oldest message");
    let call = scene.asks();
    scene.answers(call, json!(true));
    assert_eq!(scene.hears_actions(jack), ["message", "broadcast", "error", "broadcast"]);
}

#[test]
fn a_sender_that_leaves_or_is_removed_gets_its_receipts_first() {
    let mut scene = scene();
    let jack = scene.joins_as(7, "rooms/1");
    scene.broadcasts(jack, "rooms/1", "delivered to the others");
    scene.leaves(jack, "rooms/1");
    assert_eq!(scene.hears_actions(jack), ["broadcast", "leave"]);
    scene.join(jack, "rooms/1");
    scene.broadcasts(jack, "rooms/1", "delivered to the others");
    scene.hears(jack);
    scene.applies(&server(json!([channel(json!({ "name": "other" }))])));
    assert_eq!(scene.hears_actions(jack), ["broadcast", "error", "leave"]);
}

#[test]
fn an_answer_about_a_channel_that_was_forgotten_does_not_decide_about_a_later_message() {
    let mut scene = Scene::with_channel(json!({ "delivery": { "per_recipient": true },
        "triggers": { "deliver": TRIGGER } }));
    let jack = scene.joins_as(7, "rooms/1");
    scene.broadcasts(jack, "rooms/1", "before");
    let before = scene.asks();
    scene.leaves(jack, "rooms/1");
    assert_eq!(scene.hub.channel_count(), 0);
    scene.join(jack, "rooms/1");
    scene.broadcasts(jack, "rooms/1", "after");
    scene.hears(jack);
    scene.answers(before, json!({ "about": "before" }));
    assert!(scene.hears(jack).is_empty());
    let after = scene.asks();
    scene.answers(after, json!(true));
    assert_eq!(scene.hears_payloads(jack, "message"), ["after"]);
}

#[test]
fn a_recipient_that_a_busy_trigger_leaves_out_is_counted() {
    let mut scene = scene();
    let (jack, jill) = (scene.joins_as(7, "rooms/1"), scene.joins_as(8, "rooms/1"));
    scene.broadcasts_type(jack, "rooms/1", "others", "hi");
    let call = scene.asks();
    scene.answers_with(call, Answer::Busy);
    assert!(scene.hears_payloads(jill, "message").is_empty());
    assert_eq!(scene.hub.take_left_out(), 1);
}
