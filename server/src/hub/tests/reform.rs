//! Settings that change while people are on the channels.

use serde_json::{Value, json};

use super::{MARVEL, Scene};
use crate::Settings;

impl Scene {
    /// The one row of the settings, changed.
    fn settings_become(&mut self, row: Value) {
        let mut rules = self.hub.settings().to_json()["channels"][0].take();
        rules.as_object_mut().unwrap().extend(row.as_object().unwrap().clone());
        let settings = Settings::parse(&json!({ "channels": [rules] }).to_string()).unwrap();
        let deliveries = self.hub.apply(settings);
        self.deliver(deliveries);
    }
}

#[test]
fn members_of_a_channel_that_is_switched_off_are_told_and_removed() {
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
    assert_eq!(scene.hub.rooms(), 0);
    assert!(scene.hub.connections.values().all(|connection| connection.channels.is_empty()));
}

#[test]
fn anonymous_members_go_when_the_channel_wants_to_know_who_they_are() {
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
fn the_rows_about_messages_count_from_the_next_message_on() {
    let mut scene = Scene::new();
    let jill = scene.joins("jill", MARVEL);
    scene.settings_become(json!({ "client_public_messaging": false }));
    assert_eq!(scene.hears(jill), [] as [Value; 0], "still here");
    scene.messages(jill, MARVEL, "may I?");
    assert_eq!(scene.hears_refusal(jill), "Clients may not send public messages on this channel");
}

#[test]
fn a_smaller_history_lets_go_of_the_oldest() {
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
    assert_eq!(scene.hub.rooms(), 0);
}

#[test]
fn where_presence_begins_those_who_asked_for_it_get_the_list() {
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
