//! Tests of channels without members, and of the number of channels per socket.

use serde_json::{Value, json};

use super::{MARVEL, Scene};
use crate::{Limits, Settings};

#[test]
fn ten_thousand_channels_are_forgotten_after_their_last_member() {
    let row = json!({ "wildcard": true, "presence": true, "client_public_messaging": true });
    let mut scene = Scene::with_row("room/*", row);
    for number in 0..10_000 {
        let room = format!("room/{number}");
        let jill = scene.joins("jill", &room);
        scene.messages(jill, &room, "anybody?");
        if number % 2 == 0 {
            scene.leaves(jill, &room);
        }
        scene.closes(jill);
    }
    assert_eq!(scene.hub.channel_count(), 0);
    assert!(scene.hub.connections.is_empty());
    assert!(scene.hub.by_socket_id.is_empty());
}

#[test]
fn refused_joins_leave_no_channel_behind() {
    let mut scene = Scene::new();
    let jill = scene.opens("jill");
    for number in 0..100 {
        scene.join(jill, &format!("unknown/{number}"), Value::Null);
    }
    assert_eq!(scene.hub.channel_count(), 0);
}

#[test]
fn a_channel_that_keeps_messages_stays() {
    let mut scene = Scene::new();
    let jill = scene.joins("jill", MARVEL);
    scene.messages(jill, MARVEL, "keep this");
    scene.closes(jill);
    assert_eq!(scene.hub.channel_count(), 1);
}

#[test]
fn a_socket_at_its_limit_of_channels_may_join_another_after_leaving_one() {
    let settings = r#"{"channels":[{"pattern":"room/*","wildcard":true,"enabled":true,"anonymous_clients":true}]}"#;
    let limits = Limits { channels_per_socket: 2, ..Limits::default() };
    let mut scene = Scene::limited(Settings::parse(settings).unwrap(), &limits);
    let jill = scene.joins("jill", "room/1");
    scene.join(jill, "room/2", Value::Null);
    scene.hears(jill);
    scene.join(jill, "room/3", Value::Null);
    assert!(scene.hears_refusal(jill).contains("2 channels"));
    scene.join(jill, "room/1", Value::Null);
    assert_eq!(scene.hears_actions(jill), ["join"], "is on it already");
    scene.leaves(jill, "room/1");
    scene.join(jill, "room/3", Value::Null);
    assert_eq!(scene.hears_actions(jill), ["leave", "join"]);
}

#[test]
fn a_command_of_a_closed_socket_is_ignored() {
    let mut scene = Scene::new();
    let jill = scene.joins("jill", MARVEL);
    scene.closes(jill);
    scene.join(jill, MARVEL, Value::Null);
    scene.closes(jill);
    assert_eq!(scene.hub.channel_count(), 0);
}
