//! Tests with the golden frames of `protocol/fixtures/v2`, which the tests of the client read too.

use serde_json::{Value, json};

use super::super::golden_frames::{Golden, Refused, assert_are_produced, fixture};
use super::Scene;
use crate::v2::Request;
use crate::{Dialect, Frame};

#[test]
fn every_golden_frame_to_the_server_is_parsed() {
    let frames: Vec<Golden> = fixture(include_str!("../../../../protocol/fixtures/v2/to_server.json"));
    for Golden { name, frame } in frames {
        let text = frame.to_string();
        let Ok(Frame::V2(command)) = Dialect::V2.parse(&text) else { panic!("{name}") };
        assert!(!matches!(command.request, Request::Refused(_)), "{name}: {command:?}");
    }
}

#[test]
fn every_golden_frame_to_the_client_is_produced() {
    let golden = include_str!("../../../../protocol/fixtures/v2/to_client.json");
    let made = everything();
    assert_are_produced(golden, &made);
}

#[test]
fn every_bad_frame_is_refused_with_the_reason_and_the_socket_stays_open() {
    let frames: Vec<Refused> = fixture(include_str!("../../../../protocol/fixtures/v2/refused.json"));
    let mut scene = Scene::new();
    let jill = scene.joins("rooms/42");
    scene.join(jill, "lobby");
    scene.hears(jill);
    for Refused { text, channel, message, .. } in frames {
        scene.sends(jill, &text);
        if let Some(call) = scene.asks_all().pop() {
            scene.answers(call, json!({ "allowed": false, "reason": "Sign in to join members" }));
        }
        let mut expected = json!({ "action": "error", "payload": { "message": message } });
        if let Some(channel) = channel {
            expected["channel"] = channel.into();
        }
        assert_eq!(scene.hears(jill), [expected], "{text}");
    }
    scene.sends(jill, r#"{"action":"ping"}"#);
    assert_eq!(scene.hears_actions(jill), ["pong"]);
}

/// Returns every frame of a conversation in which Jill, anonymous, and Jack, authenticated, do everything.
fn everything() -> Vec<Value> {
    let mut heard = in_rooms();
    heard.extend(on_streams());
    heard.extend(refusals());
    heard
}

fn in_rooms() -> Vec<Value> {
    let mut scene = Scene::new();
    let (jill, jack) = (scene.opens(), scene.opens_as(7));
    for id in [jill, jack, jill] {
        scene.join(id, "rooms/42");
    }
    scene.join(jill, "lobby");
    scene.broadcasts(jill, "rooms/42", json!({ "text": "Hello 🕷", "list": [1, 2.5, null] }));
    scene.broadcasts(jill, "rooms/42", Value::Null);
    let options = json!({ "channel": "rooms/42", "to": { "dbo_id": 5, "row_id": 7 } });
    let second_tab = scene.joins_as(7, "rooms/42");
    scene.says(jack, json!({ "action": "broadcast", "type": "send", "options": options, "payload": "psst" }));
    scene.broadcasts_type(jill, "rooms/42", "shrug", 1);
    let call = scene.asks();
    scene.answers(call, Value::Null);
    scene.publishes("rooms/42", Some("announcement"), json!({ "body": "Hello from Xano" }));
    scene.publishes("rooms/42", None, json!({ "body": "no type" }));
    scene.says(jack, json!({ "action": "presence", "channel": "rooms/42" }));
    let john = scene.joins("rooms/42");
    scene.closes(john);
    scene.sends(jill, r#"{"action":"ping"}"#);
    let mut heard = scene.hears(second_tab);
    scene.closes(second_tab);
    scene.leaves(jack, "rooms/42");
    for id in [jill, jack] {
        heard.extend(scene.hears(id));
    }
    heard
}

fn on_streams() -> Vec<Value> {
    let mut scene = Scene::new();
    let (jill, jack) = (scene.opens(), scene.opens_as(7));
    scene.join_with(jill, "orders/7", "a-client-of-jill");
    scene.join(jack, "orders/7");
    for payload in ["first", "second"] {
        scene.broadcasts(jill, "orders/7", payload);
    }
    scene.acks(jill, "orders/7", "1788471242950-0", Some("a-client-of-jill"));
    scene.join_with(jill, "orders/7", "a-client-of-jill");
    scene.join(jill, "talk");
    scene.broadcasts(jill, "talk", "kept");
    scene.broadcasts(jill, "talk", "too many");
    scene.join(jill, "talk");
    scene.hears(jill)
}

fn refusals() -> Vec<Value> {
    let mut scene = Scene::new();
    let mut jill = scene.knocks("rtmain01", None);
    scene.sends(jill, r#"{"action":"ping"}"#);
    let lost = scene.knocks("rtmain02", None);
    scene.is_authenticated(lost);
    let mut heard = scene.hears(jill);
    heard.extend(scene.hears(lost));
    jill = scene.joins("rooms/42");
    scene.join(jill, "lobby");
    scene.join(jill, "dc-chat-room");
    scene.broadcasts_type(jill, "rooms/42", "shout", 1);
    scene.says(jill, json!({ "action": "history", "options": { "channel": "rooms/42" } }));
    let to = json!({ "channel": "lobby", "to": { "dbo_id": 5, "row_id": 7 } });
    scene.says(jill, json!({ "action": "broadcast", "type": "send", "options": to, "payload": 1 }));
    scene.join(jill, "members");
    let call = scene.asks();
    scene.answers(call, json!({ "allowed": false, "reason": "Sign in to join members" }));
    heard.extend(scene.hears(jill));
    heard
}
