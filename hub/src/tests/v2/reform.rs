//! Tests of settings that change while sockets are open.

use serde_json::{Value, json};

use super::{HANDLER, Scene, channel, server};
use crate::Closing;

fn stream(changes: Value) -> Value {
    let mut row = channel(json!({ "delivery": { "guarantee": "at_least_once" } }));
    row.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    server(json!([row]))
}

fn scene() -> Scene {
    Scene::limited(&stream(json!({})), &crate::Limits::default())
}

#[test]
fn the_sockets_of_a_server_that_is_gone_or_off_are_closed_and_others_stay() {
    let mut off = stream(json!({}));
    off["servers"][0]["enabled"] = json!(false);
    for settings in [json!({}), off, server(json!([]))] {
        let mut scene = scene();
        let jill = scene.joins("rooms/1");
        scene.applies(&stream(json!({ "presence": true })));
        assert!(scene.hub.take_closed().is_empty());
        scene.applies(&settings);
        assert_eq!(scene.hub.take_closed(), [(jill, Closing::ServerGone)]);
        scene.join(jill, "rooms/1");
        assert_eq!(scene.hub.channel_count(), 0, "a frame that was on its way");
    }
}

#[test]
fn a_channel_whose_template_is_gone_loses_its_members_messages_and_cursors() {
    let mut scene = scene();
    let jack = scene.joins_as(7, "rooms/1");
    scene.broadcasts(jack, "rooms/1", "secret");
    scene.acks(jack, "rooms/1", "1788471242950-0", None);
    scene.hears(jack);
    let literal = channel(json!({ "name": "rooms/1", "delivery": { "guarantee": "at_least_once" } }));
    scene.applies(&server(json!([literal])));
    assert_eq!(scene.hears_actions(jack), ["error", "leave"]);
    scene.broadcasts(jack, "rooms/1", "no member any more");
    assert_eq!(scene.hears_refusal(jack), "Client is not connected to this channel");
    scene.join(jack, "rooms/1");
    let expected = json!({ "joined": true, "params": {}, "cursor": "0", "resumed": false });
    assert_eq!(scene.hears_payloads(jack, "join"), [expected]);
    scene.applies(&server(json!([channel(json!({ "name": "other" }))])));
    assert_eq!(scene.hears(jack)[0]["payload"]["message"], "No settings for channel name");
}

#[test]
fn changed_settings_hold_from_the_next_frame_on() {
    let mut scene = scene();
    let jill = scene.joins("rooms/1");
    scene.applies(&stream(json!({ "publish": { "who": "nobody" } })));
    scene.broadcasts(jill, "rooms/1", "hi");
    assert_eq!(scene.hears_refusal(jill), "Publishing is not allowed on this channel");
    scene.applies(&stream(json!({ "presence": true })));
    assert_eq!(scene.hears_payloads(jill, "presence_full"), [json!({ "members": [] })]);
    scene.applies(&stream(json!({ "input": [{ "name": "room_id", "type": "uuid" }] })));
    assert_eq!(scene.hears_actions(jill), ["error", "leave"], "the name is none of this template any more");
}

#[test]
fn clients_without_a_token_leave_a_channel_that_no_longer_admits_them() {
    let mut scene = scene();
    let (jill, jack) = (scene.joins("rooms/1"), scene.joins_as(7, "rooms/1"));
    scene.applies(&stream(json!({ "anonymous_clients": false, "presence": true })));
    assert_eq!(scene.hears_actions(jill), ["error", "leave"]);
    assert_eq!(scene.hears_actions(jack).last().unwrap(), "presence_full");
}

#[test]
fn what_was_said_before_clients_without_a_token_were_admitted_stays_with_the_users() {
    let closed = stream(json!({ "anonymous_clients": false, "conversation": { "enabled": true, "limit": 9 } }));
    let open = stream(json!({ "conversation": { "enabled": true, "limit": 9 } }));
    let mut scene = Scene::limited(&closed, &crate::Limits::default());
    let jack = scene.joins_as(7, "rooms/1");
    scene.broadcasts(jack, "rooms/1", "secret");
    scene.applies(&open);
    scene.broadcasts(jack, "rooms/1", "public");
    let jill = scene.opens();
    scene.join_with(jill, "rooms/1", "jill");
    let frames = scene.hears(jill);
    let payloads: Vec<_> = frames.iter().map(|frame| &frame["payload"]).filter(|payload| payload.is_string()).collect();
    assert_eq!(payloads, ["public", "public"], "transcript and replay");
    let john = scene.opens_as(8);
    scene.join(john, "rooms/1");
    assert_eq!(scene.hears_payloads(john, "replay"), ["secret", "public"]);
}

#[test]
fn the_window_shrinks_to_the_new_limit_and_goes_with_the_guarantee() {
    let mut scene = scene();
    let jack = scene.joins_as(7, "rooms/1");
    for number in 0..5 {
        scene.broadcasts(jack, "rooms/1", number);
    }
    scene.hears(jack);
    scene.applies(&stream(json!({ "conversation": { "limit": 2 } })));
    scene.join(jack, "rooms/1");
    assert_eq!(scene.hears_payloads(jack, "replay"), [3, 4]);
    let transcript = json!({ "delivery": {}, "conversation": { "enabled": true, "limit": 9 } });
    scene.applies(&stream(transcript));
    scene.join(jack, "rooms/1");
    assert_eq!(scene.hears_payloads(jack, "conversation_start"), [json!({ "count": 0 })], "the kept ones have ids");
}

#[test]
fn an_answer_after_the_server_is_gone_starts_nothing_on_its_channels() {
    let handled = json!({ "messages": [{ "name": "send", "handler": HANDLER }] });
    let mut scene = Scene::limited(&stream(handled), &crate::Limits::default());
    let jack = scene.joins_as(7, "rooms/1");
    scene.broadcasts(jack, "rooms/1", "first");
    scene.join(jack, "rooms/1");
    let call = scene.asks();
    scene.applies(&server(json!([])));
    scene.answers(call, json!("first"));
    assert_eq!(scene.hub.channel_count(), 0);
}
