//! Tests of the limits: channels, members, bytes of histories, and what a client leaves behind.

use serde_json::{Value, json};

use super::{Scene, channel, server};
use crate::{Limits, MessageId};

fn limited(limits: &Limits) -> Scene {
    let row = json!({ "pattern": "room/*", "wildcard": true, "enabled": true, "anonymous_clients": true, "history": 100,
        "client_public_messaging": true });
    let stream = json!({ "delivery": { "guarantee": "at_least_once" } });
    let mut settings = server(json!([channel(stream)]));
    settings["channels"] = json!([row]);
    Scene::limited(&settings, limits)
}

#[test]
fn a_socket_joins_a_bounded_number_of_channels() {
    let mut scene = limited(&Limits { channels_per_socket: 2, ..Limits::default() });
    let jill = scene.opens();
    for name in ["rooms/1", "rooms/2", "rooms/1"] {
        scene.join(jill, name);
        assert_eq!(scene.hears_actions(jill), ["join"]);
    }
    scene.join(jill, "rooms/3");
    assert_eq!(scene.hears_refusal(jill), "This socket is on 2 channels, which is as many as it may join");
    scene.leaves(jill, "rooms/1");
    scene.join(jill, "rooms/3");
    assert_eq!(scene.hears_actions(jill), ["leave", "join"]);
}

#[test]
fn nothing_stays_of_channels_that_keep_nothing() {
    let mut scene = Scene::with_channel(json!({ "presence": true }));
    for number in 0..1_000 {
        let name = format!("rooms/{number}");
        let jill = scene.joins(&name);
        scene.broadcasts(jill, &name, "anybody?");
        if number % 2 == 0 {
            scene.leaves(jill, &name);
        }
        scene.closes(jill);
        scene.publishes(&name, None, Value::Null);
    }
    let census = scene.hub.census();
    assert_eq!((scene.hub.channel_count(), census.connections, census.members, census.channels), (0, 0, 0, 0));
    assert_eq!(census.history_bytes, 0);
}

#[test]
fn the_channels_of_both_dialects_share_their_bound_and_unused_ones_make_room() {
    let mut scene = limited(&Limits { channels: 4, ..Limits::default() });
    let of_v1 = scene.hub.open(xano_realtime_protocol::frame::Client::anonymous("socket-of-v1"));
    let join_v1 = |scene: &mut Scene, name: &str| {
        let frame = json!({ "action": "join", "options": { "channel": name }, "payload": null });
        scene.sends(of_v1, &frame.to_string());
        scene.hears(of_v1).remove(0)["action"].as_str().unwrap().to_owned()
    };
    let jill = scene.opens();
    for name in ["rooms/1", "rooms/2"] {
        scene.join(jill, name);
        scene.broadcasts(jill, name, "kept");
    }
    assert_eq!(join_v1(&mut scene, "room/1"), "join");
    assert_eq!(join_v1(&mut scene, "room/2"), "join");
    assert_eq!(join_v1(&mut scene, "room/3"), "error", "four channels are in use");
    scene.hears(jill);
    scene.join(jill, "rooms/3");
    let refusal = "This server has 4 channels, which is as many as it may have; try again later";
    assert_eq!(scene.hears_refusal(jill), refusal);
    scene.leaves(jill, "rooms/1");
    assert_eq!(scene.hub.channel_count(), 4, "its messages are kept");
    assert_eq!(join_v1(&mut scene, "room/3"), "join", "an unused channel of V2 makes room for V1");
    scene.leaves(jill, "rooms/2");
    scene.hears(jill);
    scene.join(jill, "rooms/3");
    assert_eq!(scene.hears_actions(jill), ["join"], "and for V2");
    scene.sends(of_v1, r#"{"action":"message","options":{"channel":"room/1"},"payload":"kept"}"#);
    scene.sends(of_v1, r#"{"action":"leave","options":{"channel":"room/1"},"payload":null}"#);
    scene.join(jill, "rooms/4");
    assert_eq!(scene.hears_actions(jill), ["join"], "an unused channel of V1 makes room for V2");
}

#[test]
fn the_histories_of_both_dialects_share_their_bound() {
    let mut scene = limited(&Limits { history_bytes: 100_000, ..Limits::default() });
    let of_v1 = scene.hub.open(xano_realtime_protocol::frame::Client::anonymous("socket-of-v1"));
    scene.sends(of_v1, r#"{"action":"join","options":{"channel":"room/1"},"payload":null}"#);
    let jill = scene.joins("rooms/1");
    let text = "x".repeat(1_000);
    for number in 0..300 {
        scene.broadcasts(jill, "rooms/1", text.clone());
        let message = json!({ "action": "message", "options": { "channel": "room/1" }, "payload": text });
        scene.sends(of_v1, &message.to_string());
        scene.publishes(&format!("rooms/{}", number + 2), None, json!(text));
        assert!(scene.hub.census().history_bytes <= 100_000);
    }
    scene.hears(jill);
    scene.join(jill, "rooms/1");
    assert!(scene.hub.census().history_bytes > 90_000, "no more is removed than has to be");
}

#[test]
fn one_channel_keeps_a_bounded_number_of_bytes_and_messages_of_a_bounded_age() {
    let mut scene =
        limited(&Limits { history_bytes_per_channel: 10_000, history_age_seconds: 60, ..Limits::default() });
    let jack = scene.joins_as(7, "rooms/1");
    for _ in 0..100 {
        scene.broadcasts(jack, "rooms/1", "x".repeat(500));
        assert!(scene.hub.census().history_bytes <= 10_000);
    }
    scene.hears(jack);
    scene.after_ms(60_001);
    scene.join(jack, "rooms/1");
    assert_eq!(scene.hears_actions(jack), ["join"], "everything is too old");
    scene.broadcasts(jack, "rooms/1", "the last one");
    scene.closes(jack);
    assert_eq!(scene.hub.channel_count(), 1);
    scene.after_ms(60_001);
    assert_eq!((scene.hub.channel_count(), scene.hub.census().history_bytes), (0, 0), "without a member");
}

#[test]
fn ids_grow_although_a_channel_was_forgotten() {
    let mut scene = limited(&Limits { channels: 1, ..Limits::default() });
    let mut newest = None;
    for number in 0..10 {
        let jack = scene.joins_as(7, &format!("rooms/{}", number % 2));
        scene.broadcasts(jack, &format!("rooms/{}", number % 2), number);
        let receipt = scene.hears_payloads(jack, "broadcast").remove(0);
        let id = MessageId::parse(receipt["id"].as_str().unwrap());
        assert!(id > newest);
        newest = id;
        scene.closes(jack);
    }
}

#[test]
fn a_long_client_id_is_refused_and_a_long_name_is_no_channel() {
    let mut scene = limited(&Limits::default());
    let jill = scene.opens();
    scene.join_with(jill, "rooms/1", &"x".repeat(256));
    assert_eq!(scene.hears_refusal(jill), "options.client_id has more than 255 bytes");
    scene.join(jill, &format!("rooms/{}", "1".repeat(300)));
    assert_eq!(scene.hears_refusal(jill), "No settings for channel name");
}

#[test]
fn a_channel_keeps_ten_thousand_messages_whatever_its_settings_say() {
    for conversation in [json!({ "ttl": 3_600 }), json!({ "limit": 4_000_000 })] {
        let mut scene = Scene::with_channel(json!({ "conversation": conversation,
            "delivery": { "guarantee": "at_least_once" } }));
        for number in 0..10_010 {
            scene.publishes("rooms/1", None, json!(number));
        }
        let jack = scene.opens_as(7);
        scene.join(jack, "rooms/1");
        let replayed = scene.hears_payloads(jack, "replay");
        assert_eq!((replayed.len(), &replayed[0]), (10_000, &json!(10)));
    }
}
