//! Tests of presence: one entry for each identity.

use serde_json::json;

use super::Scene;
use crate::Limits;

#[test]
fn a_user_comes_with_its_first_socket_and_goes_with_its_last() {
    let mut scene = Scene::new();
    let jill = scene.joins("rooms/42");
    let tabs = [scene.joins_as(7, "rooms/42"), scene.joins_as(7, "rooms/42")];
    let jack = json!({ "id": "7", "dbo_id": 5, "authenticated": true, "extras": { "name": "Jack" },
        "joined_at": 1_788_471_242 });
    assert_eq!(scene.hears_payloads(jill, "presence_join"), [json!({ "member": jack })]);
    scene.hears(tabs[0]);
    scene.closes(tabs[0]);
    assert!(scene.hears(jill).is_empty());
    scene.leaves(tabs[1], "rooms/42");
    assert_eq!(scene.hears_payloads(jill, "presence_leave"), [json!({ "member": jack })]);
}

#[test]
fn each_anonymous_socket_is_one_entry() {
    let mut scene = Scene::new();
    let first = scene.joins("rooms/42");
    let others = [scene.joins("rooms/42"), scene.joins("rooms/42")];
    scene.says(first, json!({ "action": "presence", "channel": "rooms/42" }));
    let lists = scene.hears_payloads(first, "presence_full");
    assert_eq!(lists[0]["members"].as_array().unwrap().len(), 3, "with oneself");
    scene.closes(others[0]);
    assert_eq!(scene.hears_payloads(first, "presence_leave")[0]["member"]["id"], "0");
    scene.join(first, "rooms/42");
    assert_eq!(scene.hears_payloads(first, "presence_full")[0]["members"].as_array().unwrap().len(), 1, "without");
}

#[test]
fn a_second_tab_sees_the_others_and_not_its_own_user() {
    let mut scene = Scene::new();
    scene.joins_as(7, "rooms/42");
    scene.joins_as(8, "rooms/42");
    let second_tab = scene.opens_as(7);
    scene.join(second_tab, "rooms/42");
    let lists = scene.hears_payloads(second_tab, "presence_full");
    let ids: Vec<_> = lists[0]["members"].as_array().unwrap().iter().map(|member| member["id"].clone()).collect();
    assert_eq!(ids, ["8"]);
}

#[test]
fn a_channel_without_presence_tells_nothing_and_lists_nobody() {
    let mut scene = Scene::with_channel(json!({}));
    let jill = scene.joins("rooms/42");
    scene.joins_as(7, "rooms/42");
    scene.says(jill, json!({ "action": "presence", "channel": "rooms/42" }));
    assert_eq!(scene.hears_payloads(jill, "presence_full"), [json!({ "members": [] })]);
}

#[test]
fn the_list_names_a_bounded_number_of_members_and_the_rest_moves_up() {
    let limits = Limits { presence_members: 2, ..Limits::default() };
    let mut scene = Scene::limited(&super::server(super::channels()), &limits);
    let jill = scene.joins("rooms/42");
    let jack = scene.joins_as(7, "rooms/42");
    let john = scene.joins_as(8, "rooms/42");
    assert_eq!(scene.hears_payloads(jill, "presence_join").len(), 1, "two are named");
    let late = scene.opens();
    scene.join(late, "rooms/42");
    let list = scene.hears_payloads(late, "presence_full").remove(0);
    assert_eq!((list["members"].as_array().unwrap().len(), &list["more"]), (2, &json!(1)));
    scene.hears(jill);
    scene.closes(jack);
    assert_eq!(scene.hears_actions(jill), ["presence_leave", "presence_join"]);
    assert_eq!(scene.hears_actions(john), ["presence_leave", "presence_join"]);
}

#[test]
fn rapid_changes_are_told_in_batches() {
    let mut scene = Scene::new();
    let jill = scene.joins("rooms/42");
    for _ in 0..1_000 {
        let jack = scene.joins_as(7, "rooms/42");
        scene.closes(jack);
    }
    let told = scene.hears(jill).len();
    assert!(told < 50, "{told}");
    let jack = scene.joins_as(7, "rooms/42");
    assert!(scene.hub.is_restless());
    let deliveries = scene.hub.tell_presence();
    scene.deliver(deliveries);
    assert_eq!(scene.hears_payloads(jill, "presence_join").len(), 1);
    scene.closes(jack);
}
