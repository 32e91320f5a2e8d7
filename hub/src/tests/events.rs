//! Tests of events that the workspace sends.

use serde_json::{Value, json};

use super::{MARVEL, Scene};
use crate::Refusal;

#[test]
fn an_event_reaches_every_member_regardless_of_the_permissions_for_messages() {
    let mut scene = Scene::with_row("room", json!({}));
    let jill = scene.joins("jill", "room");
    let stranger = scene.opens("stranger");
    scene.event("room", json!({ "score": 3 }));
    let expected = json!({
        "action": "event", "client": null, "options": { "channel": "room", "id": "0-1" },
        "payload": { "data": { "score": 3 }, "dbo_id": 0, "row_id": 0 },
    });
    assert_eq!(scene.hears(jill), [expected]);
    assert_eq!(scene.hears(stranger), [] as [Value; 0]);
}

#[test]
fn an_event_is_kept_for_later_members_even_if_the_channel_was_empty() {
    let mut scene = Scene::new();
    scene.event(MARVEL, json!("early"));
    let jill = scene.opens("jill");
    scene.join(jill, MARVEL, json!({ "history": true }));
    let history = &scene.hears(jill)[1]["payload"]["history"];
    assert_eq!(history[0]["action"], "event");
    assert_eq!(history[0]["payload"]["data"], "early");
}

#[test]
fn an_event_needs_a_matching_row_and_leaves_no_channel_behind() {
    let mut scene = Scene::with_row("room/*", json!({ "wildcard": true }));
    assert_eq!(scene.hub.event("nowhere", None), Err(Refusal::NoSettings));
    scene.event("room/1", Value::Null);
    assert_eq!(scene.hub.channel_count(), 0);
}

#[test]
fn an_event_that_is_nested_too_deeply_for_receivers_is_refused() {
    let mut scene = Scene::new();
    let deep = format!("{}{}", "[".repeat(129), "]".repeat(129));
    let data = serde_json::value::RawValue::from_string(deep).unwrap();
    assert_eq!(scene.hub.event(MARVEL, Some(&data)), Err(Refusal::TooDeep));
}
