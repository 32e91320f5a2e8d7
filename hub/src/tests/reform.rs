//! Tests of settings that change while clients are on channels.

use serde_json::{Value, json};

use super::{MARVEL, Scene};
use crate::Settings;

impl Scene {
    /// Changes the only row of the settings.
    fn settings_become(&mut self, row: Value) {
        let mut rules = self.hub.settings().to_json()["channels"][0].take();
        rules.as_object_mut().unwrap().extend(row.as_object().unwrap().clone());
        let settings = Settings::parse(&json!({ "channels": [rules] }).to_string()).unwrap();
        let deliveries = self.hub.apply(settings);
        self.deliver(deliveries);
    }
}

#[test]
fn members_of_a_channel_that_is_switched_off_receive_an_error_and_are_removed() {
    let mut scene = Scene::new();
    let jill = scene.joins("jill", MARVEL);
    let jack = scene.joins("jack", MARVEL);
    scene.messages(jack, MARVEL, "kept");
    scene.hears(jill);
    scene.hears(jack);
    scene.settings_become(json!({ "enabled": false }));
    for id in [jill, jack] {
        let frames = scene.hears(id);
        assert_eq!(frames.len(), 2, "{frames:?}");
        assert_eq!(frames[0]["payload"], json!({ "message": "No settings for channel name", "code": "no_settings" }));
        assert_eq!((&frames[1]["action"], &frames[1]["options"]["channel"]), (&json!("leave"), &json!(MARVEL)));
    }
    scene.messages(jill, MARVEL, "anybody?");
    assert!(scene.hears_refusal(jill).starts_with("Join the channel"));
    assert_eq!(scene.hub.channel_count(), 0);
    assert!(scene.hub.connections.values().all(|connection| connection.channels.is_empty()));
}

#[test]
fn anonymous_members_are_removed_when_the_channel_stops_admitting_them() {
    let mut scene = Scene::new();
    let jill = scene.joins("jill", MARVEL);
    let jack = scene.opens_authenticated("jack");
    scene.join(jack, MARVEL, json!({ "presence": true }));
    scene.hears(jill);
    scene.hears(jack);
    scene.settings_become(json!({ "anonymous_clients": false }));
    let frames = scene.hears(jill);
    assert_eq!((&frames[0]["payload"]["code"], &frames[1]["action"]), (&json!("anonymous"), &json!("leave")));
    assert_eq!(scene.hears_payloads(jack)[0]["action"], "leave");
    scene.messages(jack, MARVEL, "members only");
    assert_eq!(scene.hears_payloads(jill), [] as [Value; 0]);
    assert_eq!(scene.hears_payloads(jack), ["members only"]);
}

#[test]
fn permissions_for_messages_apply_from_the_next_message_on() {
    let mut scene = Scene::new();
    let jill = scene.joins("jill", MARVEL);
    scene.settings_become(json!({ "client_public_messaging": false }));
    assert_eq!(scene.hears(jill), [] as [Value; 0], "still here");
    scene.messages(jill, MARVEL, "may I?");
    assert_eq!(scene.hears_refusal(jill), "Clients may not send public messages on this channel");
}

#[test]
fn a_smaller_history_drops_the_oldest_messages() {
    let mut scene = Scene::new();
    let jill = scene.joins("jill", MARVEL);
    for number in 0..30 {
        scene.messages(jill, MARVEL, number);
    }
    scene.settings_become(json!({ "history": 25 }));
    scene.hears(jill);
    scene.says(jill, "history", json!({ "channel": MARVEL }), Value::Null);
    let history = scene.hears_payloads(jill)[0]["history"].take();
    assert_eq!((history.as_array().unwrap().len(), &history[0]["payload"]), (25, &json!(5)));
    scene.closes(jill);
    scene.settings_become(json!({ "history": 0 }));
    assert_eq!(scene.hub.channel_count(), 0);
}

#[test]
fn when_presence_is_switched_on_members_that_asked_for_it_receive_the_list() {
    let mut scene = Scene::with_row("room", json!({}));
    let jill = scene.joins("jill", "room");
    let jack = scene.opens("jack");
    scene.join(jack, "room", Value::Null);
    scene.hears(jack);
    scene.settings_become(json!({ "presence": true }));
    assert_eq!(scene.hears_actions(jill), ["presence_full"]);
    assert_eq!(scene.hears_actions(jack), [] as [&str; 0], "did not ask");
}

#[test]
fn the_same_settings_change_nothing() {
    let mut scene = Scene::new();
    let jill = scene.joins("jill", MARVEL);
    scene.settings_become(json!({}));
    assert_eq!(scene.hears(jill), [] as [Value; 0]);
}

/// Returns a scene with a board for members only, below a row that admits all clients.
fn board_and_nested() -> Scene {
    let board = json!({ "pattern": "chat/board", "enabled": true, "history": 100, "client_public_messaging": true });
    let nested = json!({ "pattern": "chat/*", "wildcard": true, "enabled": true, "anonymous_clients": true,
                         "history": 100, "client_public_messaging": true });
    Scene::with(Settings::parse(&json!({ "channels": [board, nested] }).to_string()).unwrap())
}

#[test]
fn after_a_row_is_removed_the_next_matching_row_applies_to_an_empty_channel() {
    type Change = fn(&mut Value);
    let changes: [Change; 3] = [
        |channels| channels[0]["enabled"] = json!(false),
        |channels| drop(channels.as_array_mut().unwrap().remove(0)),
        |channels| channels[0]["pattern"] = json!("chat/boards"),
    ];
    for change in changes {
        let mut scene = board_and_nested();
        let member = scene.opens_authenticated("jill");
        scene.join(member, "chat/board", Value::Null);
        let position = scene.hears(member)[0]["payload"]["ext"]["recover"].take();
        scene.says(member, "message", json!({ "channel": "chat/board", "key": "a key" }), json!("a secret"));
        scene.hears(member);
        let mut channels = scene.hub.settings().to_json()["channels"].take();
        change(&mut channels);
        let deliveries = scene.hub.apply(Settings::parse(&json!({ "channels": channels }).to_string()).unwrap());
        scene.deliver(deliveries);

        let told = scene.hears(member);
        assert_eq!((&told[0]["payload"]["code"], &told[1]["action"]), (&json!("settings_replaced"), &json!("leave")));
        let stranger = scene.opens("stranger");
        scene.join(stranger, "chat/board", json!({ "history": true, "since": position }));
        assert_eq!(scene.hears(stranger)[1]["payload"], json!({ "history": [], "complete": false }));
        scene.messages(member, "chat/board", "still among us?");
        assert!(scene.hears_refusal(member).starts_with("Join the channel"));
        assert_eq!(scene.hears(stranger), [] as [Value; 0]);
        scene.says(stranger, "message", json!({ "channel": "chat/board", "key": "a key" }), json!("hello"));
        assert_eq!(scene.hears(stranger)[0]["payload"], "hello", "the key of before is not known");
    }
}

#[test]
fn a_new_row_for_a_channel_applies_to_an_empty_channel() {
    let mut scene =
        Scene::with_row("chat/*", json!({ "wildcard": true, "history": 25, "client_public_messaging": true }));
    let jill = scene.joins("jill", "chat/board");
    scene.messages(jill, "chat/board", "said to all");
    scene.hears(jill);
    scene.settings_become(json!({ "pattern": "chat/board", "wildcard": false }));
    assert_eq!(scene.hears(jill)[0]["payload"]["code"], "settings_replaced");
    assert_eq!(scene.hub.channel_count(), 0);
}

#[test]
fn messages_sent_before_anonymous_clients_could_join_are_not_shown_to_them() {
    let mut scene =
        Scene::with_row("board", json!({ "anonymous_clients": false, "history": 25, "client_public_messaging": true }));
    let jill = scene.opens_authenticated("jill");
    scene.join(jill, "board", Value::Null);
    scene.messages(jill, "board", "among us");
    scene.settings_become(json!({ "anonymous_clients": true }));
    scene.messages(jill, "board", "to all");
    let stranger = scene.opens("stranger");
    for (id, expected) in [(stranger, &["to all"][..]), (jill, &["among us", "to all"])] {
        scene.hears(id);
        scene.join(id, "board", json!({ "history": true }));
        let history = scene.hears(id).pop().unwrap()["payload"]["history"].take();
        let payloads: Vec<_> = history.as_array().unwrap().iter().map(|frame| &frame["payload"]).collect();
        assert_eq!(payloads, expected.iter().collect::<Vec<_>>());
    }
}

#[test]
fn an_idempotency_key_does_not_survive_a_change_of_row_even_if_the_channel_was_forgotten() {
    let mut scene =
        Scene::with_row("room/*", json!({ "wildcard": true, "history": 0, "client_public_messaging": true }));
    let say = |scene: &mut Scene, text: &str| {
        let jill = scene.joins("jill", "room/1");
        scene.says(jill, "message", json!({ "channel": "room/1", "key": "a key" }), json!(text));
        let answer = scene.hears(jill).pop().unwrap();
        scene.closes(jill);
        answer
    };
    assert_eq!(say(&mut scene, "first")["action"], "message");
    assert_eq!(say(&mut scene, "first")["action"], "ack", "the same message again");
    assert_eq!(scene.hub.channel_count(), 0);
    scene.settings_become(json!({ "pattern": "room/1", "wildcard": false }));
    assert_eq!(say(&mut scene, "second")["payload"], "second");
}
