//! Tests of triggers: which questions are asked, what their answers decide, and which commands wait for them.

use serde_json::{Value, json};

use super::{MARVEL, Scene, socket_of};
use crate::Settings;
use crate::{Answer, Call, ConnectionId};

const ROOM: &str = "room/1";

/// Returns a scene whose channels have both triggers.
fn scene() -> Scene {
    scene_with(json!({ "join": "http://x/join", "message": "http://x/message" }))
}

fn scene_with(triggers: Value) -> Scene {
    let row = json!({
        "wildcard": true, "presence": true, "history": 25, "triggers": triggers,
        "client_public_messaging": true, "client_private_messaging": true, "client_authenticated_messaging": true,
    });
    Scene::with_row("room/*", row)
}

impl Scene {
    /// Joins a channel whose trigger admits the client.
    fn joins_through_the_trigger(&mut self, name: &str, channel: &str) -> ConnectionId {
        let id = self.opens(name);
        self.join(id, channel, Value::Null);
        let call = self.asks();
        self.is_answered(call, Answer::NotJson);
        self.hears(id);
        id
    }
}

fn json_answer(value: Value) -> Answer {
    Answer::Json(serde_json::value::to_raw_value(&value).unwrap())
}

fn input(call: &Call) -> Value {
    serde_json::from_str(&call.input).unwrap()
}

#[test]
fn a_join_waits_for_its_trigger_which_receives_the_client() {
    let mut scene = scene();
    let jack = scene.opens_authenticated("jack");
    scene.join(jack, ROOM, json!({ "presence": true }));
    assert_eq!(scene.hears(jack), [] as [Value; 0]);
    let call = scene.asks();
    assert_eq!(call.url.as_str(), "http://x/join");
    let expected = json!({
        "action": "join", "channel": ROOM,
        "client": { "extras": { "name": "jack" }, "permissions": { "dbo_id": 5, "row_id": 7 } },
        "options": { "authenticated": true, "channel": ROOM },
        "payload": { "history": false, "presence": true },
    });
    assert_eq!(input(&call), expected);
    scene.is_answered(call, json_answer(json!({ "whatever": 1 })));
    assert_eq!(scene.hears_actions(jack), ["join", "presence_full"]);
}

#[test]
fn the_answer_false_refuses_a_join_and_any_other_answer_leaves_it_to_the_settings() {
    for (answer, code) in [
        (json_answer(json!(false)), Some("refused_by_trigger")),
        (json_answer(Value::Null), None),
        (Answer::NotJson, None),
        (Answer::Failed, Some("trigger_failed")),
        (Answer::Busy, Some("busy")),
    ] {
        let mut scene = scene();
        let jill = scene.opens("jill");
        scene.join(jill, ROOM, Value::Null);
        let call = scene.asks();
        scene.is_answered(call, answer);
        let frame = scene.hears(jill).remove(0);
        assert_eq!(frame["payload"]["code"].as_str(), code, "{frame}");
    }
    let mut scene = Scene::with_row(MARVEL, json!({ "anonymous_clients": false, "triggers": { "join": "http://x" } }));
    let jill = scene.opens("jill");
    scene.join(jill, MARVEL, Value::Null);
    let call = scene.asks();
    scene.is_answered(call, json_answer(json!(true)));
    assert_eq!(scene.hears_refusal(jill), "Anonymous clients cannot join this channel.");
}

#[test]
fn a_second_join_of_a_member_asks_no_trigger() {
    let mut scene = scene();
    let jill = scene.joins_through_the_trigger("jill", ROOM);
    scene.join(jill, ROOM, Value::Null);
    assert!(scene.asks_nothing());
    assert_eq!(scene.hears_actions(jill), ["join"]);
}

#[test]
fn the_answer_to_a_message_replaces_its_payload() {
    let mut scene = scene();
    let jill = scene.joins_through_the_trigger("jill", ROOM);
    scene.says(jill, "message", json!({ "channel": ROOM }), json!({ "text": "dash it" }));
    let call = scene.asks();
    assert_eq!(call.url.as_str(), "http://x/message");
    assert_eq!((&input(&call)["action"], &input(&call)["payload"]), (&json!("message"), &json!({ "text": "dash it" })));
    assert_eq!(input(&call)["options"], json!({ "authenticated": false, "channel": ROOM }));
    scene.is_answered(call, json_answer(json!({ "text": "***" })));
    assert_eq!(scene.hears_payloads(jill), [json!({ "text": "***" })]);
    scene.says(jill, "history", json!({ "channel": ROOM }), Value::Null);
    assert_eq!(scene.hears_payloads(jill)[0]["history"][0]["payload"], json!({ "text": "***" }), "kept like this");
}

#[test]
fn false_and_null_drop_a_message_and_a_failure_is_reported_to_its_sender() {
    for (answer, code) in [
        (json_answer(json!(false)), None),
        (json_answer(Value::Null), None),
        (Answer::NotJson, Some("trigger_failed")),
        (Answer::Failed, Some("trigger_failed")),
        (Answer::Busy, Some("busy")),
    ] {
        let mut scene = scene();
        let jill = scene.joins_through_the_trigger("jill", ROOM);
        scene.messages(jill, ROOM, "hello");
        let call = scene.asks();
        scene.is_answered(call, answer);
        let heard = scene.hears(jill);
        assert_eq!(heard.first().and_then(|frame| frame["payload"]["code"].as_str()), code);
        assert_eq!(heard.len(), usize::from(code.is_some()));
    }
}

#[test]
fn a_message_without_permission_asks_no_trigger() {
    let mut scene = scene();
    let jill = scene.joins_through_the_trigger("jill", ROOM);
    scene.says(jill, "message", json!({ "channel": ROOM, "authenticated": true }), Value::Null);
    scene.says(jill, "message", json!({ "channel": ROOM, "socketId": "nobody" }), Value::Null);
    assert!(scene.asks_nothing());
    assert_eq!(scene.hears_actions(jill), ["error", "error"]);
}

#[test]
fn a_private_message_stays_private_after_its_trigger() {
    let mut scene = scene();
    let jill = scene.joins_through_the_trigger("jill", ROOM);
    let jack = scene.joins_through_the_trigger("jack", ROOM);
    scene.says(jill, "message", json!({ "channel": ROOM, "socketId": socket_of("jack") }), json!("psst"));
    let call = scene.asks();
    scene.is_answered(call, json_answer(json!("shh")));
    assert_eq!(scene.hears_payloads(jack), ["shh"]);
    assert_eq!(scene.hears(jill), [] as [Value; 0]);
}

#[test]
fn frames_of_one_socket_on_one_channel_are_handled_in_order() {
    let mut scene = scene();
    let jill = scene.opens("jill");
    scene.join(jill, ROOM, Value::Null);
    scene.messages(jill, ROOM, "first");
    scene.messages(jill, ROOM, "second");
    scene.says(jill, "history", json!({ "channel": ROOM }), Value::Null);
    scene.leaves(jill, ROOM);
    assert_eq!(scene.hears(jill), [] as [Value; 0], "the join comes first");
    for answer in [json!(true), json!(1), json!(2)] {
        let call = scene.asks();
        scene.is_answered(call, json_answer(answer));
    }
    assert!(scene.asks_nothing());
    let frames = scene.hears(jill);
    let actions: Vec<_> = frames.iter().map(|frame| frame["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["join", "message", "message", "history", "leave"]);
    assert_eq!([&frames[1]["payload"], &frames[2]["payload"]], [&json!(1), &json!(2)]);
    assert!(scene.hub.waiting.is_empty());
}

#[test]
fn commands_behind_a_refused_join_are_refused_too() {
    let mut scene = scene();
    let jill = scene.opens("jill");
    scene.join(jill, ROOM, Value::Null);
    scene.messages(jill, ROOM, "let me in");
    let call = scene.asks();
    scene.is_answered(call, json_answer(json!(false)));
    let codes: Vec<_> = scene.hears_payloads(jill).into_iter().map(|mut payload| payload["code"].take()).collect();
    assert_eq!(codes, ["refused_by_trigger", "not_joined"]);
}

#[test]
fn other_channels_and_other_members_do_not_wait() {
    let mut scene = scene();
    let jill = scene.joins_through_the_trigger("jill", ROOM);
    let jack = scene.joins_through_the_trigger("jack", ROOM);
    scene.messages(jill, ROOM, "slow");
    let slow = scene.asks();
    scene.messages(jack, ROOM, "fast");
    let fast = scene.asks();
    scene.is_answered(fast, json_answer(json!("fast")));
    assert_eq!(scene.hears_payloads(jill), ["fast"]);
    scene.join(jill, "room/2", Value::Null);
    let elsewhere = scene.asks();
    scene.is_answered(elsewhere, Answer::NotJson);
    assert_eq!(scene.hears_actions(jill), ["join"]);
    scene.is_answered(slow, json_answer(json!("slow")));
    assert_eq!(scene.hears_payloads(jill), ["slow"]);
}

#[test]
fn an_answer_for_a_closed_socket_changes_nothing() {
    let mut scene = scene();
    let jill = scene.opens("jill");
    scene.join(jill, ROOM, Value::Null);
    let call = scene.asks();
    scene.closes(jill);
    scene.is_answered(call, json_answer(json!(true)));
    assert_eq!(scene.hub.channel_count(), 0);
    assert!(scene.hub.waiting.is_empty());
}

#[test]
fn at_most_a_megabyte_and_one_frame_wait_per_socket() {
    let mut scene = scene();
    let jill = scene.opens("jill");
    scene.join(jill, ROOM, Value::Null);
    let large = "x".repeat(200_000);
    for _ in 0..10 {
        scene.messages(jill, ROOM, &*large);
    }
    let refused = scene.hears_payloads(jill);
    assert_eq!((refused.len(), &refused[0]["code"]), (4, &json!("busy")));
}

#[test]
fn channels_without_triggers_ask_nothing() {
    let mut scene = Scene::new();
    let jill = scene.joins("jill", MARVEL);
    scene.messages(jill, MARVEL, "hello");
    assert!(scene.asks_nothing());
}

#[test]
fn an_answer_that_is_nested_too_deeply_counts_as_a_failure() {
    let mut scene =
        Scene::with_row("room", json!({ "client_public_messaging": true, "triggers": { "message": "http://x/" } }));
    let jill = scene.joins("jill", "room");
    scene.messages(jill, "room", "hello");
    let call = scene.asks();
    let deep = format!("{}{}", "[".repeat(129), "]".repeat(129));
    scene.is_answered(call, Answer::Json(serde_json::value::RawValue::from_string(deep).unwrap()));
    assert_eq!(scene.hears_refusal(jill), "The channel's trigger failed; nothing was done");
}

#[test]
fn a_join_is_asked_about_again_if_the_channel_has_another_trigger_when_the_answer_arrives() {
    let row = |pattern: &str, wildcard, trigger: &str| {
        json!({ "pattern": pattern, "wildcard": wildcard, "enabled": true, "anonymous_clients": true,
                "triggers": { "join": trigger } })
    };
    let settings = |rows: Value| Settings::parse(&json!({ "channels": rows }).to_string()).unwrap();
    let mut scene = Scene::with(settings(json!([row("room/*", true, "http://lenient/")])));
    let jill = scene.opens("jill");
    scene.join(jill, "room/1", Value::Null);
    let first = scene.asks();
    let rows = json!([row("room/*", true, "http://lenient/"), row("room/1", false, "http://strict/")]);
    let deliveries = scene.hub.apply(settings(rows));
    scene.deliver(deliveries);
    scene.is_answered(first, Answer::NotJson);
    assert_eq!(scene.hears(jill), [] as [Value; 0]);
    let second = scene.asks();
    assert_eq!(second.url.as_str(), "http://strict/");
    scene.is_answered(second, Answer::Json(serde_json::value::to_raw_value(&false).unwrap()));
    assert_eq!(scene.hears_refusal(jill), "The channel's trigger refused the join");
}
