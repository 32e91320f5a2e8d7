//! Tests of message handlers and join triggers, and of the order of frames while one is asked.

use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::{HANDLER, Scene, TRIGGER, body};
use crate::{Answer, ConnectionId};

fn scene_with_handler(changes: Value) -> (Scene, ConnectionId) {
    let mut message = json!({ "name": "send", "handler": HANDLER });
    message.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    let mut scene = Scene::with_channel(json!({ "messages": [message, { "name": "plain" }] }));
    let jill = scene.joins("rooms/42");
    (scene, jill)
}

#[test]
fn a_handler_is_asked_with_everything_that_it_needs_and_makes_the_message() {
    let mut scene = Scene::with_channel(json!({ "publish": { "who": "nobody", "direct": true },
        "messages": [{ "name": "send", "handler": HANDLER }] }));
    let jack = scene.joins_as(7, "rooms/42");
    let options = json!({ "channel": "rooms/42", "to": { "dbo_id": 5, "row_id": "8" } });
    scene.says(jack, json!({ "action": "broadcast", "type": "send", "options": options, "payload": { "body": "hi" } }));
    let call = scene.asks();
    assert_eq!(call.url.as_str(), HANDLER);
    let client = json!({ "extras": { "name": "Jack" }, "permissions": { "dbo_id": 5, "row_id": 7 } });
    let expected = json!({ "action": "broadcast", "channel": "rooms/42", "type": "send", "params": { "room_id": "42" },
        "client": client, "options": { "channel": "rooms/42", "to": { "dbo_id": 5, "row_id": 8 } },
        "payload": { "body": "hi" } });
    assert_eq!(body(&call), expected);
    let john = scene.joins_as(8, "rooms/42");
    scene.answers(call, json!({ "body": "HI" }));
    assert_eq!(scene.hears_payloads(john, "message"), [json!({ "body": "HI" })]);
    assert_eq!(scene.hears_payloads(jack, "broadcast"), [json!({ "delivered_local": 1, "direct": true })]);
}

#[test]
fn null_drops_a_message_and_other_falsy_answers_are_delivered() {
    let (mut scene, jill) = scene_with_handler(json!({}));
    for (answer, payloads, receipt) in [
        (Value::Null, vec![], json!({ "delivered_local": 0, "dropped": true })),
        (json!(false), vec![json!(false)], json!({ "delivered_local": 1 })),
        (json!(0), vec![json!(0)], json!({ "delivered_local": 1 })),
        (json!(""), vec![json!("")], json!({ "delivered_local": 1 })),
    ] {
        scene.broadcasts(jill, "rooms/42", "hi");
        let call = scene.asks();
        scene.answers(call, answer);
        let mut frames = scene.hears(jill);
        assert_eq!(frames.pop().unwrap()["payload"], receipt);
        assert_eq!(frames.iter().map(|frame| frame["payload"].clone()).collect::<Vec<_>>(), payloads);
    }
}

#[test]
fn a_handler_that_fails_refuses_the_message_or_lets_it_through_as_the_settings_say() {
    let deep = serde_json::value::RawValue::from_string(format!("{}{}", "[".repeat(200), "]".repeat(200))).unwrap();
    let failures = || [Answer::Failed, Answer::NotJson, Answer::Busy, Answer::Json(deep.clone())];
    let (mut scene, jill) = scene_with_handler(json!({}));
    for failure in failures() {
        let is_busy = matches!(failure, Answer::Busy);
        scene.broadcasts(jill, "rooms/42", "hi");
        let call = scene.asks();
        scene.answers_with(call, failure);
        let refusal = scene.hears_refusal(jill);
        assert!(refusal.starts_with(if is_busy {
            "The message handler is busy"
        } else {
            "The message handler failed"
        }));
    }
    let (mut scene, jill) = scene_with_handler(json!({ "on_failure": "deliver" }));
    for failure in failures() {
        scene.broadcasts(jill, "rooms/42", "hi");
        let call = scene.asks();
        scene.answers_with(call, failure);
        assert_eq!(scene.hears_payloads(jill, "message"), ["hi"]);
    }
}

#[test]
fn frames_of_one_socket_and_channel_are_answered_in_order_while_a_handler_runs() {
    let (mut scene, jill) = scene_with_handler(json!({}));
    scene.join(jill, "rooms/43");
    scene.hears(jill);
    scene.broadcasts(jill, "rooms/42", "first");
    scene.broadcasts_type(jill, "rooms/42", "plain", "second");
    scene.broadcasts_type(jill, "rooms/42", "unknown", "third");
    scene.sends(jill, r#"{"action":"history","channel":"rooms/42"}"#);
    scene.broadcasts(jill, "rooms/42", "fourth");
    scene.leaves(jill, "rooms/42");
    assert!(scene.hears(jill).is_empty());
    scene.broadcasts_type(jill, "rooms/43", "plain", "another channel");
    scene.sends(jill, r#"{"action":"ping"}"#);
    assert_eq!(scene.hears_actions(jill), ["message", "broadcast", "pong"], "nothing else waits");
    let other = scene.joins("rooms/42");
    scene.broadcasts_type(other, "rooms/42", "plain", "another socket");
    assert_eq!(scene.hears_payloads(jill, "message"), ["another socket"]);

    let call = scene.asks();
    scene.answers(call, json!("FIRST"));
    let actions = ["message", "broadcast", "message", "broadcast", "error", "error"];
    assert_eq!(scene.hears_actions(jill), actions);
    let call = scene.asks();
    scene.answers(call, json!("FOURTH"));
    assert_eq!(scene.hears_actions(jill), ["message", "broadcast", "leave"]);
    assert_eq!(scene.hears_payloads(other, "message"), ["another socket", "FIRST", "second", "FOURTH"]);
}

#[test]
fn what_finds_no_room_behind_a_handler_is_refused_in_its_turn() {
    let (mut scene, jill) = scene_with_handler(json!({}));
    scene.broadcasts(jill, "rooms/42", "first");
    let call = scene.asks();
    let large = "x".repeat(300_000);
    for _ in 0..6 {
        scene.broadcasts_type(jill, "rooms/42", "plain", large.clone());
    }
    assert!(scene.hears(jill).is_empty());
    scene.answers(call, json!("done"));
    let actions = scene.hears_actions(jill);
    assert_eq!(actions.iter().filter(|action| *action == "broadcast").count(), 1 + 4, "a mebibyte and one frame");
    assert_eq!(actions[actions.len() - 2..], ["error", "error"]);

    scene.broadcasts(jill, "rooms/42", "again");
    let call = scene.asks();
    for _ in 0..10_000 {
        scene.sends(jill, r#"{"action":"history","channel":"rooms/42"}"#);
    }
    let refused_at_once = scene.hears_actions(jill).len();
    assert!((1..=2_000).contains(&refused_at_once), "{refused_at_once}");
    scene.answers(call, Value::Null);
    assert_eq!(scene.hears_actions(jill).len(), 1 + 10_000 - refused_at_once, "every frame has an answer");
}

#[test]
fn a_join_trigger_admits_or_denies_with_its_reason() {
    let mut scene = Scene::with_channel(json!({ "triggers": { "join": TRIGGER } }));
    let jill = scene.opens();
    scene.join_with(jill, "rooms/42", "a-client");
    scene.broadcasts(jill, "rooms/42", "behind the join");
    let call = scene.asks();
    let client = json!({ "extras": {}, "permissions": { "dbo_id": 0, "row_id": 0 } });
    let expected = json!({ "action": "join", "channel": "rooms/42", "params": { "room_id": "42" }, "client": client,
        "options": { "channel": "rooms/42", "client_id": "a-client" }, "payload": null });
    assert_eq!(body(&call), expected);
    scene.answers(call, json!({ "allowed": "yes", "reason": "Not today" }));
    let messages: Vec<_> = scene.hears_payloads(jill, "error").iter().map(|it| it["message"].clone()).collect();
    assert_eq!(messages, ["Not today", "Client is not connected to this channel"]);
    for (answer, text) in [
        (Answer::Failed, "Join denied"),
        (Answer::Busy, "The channel's trigger is busy; nothing was done, try again later"),
    ] {
        scene.join(jill, "rooms/42");
        let call = scene.asks();
        scene.answers_with(call, answer);
        assert_eq!(scene.hears_refusal(jill), text);
    }
    scene.join(jill, "rooms/42");
    let call = scene.asks();
    scene.answers(call, json!({ "allowed": true }));
    assert_eq!(scene.hears_actions(jill), ["join"]);
    scene.join(jill, "rooms/42");
    scene.asks();
}

#[test]
fn a_leave_trigger_is_told_once_for_each_leave() {
    let mut scene = Scene::with_channel(json!({ "triggers": { "leave": TRIGGER } }));
    let jill = scene.joins("rooms/42");
    scene.leaves(jill, "rooms/42");
    let call = scene.asks();
    assert_eq!((&body(&call)["action"], &body(&call)["params"]), (&json!("leave"), &json!({ "room_id": "42" })));
    scene.answers(call, Value::Null);
    scene.leaves(jill, "rooms/42");
    assert!(scene.asks_all().is_empty());
    scene.join(jill, "rooms/42");
    scene.closes(jill);
    scene.asks();
}

#[test]
fn a_join_waits_until_the_leave_trigger_has_heard_of_the_leave_before() {
    let mut scene = Scene::with_channel(json!({ "triggers": { "join": HANDLER, "leave": TRIGGER } }));
    let jill = scene.opens();
    scene.join(jill, "rooms/42");
    let call = scene.asks();
    scene.answers(call, json!(true));
    scene.leaves(jill, "rooms/42");
    scene.join(jill, "rooms/42");
    scene.leaves(jill, "rooms/42");
    assert_eq!(scene.hears_actions(jill), ["join", "leave"]);
    for (url, answer) in [(TRIGGER, Answer::Failed), (HANDLER, Answer::Json(RawValue::TRUE.to_owned()))] {
        let call = scene.asks();
        assert_eq!(call.url.as_str(), url);
        scene.answers_with(call, answer);
    }
    assert_eq!(scene.hears_actions(jill), ["join", "leave"]);
    let call = scene.asks();
    assert_eq!(call.url.as_str(), TRIGGER);
    scene.closes(jill);
    scene.answers_with(call, Answer::Busy);
}

#[test]
fn a_join_trigger_that_admits_a_socket_that_has_closed_hears_that_it_is_gone() {
    let mut scene = Scene::with_channel(json!({ "triggers": { "join": HANDLER, "leave": TRIGGER } }));
    let jill = scene.opens();
    scene.join(jill, "rooms/1");
    scene.join(jill, "rooms/2");
    scene.broadcasts(jill, "rooms/2", "behind the join");
    let calls = scene.asks_all();
    scene.closes(jill);
    assert!(scene.asks_all().is_empty(), "not before the other request has ended");
    for (call, told) in calls.into_iter().zip([vec![], vec![json!({ "room_id": "2" })]]) {
        scene.answers(call, json!(!told.is_empty()));
        let calls: Vec<_> = scene.asks_all().iter().map(body).collect();
        assert_eq!(calls.iter().map(|body| body["params"].clone()).collect::<Vec<_>>(), told);
        assert!(calls.iter().all(|body| body["action"] == "leave"));
    }
    assert_eq!((scene.hub.channel_count(), scene.hub.census().connections), (0, 0));
}

#[test]
fn a_closed_socket_receives_nothing_of_what_its_handler_makes() {
    let (mut scene, jill) = scene_with_handler(json!({}));
    let jack = scene.joins("rooms/42");
    scene.broadcasts(jill, "rooms/42", "hi");
    let call = scene.asks();
    scene.closes(jill);
    scene.answers(call, json!("HI"));
    assert!(scene.hears(jack).is_empty() && scene.hears(jill).is_empty());
}
