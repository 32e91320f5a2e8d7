//! Messages with an idempotency key: delivered once however often they are sent, and answered each time.

use std::time::Duration;

use serde_json::{Value, json};

use super::{MARVEL, Scene, socket_of};
use crate::{Answer, Call, ConnectionId};

const ROOM: &str = "room/1";
const KEY: &str = "a key that nobody guesses";

impl Scene {
    fn publishes(&mut self, id: ConnectionId, channel: &str, options: Value, payload: impl Into<Value>) {
        let mut full = json!({ "channel": channel, "key": KEY });
        full.as_object_mut().unwrap().extend(options.as_object().unwrap().clone());
        self.says(id, "message", full, payload.into());
    }

    /// Returns the only answer that a client received, which must contain the key.
    fn hears_answer(&mut self, id: ConnectionId) -> Value {
        let mut frames = self.hears(id);
        assert_eq!(frames.len(), 1, "{frames:?}");
        assert_eq!(frames[0]["options"]["key"], KEY, "{frames:?}");
        frames.remove(0)
    }
}

fn ack(channel: &str, id: Value, dropped: bool) -> Value {
    json!({ "action": "ack", "client": null, "options": { "channel": channel, "key": KEY },
            "payload": { "id": id, "dropped": dropped } })
}

/// Returns a scene with a trigger for messages.
fn with_trigger() -> Scene {
    let row = json!({ "wildcard": true, "history": 25, "client_public_messaging": true,
                      "client_private_messaging": true, "triggers": { "message": "http://x/" } });
    Scene::with_row("room/*", row)
}

fn json_answer(value: Value) -> Answer {
    Answer::Json(serde_json::value::to_raw_value(&value).unwrap())
}

#[test]
fn only_the_echo_contains_the_key_and_no_other_copy_nor_the_history() {
    let mut scene = Scene::new();
    let [jill, jack] = ["jill", "jack"].map(|name| scene.joins(name, MARVEL));
    scene.hears(jill);
    scene.publishes(jill, MARVEL, json!({}), "hello");
    let mut echo = scene.hears_answer(jill);
    echo["options"].as_object_mut().unwrap().remove("key");
    assert_eq!(scene.hears(jack), [echo.clone()], "it is the same otherwise");
    scene.says(jack, "history", json!({ "channel": MARVEL }), Value::Null);
    assert_eq!(scene.hears_payloads(jack), [json!({ "history": [echo] })]);
}

#[test]
fn a_repeated_message_is_answered_with_the_same_echo_and_reaches_no_other_member() {
    let mut scene = Scene::new();
    let [jill, jack] = ["jill", "jack"].map(|name| scene.joins(name, MARVEL));
    scene.hears(jill);
    scene.publishes(jill, MARVEL, json!({}), Value::Null);
    let echo = scene.hears_answer(jill);
    scene.publishes(jill, MARVEL, json!({}), Value::Null);
    assert_eq!(scene.hears_answer(jill), echo);
    scene.closes(jill);
    scene.hears(jack);
    let again = scene.joins("jill again", MARVEL);
    scene.hears(jack);
    scene.publishes(again, MARVEL, json!({}), Value::Null);
    assert_eq!(scene.hears_answer(again), echo, "whatever the socket, in the words of the first");
    scene.says(jack, "history", json!({ "channel": MARVEL }), Value::Null);
    assert_eq!(scene.hears_payloads(jack)[0]["history"].as_array().unwrap().len(), 1);
}

#[test]
fn a_repeated_message_that_is_not_kept_is_acknowledged_with_its_id_even_if_the_channel_was_forgotten() {
    let mut scene = Scene::with_row("room/*", json!({ "wildcard": true, "client_public_messaging": true }));
    let jill = scene.joins("jill", ROOM);
    scene.publishes(jill, ROOM, json!({}), "hello");
    assert_eq!(scene.hears_answer(jill)["options"]["id"], "0-1");
    scene.closes(jill);
    assert_eq!(scene.hub.channel_count(), 0);
    let jill = scene.joins("jill again", ROOM);
    scene.publishes(jill, ROOM, json!({}), "hello");
    assert_eq!(scene.hears_answer(jill), ack(ROOM, json!("0-1"), false));
}

#[test]
fn an_echo_for_authenticated_members_is_not_repeated_to_an_anonymous_client() {
    let mut scene = Scene::new();
    let jack = scene.opens_authenticated("Jack");
    scene.join(jack, MARVEL, Value::Null);
    scene.hears(jack);
    scene.publishes(jack, MARVEL, json!({ "authenticated": true }), "members only");
    let echo = scene.hears_answer(jack);
    scene.publishes(jack, MARVEL, json!({ "authenticated": true }), "members only");
    assert_eq!(scene.hears_answer(jack), echo);
    let expired = scene.joins("expired", MARVEL);
    scene.publishes(expired, MARVEL, json!({ "authenticated": true }), "members only");
    assert_eq!(scene.hears_answer(expired), ack(MARVEL, json!("0-1"), false));
}

#[test]
fn a_private_message_is_acknowledged_each_time_and_delivered_once() {
    let mut scene = Scene::new();
    let [jill, jack] = ["jill", "jack"].map(|name| scene.joins(name, MARVEL));
    scene.hears(jill);
    for whispers in [1, 0] {
        scene.publishes(jill, MARVEL, json!({ "socketId": socket_of("jack") }), "psst");
        assert_eq!(scene.hears_answer(jill), ack(MARVEL, Value::Null, false));
        let heard = scene.hears(jack);
        assert_eq!(heard.len(), whispers);
        assert!(heard.iter().all(|frame| frame["options"].get("key").is_none()));
    }
    scene.publishes(jack, MARVEL, json!({ "socketId": socket_of("jack"), "key": "another" }), "to myself");
    let actions = scene.hears_actions(jack);
    assert_eq!(actions, ["message", "ack"], "the whisper itself is no answer");
}

#[test]
fn a_refusal_contains_the_key_and_is_not_remembered() {
    let mut scene = Scene::new();
    let jill = scene.joins("jill", MARVEL);
    scene.publishes(jill, MARVEL, json!({ "socketId": socket_of("jack") }), "psst");
    assert_eq!(scene.hears_answer(jill)["payload"]["code"], "not_connected");
    let jack = scene.joins("jack", MARVEL);
    scene.hears(jill);
    scene.publishes(jill, MARVEL, json!({ "socketId": socket_of("jack") }), "psst");
    assert_eq!(scene.hears_answer(jill), ack(MARVEL, Value::Null, false));
    assert_eq!(scene.hears_payloads(jack), ["psst"]);
    scene.publishes(jill, MARVEL, json!({ "socketId": 7 }), "psst");
    assert_eq!(scene.hears_answer(jill)["payload"]["code"], "bad_frame");
}

#[test]
fn a_repeated_message_of_a_non_member_is_refused() {
    let mut scene = Scene::new();
    let jill = scene.joins("jill", MARVEL);
    scene.publishes(jill, MARVEL, json!({}), "hello");
    let stranger = scene.opens("stranger");
    scene.publishes(stranger, MARVEL, json!({}), "hello");
    assert_eq!(scene.hears_answer(stranger)["payload"]["code"], "not_joined");
}

#[test]
fn a_key_belongs_to_a_channel_and_is_forgotten_after_two_minutes() {
    let mut scene = Scene::with_row("room/*", json!({ "wildcard": true, "client_public_messaging": true }));
    let jill = scene.joins("jill", ROOM);
    scene.join(jill, "room/2", Value::Null);
    scene.hears(jill);
    let mut says_at = |seconds, channel| {
        scene.hub.advance(Duration::from_secs(seconds));
        scene.publishes(jill, channel, json!({}), "hello");
        scene.hears_answer(jill)["action"].as_str().unwrap().to_owned()
    };
    assert_eq!(says_at(0, ROOM), "message");
    assert_eq!(says_at(1, "room/2"), "message");
    assert_eq!(says_at(119, ROOM), "ack");
    assert_eq!(says_at(120, ROOM), "message", "is a new one");
    assert_eq!(says_at(120, "room/2"), "ack");
}

#[test]
fn a_message_that_a_trigger_drops_is_acknowledged_and_its_repeat_asks_no_trigger() {
    for answer in [json!(false), Value::Null] {
        let mut scene = with_trigger();
        let jill = scene.joins("jill", ROOM);
        scene.publishes(jill, ROOM, json!({}), "hello");
        let call = scene.asks();
        scene.is_answered(call, json_answer(answer));
        assert_eq!(scene.hears_answer(jill), ack(ROOM, Value::Null, true));
        scene.publishes(jill, ROOM, json!({}), "hello");
        assert!(scene.asks_nothing());
        assert_eq!(scene.hears_answer(jill), ack(ROOM, Value::Null, true));
    }
}

/// Jill and Jack send the same message, and the trigger is asked once.
fn asked_once(scene: &mut Scene) -> (ConnectionId, ConnectionId, Call) {
    let [jill, jack] = ["jill", "jack"].map(|name| scene.joins(name, ROOM));
    scene.publishes(jill, ROOM, json!({}), "hello");
    let call = scene.asks();
    scene.publishes(jack, ROOM, json!({}), "hello");
    scene.says(jack, "history", json!({ "channel": ROOM }), Value::Null);
    assert!(scene.asks_nothing() && scene.hears(jack).is_empty(), "waits, and so does what comes behind it");
    (jill, jack, call)
}

#[test]
fn a_repeated_message_waits_for_the_trigger_of_the_first_and_is_answered_once() {
    let mut scene = with_trigger();
    let (jill, jack, call) = asked_once(&mut scene);
    scene.is_answered(call, json_answer(json!("***")));
    let echo = scene.hears_answer(jill);
    assert_eq!(echo["payload"], "***");
    let frames = scene.hears(jack);
    let actions: Vec<_> = frames.iter().map(|frame| frame["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["message", "message", "history"], "its own copy of the first, the answer, the rest");
    assert_eq!((frames[0]["options"].get("key"), &frames[1]), (None, &echo));
    assert!(scene.hub.waiting.is_empty() && scene.hub.undecided.is_empty());
}

#[test]
fn a_repeated_message_is_refused_like_the_first() {
    let mut scene = with_trigger();
    let (jill, jack, call) = asked_once(&mut scene);
    scene.is_answered(call, Answer::Failed);
    assert_eq!(scene.hears_answer(jill)["payload"]["code"], "trigger_failed");
    let frames = scene.hears(jack);
    assert_eq!((&frames[0]["payload"]["code"], &frames[0]["options"]["key"]), (&json!("trigger_failed"), &json!(KEY)));
    assert_eq!((frames.len(), &frames[1]["action"]), (2, &json!("history")));
    assert!(scene.asks_nothing() && scene.hub.waiting.is_empty() && scene.hub.undecided.is_empty());
}

#[test]
fn a_repeated_message_replaces_the_first_if_its_socket_has_closed() {
    let mut scene = with_trigger();
    let (jill, jack, lost) = asked_once(&mut scene);
    let john = scene.joins("john", ROOM);
    scene.publishes(john, ROOM, json!({}), "hello");
    scene.closes(jill);
    let call = scene.asks();
    scene.is_answered(lost, json_answer(json!("too late")));
    assert_eq!(scene.hears(jack), [] as [Value; 0]);
    scene.is_answered(call, json_answer(json!("once")));
    for id in [jack, john] {
        let frames = scene.hears(id);
        let answers: Vec<_> = frames.iter().filter(|frame| frame["options"]["key"] == KEY).collect();
        assert_eq!(answers.len(), 1, "{frames:?}");
        assert_eq!(answers[0]["payload"], "once");
    }
    assert!(scene.asks_nothing() && scene.hub.waiting.is_empty() && scene.hub.undecided.is_empty());
}

#[test]
fn a_repeated_message_of_a_closed_socket_is_dropped() {
    let mut scene = with_trigger();
    let (jill, jack, call) = asked_once(&mut scene);
    scene.closes(jack);
    scene.is_answered(call, json_answer(json!("hello")));
    scene.hears_answer(jill);
    assert_eq!(scene.hears(jack), [] as [Value; 0]);
    assert!(scene.hub.waiting.is_empty() && scene.hub.undecided.is_empty());
}

#[test]
fn other_commands_ignore_a_key() {
    let mut scene = Scene::new();
    let jill = scene.opens("jill");
    for action in ["join", "history", "leave"] {
        scene.says(jill, action, json!({ "channel": MARVEL, "key": 7 }), Value::Null);
        let frames = scene.hears(jill);
        assert_eq!((frames.len(), &frames[0]["options"]), (1, &json!({ "channel": MARVEL })));
        assert_eq!(frames[0]["action"], action);
    }
}
