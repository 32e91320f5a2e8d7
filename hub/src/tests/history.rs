//! Tests of the history: which messages a channel keeps, and for which readers.

use serde_json::{Value, json};

use super::{MARVEL, Scene, socket_of};
use crate::ConnectionId;

/// Returns the payloads of the history that a client receives.
fn kept(scene: &mut Scene, id: ConnectionId, channel: &str) -> Vec<Value> {
    scene.says(id, "history", json!({ "channel": channel }), Value::Null);
    let frames = scene.hears(id);
    assert_eq!(frames.len(), 1, "{frames:?}");
    let history = frames[0]["payload"]["history"].as_array().unwrap();
    history.iter().map(|entry| entry["payload"].clone()).collect()
}

#[test]
fn a_client_that_joins_later_gets_the_unchanged_messages_oldest_first() {
    let mut scene = Scene::new();
    let jill = scene.joins("jill", MARVEL);
    scene.messages(jill, MARVEL, "first");
    scene.messages(jill, MARVEL, json!({ "second": null }));
    let live = scene.hears(jill);
    let jack = scene.opens("jack");
    scene.join(jack, MARVEL, json!({ "history": true }));
    let frames = scene.hears(jack);
    assert_eq!(frames[1]["action"], "history");
    assert_eq!(frames[1]["payload"]["history"], Value::Array(live));
}

#[test]
fn the_history_outlives_the_members() {
    let mut scene = Scene::new();
    let jill = scene.joins("jill", MARVEL);
    scene.messages(jill, MARVEL, "I reload");
    scene.closes(jill);
    let jill = scene.joins("jill", MARVEL);
    assert_eq!(kept(&mut scene, jill, MARVEL), ["I reload"]);
}

#[test]
fn only_the_newest_messages_are_kept() {
    let row = json!({ "history": 25, "client_public_messaging": true });
    let mut scene = Scene::with_row("room", row);
    let jill = scene.joins("jill", "room");
    for number in 0..30 {
        scene.messages(jill, "room", number);
    }
    scene.hears(jill);
    let expected: Vec<Value> = (5..30).map(Value::from).collect();
    assert_eq!(kept(&mut scene, jill, "room"), expected);
}

#[test]
fn a_channel_without_history_answers_with_an_empty_list() {
    let mut scene = Scene::with_row("room", json!({ "client_public_messaging": true }));
    let jill = scene.joins("jill", "room");
    scene.messages(jill, "room", "forgotten");
    scene.hears(jill);
    assert_eq!(kept(&mut scene, jill, "room"), [] as [Value; 0]);
}

#[test]
fn private_messages_are_never_kept() {
    let mut scene = Scene::new();
    let jill = scene.joins("jill", MARVEL);
    let options = json!({ "channel": MARVEL, "socketId": socket_of("jill") });
    scene.says(jill, "message", options.clone(), json!("psst"));
    assert_eq!(scene.hears_payloads(jill), ["psst"]);
    assert_eq!(kept(&mut scene, jill, MARVEL), [] as [Value; 0]);
    scene.says(jill, "history", options, Value::Null);
    assert_eq!(scene.hears_payloads(jill), [json!({ "history": [] })]);
}

#[test]
fn authenticated_messages_are_kept_for_authenticated_members_only() {
    let mut scene = Scene::new();
    let jill = scene.joins("jill", MARVEL);
    let jack = scene.opens_authenticated("Jack");
    scene.join(jack, MARVEL, Value::Null);
    let options = json!({ "channel": MARVEL, "authenticated": true });
    scene.says(jack, "message", options, json!("members only"));
    scene.messages(jill, MARVEL, "for all");
    scene.hears(jack);
    scene.hears(jill);
    assert_eq!(kept(&mut scene, jack, MARVEL), ["members only", "for all"]);
    assert_eq!(kept(&mut scene, jill, MARVEL), ["for all"]);
}
