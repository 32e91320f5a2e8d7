//! Tests of recovery: a returning client gets the messages that it missed, and learns whether they are complete.

use serde_json::{Value, json};

use super::{EPOCH, MARVEL, Scene, socket_of};
use crate::ConnectionId;

/// Returns the messages that a returning client receives, and whether they are complete.
fn missed(scene: &mut Scene, id: ConnectionId, channel: &str, since: Value) -> (Vec<Value>, bool) {
    scene.join(id, channel, json!({ "since": since }));
    let frames = scene.hears(id);
    assert_eq!(frames.len(), 2, "{frames:?}");
    assert_eq!((&frames[0]["action"], &frames[1]["action"]), (&json!("join"), &json!("history")));
    let payload = &frames[1]["payload"];
    let history = payload["history"].as_array().unwrap();
    (history.iter().map(|entry| entry["payload"].clone()).collect(), payload["complete"].as_bool().unwrap())
}

fn position(id: impl Into<Value>) -> Value {
    json!({ "epoch": EPOCH, "id": id.into() })
}

/// Returns the position that the acknowledgement of a join contains.
fn announced(scene: &mut Scene, channel: &str) -> Value {
    let id = scene.opens("somebody");
    scene.join(id, channel, Value::Null);
    let position = scene.hears(id)[0]["payload"]["ext"]["recover"].take();
    scene.closes(id);
    position
}

/// Returns a scene in which all clients may send and no message is kept.
fn without_history() -> Scene {
    Scene::with_row("room/*", json!({ "wildcard": true, "client_public_messaging": true }))
}

#[test]
fn the_acknowledgement_of_a_join_contains_the_epoch_and_the_newest_id() {
    let mut scene = Scene::new();
    assert_eq!(announced(&mut scene, MARVEL), position(Value::Null));
    let jill = scene.joins("jill", MARVEL);
    scene.messages(jill, MARVEL, 1);
    scene.messages(jill, MARVEL, 2);
    assert_eq!(announced(&mut scene, MARVEL), position("0-2"));
}

#[test]
fn every_message_and_event_has_its_own_id_and_a_private_message_has_none() {
    let mut scene = Scene::new();
    let jill = scene.joins("jill", MARVEL);
    scene.messages(jill, MARVEL, "hello");
    scene.says(jill, "message", json!({ "channel": MARVEL, "socketId": socket_of("jill") }), json!("psst"));
    scene.event(MARVEL, json!("event"));
    let ids: Vec<_> = scene.hears(jill).into_iter().map(|mut frame| frame["options"]["id"].take()).collect();
    assert_eq!(ids, [json!("0-1"), Value::Null, json!("0-2")]);
}

#[test]
fn ids_keep_growing_after_a_channel_was_forgotten() {
    let mut scene = without_history();
    for expected in ["0-1", "0-2"] {
        let jill = scene.joins("jill", "room/1");
        scene.messages(jill, "room/1", 1);
        assert_eq!(scene.hears(jill)[0]["options"]["id"], expected);
        scene.closes(jill);
        assert_eq!(scene.hub.channel_count(), 0);
    }
}

#[test]
fn a_returning_client_gets_the_missed_messages_before_new_ones() {
    let mut scene = Scene::new();
    let [jill, jack] = ["jill", "jack"].map(|name| scene.joins(name, MARVEL));
    scene.messages(jill, MARVEL, "seen");
    scene.closes(jack);
    scene.messages(jill, MARVEL, "missed");
    scene.event(MARVEL, json!("missed too"));
    let jack = scene.opens("jack again");
    scene.join(jack, MARVEL, json!({ "presence": true, "history": true, "since": position("0-1") }));
    scene.messages(jill, MARVEL, "live");
    let frames = scene.hears(jack);
    let actions: Vec<_> = frames.iter().map(|frame| frame["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["join", "presence_full", "history", "message"], "one history, though both were asked for");
    let history = frames[2]["payload"]["history"].as_array().unwrap();
    let ids: Vec<_> = history.iter().map(|entry| &entry["options"]["id"]).collect();
    assert_eq!(ids, ["0-2", "0-3"]);
    assert_eq!(frames[2]["payload"]["complete"], true);
    assert_eq!(frames[3]["options"]["id"], "0-4");
}

#[test]
fn a_returning_client_that_missed_nothing_is_told_so() {
    let mut scene = Scene::new();
    let jill = scene.joins("jill", MARVEL);
    assert_eq!(missed(&mut scene, jill, MARVEL, position(Value::Null)), (vec![], true));
    scene.messages(jill, MARVEL, 1);
    scene.hears(jill);
    assert_eq!(missed(&mut scene, jill, MARVEL, position("0-1")), (vec![], true));
    assert_eq!(missed(&mut scene, jill, MARVEL, position(Value::Null)), (vec![json!(1)], true));
}

#[test]
fn the_history_is_not_complete_if_more_messages_were_missed_than_are_kept() {
    let mut scene = Scene::with_row("room", json!({ "client_public_messaging": true, "history": 25 }));
    let jill = scene.joins("jill", "room");
    for number in 1..=30 {
        scene.messages(jill, "room", number);
    }
    scene.hears(jill);
    let kept: Vec<Value> = (6..=30).map(Value::from).collect();
    assert_eq!(missed(&mut scene, jill, "room", position("0-5")), (kept.clone(), true));
    assert_eq!(missed(&mut scene, jill, "room", position("0-4")), (kept, false));
}

#[test]
fn a_position_in_another_epoch_is_answered_with_all_kept_messages_and_never_complete() {
    let mut scene = Scene::new();
    let jill = scene.joins("jill", MARVEL);
    let stranger = json!({ "epoch": "before the restart", "id": "0-1" });
    assert_eq!(missed(&mut scene, jill, MARVEL, stranger.clone()), (vec![], false));
    scene.messages(jill, MARVEL, 1);
    scene.hears(jill);
    assert_eq!(missed(&mut scene, jill, MARVEL, stranger), (vec![json!(1)], false));
    assert_eq!(missed(&mut scene, jill, MARVEL, position("no id of this server")), (vec![json!(1)], false));
}

#[test]
fn without_kept_messages_the_history_is_complete_only_if_no_message_was_sent() {
    let mut scene = without_history();
    let jill = scene.joins("jill", "room/1");
    assert_eq!(missed(&mut scene, jill, "room/1", position(Value::Null)), (vec![], true));
    scene.messages(jill, "room/1", 1);
    scene.hears(jill);
    assert_eq!(missed(&mut scene, jill, "room/1", position("0-1")), (vec![], true));
    assert_eq!(missed(&mut scene, jill, "room/1", position(Value::Null)), (vec![], false));
}

#[test]
fn missed_messages_are_detected_even_on_a_forgotten_channel() {
    let mut scene = without_history();
    let before = announced(&mut scene, "room/1");
    let jill = scene.joins("jill", "room/1");
    scene.messages(jill, "room/1", "nobody hears this");
    scene.closes(jill);
    assert_eq!(scene.hub.channel_count(), 0);
    let between = announced(&mut scene, "room/1");
    let jack = scene.opens("jack");
    assert_eq!(missed(&mut scene, jack, "room/1", before), (vec![], false));
    assert_eq!(missed(&mut scene, jack, "room/1", between.clone()), (vec![], true));
    scene.closes(jack);
    scene.event("room/1", json!("an event that nobody hears"));
    let jack = scene.opens("jack again");
    assert_eq!(missed(&mut scene, jack, "room/1", between), (vec![], false));
}

#[test]
fn messages_for_authenticated_members_are_replayed_only_to_them() {
    let mut scene = Scene::new();
    let jill = scene.joins("jill", MARVEL);
    let jack = scene.opens_authenticated("Jack");
    scene.join(jack, MARVEL, Value::Null);
    scene.says(jack, "message", json!({ "channel": MARVEL, "authenticated": true }), json!("members only"));
    scene.messages(jill, MARVEL, "for all");
    scene.hears(jack);
    scene.hears(jill);
    assert_eq!(missed(&mut scene, jill, MARVEL, position(Value::Null)), (vec![json!("for all")], true));
    let both = vec![json!("members only"), json!("for all")];
    assert_eq!(missed(&mut scene, jack, MARVEL, position(Value::Null)), (both, true));
}

#[test]
fn a_history_without_a_position_does_not_state_whether_it_is_complete() {
    let mut scene = Scene::new();
    let jill = scene.opens("jill");
    scene.join(jill, MARVEL, json!({ "history": true, "since": null }));
    assert_eq!(scene.hears(jill)[1]["payload"], json!({ "history": [] }));
}
