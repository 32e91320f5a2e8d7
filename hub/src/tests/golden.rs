//! Tests with the golden frames of `protocol/fixtures`, which the client's tests read too.

use serde_json::{Value, json};

use super::golden_frames::{Golden, Refused, assert_are_produced, fixture};
use super::{EPOCH, MARVEL, Scene, socket_of};
use crate::{Answer, Dialect, Frame};

#[test]
fn every_golden_frame_to_the_server_is_parsed() {
    let frames: Vec<Golden> = fixture(include_str!("../../../protocol/fixtures/to_server.json"));
    for Golden { name, frame } in frames {
        let text = frame.to_string();
        match Dialect::V1.parse(&text) {
            Ok(Frame::Command(command)) => assert_eq!(command.channel, MARVEL, "{name}"),
            Ok(Frame::Ping) => assert_eq!(name, "ping"),
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[test]
fn every_golden_frame_to_the_client_is_produced() {
    let golden = include_str!("../../../protocol/fixtures/to_client.json");
    let mut made = a_conversation();
    made.extend(a_dropped_message());
    assert_are_produced(golden, &made);
}

#[test]
fn every_bad_frame_is_refused_with_the_reason_and_the_socket_stays_open() {
    let frames: Vec<Refused> = fixture(include_str!("../../../protocol/fixtures/refused.json"));
    let mut scene = Scene::new();
    let jill = scene.opens("jill");
    for refused in frames {
        scene.sends(jill, &refused.text);
        let options = match refused.channel {
            Some(channel) => json!({ "channel": channel }),
            None => json!({}),
        };
        let payload = json!({ "message": refused.message, "code": refused.code });
        let expected = json!({ "action": "error", "client": null, "options": options, "payload": payload });
        assert_eq!(scene.hears(jill), [expected], "{}", refused.text);
    }
    scene.join(jill, MARVEL, Value::Null);
    assert_eq!(scene.hears_actions(jill), ["join"]);
}

/// Returns the frames that Jill receives when a trigger drops her message.
fn a_dropped_message() -> Vec<Value> {
    let row = json!({ "client_public_messaging": true, "triggers": { "message": "http://x/" } });
    let mut scene = Scene::with_row(MARVEL, row);
    let jill = scene.joins("jill", MARVEL);
    scene.says(jill, "message", json!({ "channel": MARVEL, "key": KEY }), json!("published"));
    let call = scene.asks();
    scene.is_answered(call, Answer::Json(serde_json::value::to_raw_value(&false).unwrap()));
    scene.hears(jill)
}

const KEY: &str = "0123456789abcdef0123456789abcdef";

/// Returns all frames of a conversation in which Jill, anonymous, and Jack, authenticated, use every action.
fn a_conversation() -> Vec<Value> {
    let mut scene = Scene::new();
    let jill = scene.joins("jill", MARVEL);
    let jack = scene.opens_authenticated("Jack");
    scene.join(jack, MARVEL, json!({ "presence": true, "history": true }));
    scene.messages(jill, MARVEL, json!({ "text": "Hello 🕷", "list": [1, 2.5, null] }));
    scene.says(jack, "history", json!({ "channel": MARVEL }), Value::Null);
    scene.messages(jill, MARVEL, Value::Null);
    let whisper = json!({ "channel": MARVEL, "socketId": socket_of("jack") });
    scene.says(jill, "message", whisper, json!("psst"));
    let for_known = json!({ "channel": MARVEL, "authenticated": true });
    scene.says(jack, "message", for_known, json!("to those who are known"));
    scene.event(MARVEL, json!({ "score": 3 }));
    scene.join(jill, "dc-chat-room", Value::Null);
    scene.sends(jill, "[]");
    scene.sends(jill, r#"{"action":"ping"}"#);
    let keyed = json!({ "channel": MARVEL, "key": KEY });
    scene.says(jill, "message", keyed.clone(), json!("published"));
    let whisper = json!({ "channel": MARVEL, "socketId": socket_of("jack"), "key": "another key" });
    scene.says(jill, "message", whisper, json!("psst"));
    let to_nobody = json!({ "channel": MARVEL, "socketId": "nobody", "key": "a third key" });
    scene.says(jill, "message", to_nobody, json!("psst"));
    scene.leaves(jack, MARVEL);
    let mut heard = scene.hears(jill);
    heard.extend(scene.hears(jack));
    heard.extend({
        let john = scene.opens("john");
        scene.join(john, MARVEL, json!({ "since": { "epoch": EPOCH, "id": "0-3" } }));
        scene.hears(john)
    });
    heard
}
