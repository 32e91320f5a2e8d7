//! Tests of the bounds on all histories together, and of the order of removal.

use std::time::Duration;

use serde_json::{Value, json};

use super::Scene;
use crate::ConnectionId;
use crate::{Limits, Settings};

fn scene(limits: Limits) -> Scene {
    let row = json!({ "pattern": "room/*", "wildcard": true, "enabled": true, "anonymous_clients": true,
                      "client_public_messaging": true, "history": 100 });
    Scene::limited(Settings::parse(&json!({ "channels": [row] }).to_string()).unwrap(), &limits)
}

/// Returns the payloads of a channel's history, as a newly joined client receives them.
fn kept(scene: &mut Scene, channel: &str) -> Vec<Value> {
    let reader = scene.opens("reader");
    scene.join(reader, channel, json!({ "history": true }));
    let history = scene.hears(reader).remove(1)["payload"]["history"].take();
    scene.closes(reader);
    history.as_array().unwrap().iter().map(|frame| frame["payload"].clone()).collect()
}

/// Joins a channel, sends messages and leaves.
fn visit(scene: &mut Scene, client: ConnectionId, channel: &str, payloads: impl IntoIterator<Item = Value>) {
    scene.join(client, channel, Value::Null);
    for payload in payloads {
        scene.messages(client, channel, payload);
    }
    scene.leaves(client, channel);
    scene.hears(client);
}

fn at(scene: &mut Scene, seconds: u64) {
    scene.hub.advance(Duration::from_secs(seconds));
}

#[test]
fn a_channel_above_its_bound_of_bytes_loses_its_oldest_messages() {
    let mut scene = scene(Limits { history_bytes_per_channel: 10_000, ..Limits::default() });
    let jill = scene.opens("jill");
    visit(&mut scene, jill, "room/1", (0..20).map(|number| json!([number, "x".repeat(1_000)])));
    let numbers: Vec<_> = kept(&mut scene, "room/1").into_iter().map(|mut payload| payload[0].take()).collect();
    assert_eq!(numbers.last(), Some(&json!(19)));
    assert!((5..10).contains(&numbers.len()), "{numbers:?}");
    assert!(scene.hub.census().history_bytes <= 10_000);
}

#[test]
fn a_message_that_is_larger_than_the_bound_is_delivered_and_not_kept() {
    let mut scene = scene(Limits { history_bytes_per_channel: 1_000, ..Limits::default() });
    let jill = scene.joins("jill", "room/1");
    scene.messages(jill, "room/1", "x".repeat(2_000));
    assert_eq!(scene.hears_actions(jill), ["message"]);
    assert_eq!(kept(&mut scene, "room/1"), [] as [Value; 0]);
}

#[test]
fn when_all_histories_exceed_their_bound_the_channel_unused_for_longest_is_removed_first() {
    let mut scene = scene(Limits { history_bytes: 20_000, ..Limits::default() });
    let jill = scene.opens("jill");
    let large = |number: usize| vec![json!([number, "x".repeat(5_000)])];
    for number in 1..=3 {
        visit(&mut scene, jill, &format!("room/{number}"), large(number));
    }
    // Reading counts as a use of the channel.
    assert_eq!(kept(&mut scene, "room/1").len(), 1);
    visit(&mut scene, jill, "room/4", large(4));
    let lens = [1, 2, 3, 4].map(|number| kept(&mut scene, &format!("room/{number}")).len());
    assert_eq!(lens, [1, 0, 1, 1]);
    assert!(scene.hub.census().history_bytes <= 20_000);
}

#[test]
fn a_reader_of_a_removed_channel_is_told_that_messages_are_missing() {
    let mut scene = scene(Limits { history_bytes: 10_000, ..Limits::default() });
    let jill = scene.opens("jill");
    scene.join(jill, "room/1", Value::Null);
    let position = scene.hears(jill)[0]["payload"]["ext"]["recover"].take();
    scene.messages(jill, "room/1", "missed");
    scene.leaves(jill, "room/1");
    let jack = scene.opens("jack");
    visit(&mut scene, jack, "room/2", [json!("x".repeat(9_500))]);
    scene.hears(jill);
    scene.join(jill, "room/1", json!({ "since": position }));
    let history = &scene.hears(jill)[1]["payload"];
    assert_eq!(*history, json!({ "history": [], "complete": false }));
}

#[test]
fn if_every_channel_is_in_use_a_channel_drops_its_own_oldest_messages() {
    let mut scene = scene(Limits { history_bytes: 20_000, ..Limits::default() });
    let [jill, jack] = ["jill", "jack"].map(|name| scene.opens(name));
    scene.join(jill, "room/1", Value::Null);
    scene.join(jack, "room/2", Value::Null);
    scene.messages(jill, "room/1", "stays");
    for number in 0..10 {
        scene.messages(jack, "room/2", json!([number, "x".repeat(5_000)]));
    }
    assert_eq!(kept(&mut scene, "room/1"), ["stays"]);
    assert_eq!(kept(&mut scene, "room/2").len(), 3);
}

#[test]
fn messages_that_are_too_old_are_neither_read_nor_kept() {
    let mut scene = scene(Limits { history_age_seconds: 60, ..Limits::default() });
    at(&mut scene, 1_000);
    let jill = scene.opens("jill");
    visit(&mut scene, jill, "room/old", [json!("old")]);
    let jack = scene.joins("jack", "room/1");
    scene.messages(jack, "room/1", "old");
    at(&mut scene, 1_030);
    scene.messages(jack, "room/1", "new");
    at(&mut scene, 1_061);
    assert_eq!(kept(&mut scene, "room/1"), ["new"]);
    assert_eq!(scene.hub.channel_count(), 1, "the channel that nobody uses is forgotten without being asked");
}

#[test]
fn a_channel_above_the_limit_replaces_an_unused_one_or_is_refused() {
    let mut scene = scene(Limits { channels: 2, ..Limits::default() });
    let jill = scene.opens("jill");
    visit(&mut scene, jill, "room/1", [json!("kept")]);
    scene.join(jill, "room/2", Value::Null);
    scene.join(jill, "room/3", Value::Null);
    assert_eq!(scene.hears_actions(jill), ["join", "join"]);
    assert_eq!(scene.hub.channel_count(), 2);
    scene.join(jill, "room/4", Value::Null);
    let refusal = scene.hears_refusal(jill);
    assert_eq!(refusal, "This server has 2 channels, which is as many as it may have; try again later");
    assert!(scene.hub.event("room/4", None).is_err(), "an event neither");
    scene.leaves(jill, "room/3");
    scene.join(jill, "room/4", Value::Null);
    assert_eq!(scene.hears_actions(jill), ["leave", "join"]);
}

#[test]
fn the_census_equals_a_count_over_all_channels() {
    let mut scene = scene(Limits { history_bytes: 30_000, channels: 20, ..Limits::default() });
    let mut dice = fastrand::Rng::with_seed(7);
    let mut clients: Vec<_> = (0..10).map(|number| scene.opens(&format!("client {number}"))).collect();
    for step in 0..3_000 {
        at(&mut scene, step);
        let which = dice.usize(..clients.len());
        let channel = format!("room/{}", dice.usize(..30));
        match dice.usize(..10) {
            0..4 => scene.join(clients[which], &channel, json!({ "presence": true })),
            4..6 => scene.leaves(clients[which], &channel),
            6 => {
                scene.closes(clients[which]);
                clients[which] = scene.opens(&format!("client {step}"));
            }
            _ => scene.messages(clients[which], &channel, "x".repeat(dice.usize(..3_000))),
        }
        let census = scene.hub.census();
        let rooms = || scene.hub.channels.values();
        assert_eq!(census.history_bytes, rooms().map(|room| room.history.bytes()).sum::<usize>());
        assert_eq!(census.members, rooms().map(|room| room.members().len()).sum::<usize>());
        assert_eq!(census.channels, rooms().filter(|room| room.members().len() > 0).count());
        assert!(census.history_bytes <= 30_000 && rooms().len() <= 20);
        assert_eq!(rooms().filter(|room| room.account.is_unused()).count(), rooms().len() - census.channels);
    }
}
