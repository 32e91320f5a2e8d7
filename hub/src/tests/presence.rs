//! Tests of presence lists and updates.

use serde_json::{Value, json};

use super::{MARVEL, Scene, socket_of};
use crate::{Limits, Settings};

fn sockets(presence_full: &Value) -> Vec<&str> {
    let presence = presence_full["payload"]["presence"].as_array().unwrap();
    presence.iter().map(|client| client["socketId"].as_str().unwrap()).collect()
}

#[test]
fn a_client_that_asks_for_presence_gets_all_members_including_itself_after_the_acknowledgement() {
    let mut scene = Scene::new();
    scene.joins("jill", MARVEL);
    let jack = scene.opens("jack");
    scene.join(jack, MARVEL, json!({ "presence": true, "history": true }));
    let frames = scene.hears(jack);
    let actions: Vec<_> = frames.iter().map(|frame| &frame["action"]).collect();
    assert_eq!(actions, ["join", "presence_full", "history"]);
    assert_eq!(sockets(&frames[1]), ["socket-of-jill", "socket-of-jack"]);
}

#[test]
fn a_client_that_does_not_ask_for_presence_gets_only_the_acknowledgement() {
    for wishes in [json!({ "presence": false, "history": false }), json!({}), Value::Null] {
        let mut scene = Scene::new();
        let jill = scene.opens("jill");
        scene.join(jill, MARVEL, wishes);
        assert_eq!(scene.hears_actions(jill), ["join"]);
    }
}

#[test]
fn members_that_asked_for_presence_are_told_of_joins_and_leaves_but_not_of_their_own() {
    let mut scene = Scene::new();
    let jill = scene.joins("jill", MARVEL);
    let john = scene.opens("john");
    scene.join(john, MARVEL, Value::Null);
    scene.hears(john);
    let jack = scene.joins("jack", MARVEL);
    scene.leaves(jack, MARVEL);

    let heard = scene.hears_payloads(jill);
    let told: Vec<_> = heard
        .iter()
        .map(|payload| (payload["action"].as_str().unwrap(), payload["presence"]["socketId"].as_str().unwrap()))
        .collect();
    let [john_socket, jack_socket] = ["john", "jack"].map(socket_of);
    assert_eq!(told, [("join", &*john_socket), ("join", &*jack_socket), ("leave", &*jack_socket)]);
    assert_eq!(scene.hears_actions(john), [] as [&str; 0], "did not ask");
    assert_eq!(scene.hears_actions(jack), ["leave"], "only the acknowledgement");
}

#[test]
fn a_socket_that_closes_leaves_all_its_channels() {
    let mut scene = Scene::with_row("room/*", json!({ "wildcard": true, "presence": true }));
    let jill = scene.joins("jill", "room/1");
    scene.join(jill, "room/2", json!({ "presence": true }));
    let jack = scene.joins("jack", "room/1");
    scene.join(jack, "room/2", Value::Null);
    scene.hears(jill);
    scene.closes(jack);
    let frames = scene.hears(jill);
    let channels: Vec<_> = frames.iter().map(|frame| &frame["options"]["channel"]).collect();
    assert_eq!(channels, ["room/1", "room/2"]);
    assert!(frames.iter().all(|frame| frame["payload"]["action"] == "leave"));
}

#[test]
fn a_second_join_is_answered_again_and_adds_no_member() {
    let mut scene = Scene::new();
    let jill = scene.joins("jill", MARVEL);
    let jack = scene.joins("jack", MARVEL);
    scene.hears(jill);
    scene.join(jack, MARVEL, json!({ "presence": true }));
    let frames = scene.hears(jack);
    assert_eq!(frames[0]["action"], "join");
    assert_eq!(sockets(&frames[1]), ["socket-of-jill", "socket-of-jack"]);
    assert_eq!(scene.hears_actions(jill), [] as [&str; 0], "nobody came");
}

#[test]
fn a_second_join_may_add_presence_and_never_removes_it() {
    let mut scene = Scene::new();
    let jill = scene.opens("jill");
    for wishes in [json!({ "presence": false }), json!({ "presence": true }), json!({ "presence": false })] {
        scene.join(jill, MARVEL, wishes);
    }
    scene.hears(jill);
    scene.joins("jack", MARVEL);
    assert_eq!(scene.hears_actions(jill), ["presence_update"]);
}

#[test]
fn a_channel_without_presence_shows_no_members() {
    let mut scene = Scene::with_row("quiet", json!({ "presence": false }));
    let jill = scene.opens("jill");
    scene.join(jill, "quiet", json!({ "presence": true }));
    assert_eq!(scene.hears_actions(jill), ["join"]);
    let jack = scene.joins("jack", "quiet");
    scene.closes(jack);
    assert_eq!(scene.hears_actions(jill), [] as [&str; 0]);
}

#[test]
fn a_leave_of_a_non_member_is_acknowledged_too() {
    let mut scene = Scene::new();
    let jill = scene.opens("jill");
    scene.leaves(jill, MARVEL);
    scene.leaves(jill, "unknown");
    assert_eq!(scene.hears_actions(jill), ["leave", "leave"]);
}

#[test]
fn after_a_leave_no_message_arrives_and_none_may_be_sent() {
    let mut scene = Scene::new();
    let jill = scene.joins("jill", MARVEL);
    let jack = scene.joins("jack", MARVEL);
    scene.leaves(jack, MARVEL);
    scene.hears(jack);
    scene.messages(jill, MARVEL, "gone?");
    assert_eq!(scene.hears_actions(jack), [] as [&str; 0]);
    scene.messages(jack, MARVEL, "still here");
    assert!(scene.hears_refusal(jack).starts_with("Join the channel"));
}

#[test]
fn rapid_updates_are_sent_in_batches_and_lists_agree_with_them() {
    let mut scene = Scene::new();
    let jill = scene.joins("jill", MARVEL);
    let visitors: Vec<_> = (0..40).map(|number| scene.joins(&format!("visitor {number}"), MARVEL)).collect();
    let at_once = scene.hears(jill).len();
    assert!(at_once < 40 && scene.hub.is_restless(), "{at_once} were told at once");

    // A new member sees the announced members and itself.
    let jack = scene.opens("jack");
    scene.join(jack, MARVEL, json!({ "presence": true }));
    let list = scene.hears(jack).remove(1);
    assert_eq!(sockets(&list).len(), 1 + at_once + 1);
    // A member that joined and left before its announcement is not mentioned.
    scene.closes(visitors[39]);
    let deliveries = scene.hub.tell_presence();
    scene.deliver(deliveries);
    let told = |scene: &mut Scene, id| -> Vec<Value> {
        let payloads = scene.hears_payloads(id);
        payloads.into_iter().map(|mut payload| payload["presence"]["socketId"].take()).collect()
    };
    let expected: Vec<Value> = (at_once..39).map(|number| socket_of(&format!("visitor {number}")).into()).collect();
    assert_eq!(told(&mut scene, jack), expected);
    assert_eq!(told(&mut scene, jill), [&expected[..], &[socket_of("jack").into()]].concat());
    assert!(!scene.hub.is_restless());
}

#[test]
fn a_list_at_its_bound_counts_its_unnamed_members() {
    let limits = Limits { presence_members: 2, ..Limits::default() };
    let mut scene = Scene::limited(Settings::default(), &limits);
    let jill = scene.joins("jill", MARVEL);
    let jack = scene.joins("jack", MARVEL);
    scene.joins("john", MARVEL);
    let june = scene.opens("june");
    scene.join(june, MARVEL, json!({ "presence": true }));
    let list = scene.hears(june).remove(1);
    assert_eq!(sockets(&list), [socket_of("jill"), socket_of("jack"), socket_of("june")], "itself in any case");
    assert_eq!(list["payload"]["more"], 1, "john");
    assert_eq!(scene.hears(jill).len(), 1, "of jack alone");
    scene.closes(jack);
    let told: Vec<_> = scene.hears_payloads(jill).iter().map(|payload| payload["action"].clone()).collect();
    assert_eq!(told, ["leave", "join"], "the place is taken by the next");
}
