//! Tests of the permissions that a row of the settings grants.

use serde_json::{Value, json};

use super::{Scene, socket_of};

const ROOM: &str = "room";

/// Returns what Jack, an authenticated member, receives of Jill's message, or the reason why it was refused.
fn sends(row: Value, jill_is_authenticated: bool, options: Value) -> Result<Vec<Value>, String> {
    let mut scene = Scene::with_row(ROOM, row);
    let jack = scene.opens_authenticated("jack");
    let jill = if jill_is_authenticated { scene.opens_authenticated("jill") } else { scene.opens("jill") };
    for id in [jack, jill] {
        scene.join(id, ROOM, Value::Null);
        scene.hears(id);
    }
    let mut full = json!({ "channel": ROOM });
    full.as_object_mut().unwrap().extend(options.as_object().unwrap().clone());
    scene.says(jill, "message", full, json!("hello"));
    let heard = scene.hears_payloads(jack);
    if heard.is_empty() { Err(scene.hears_refusal(jill)) } else { Ok(heard) }
}

fn hello() -> Result<Vec<Value>, String> {
    Ok(vec![json!("hello")])
}

fn refused(why: &str) -> Result<Vec<Value>, String> {
    Err(why.to_owned())
}

#[test]
fn anonymous_clients_join_only_where_they_may() {
    let mut scene = Scene::with_row(ROOM, json!({ "anonymous_clients": false }));
    let jill = scene.opens("jill");
    scene.join(jill, ROOM, Value::Null);
    assert_eq!(scene.hears_refusal(jill), "Anonymous clients cannot join this channel.");
    let jack = scene.opens_authenticated("jack");
    scene.join(jack, ROOM, Value::Null);
    assert_eq!(scene.hears_actions(jack), ["join"]);
}

#[test]
fn a_disabled_row_is_ignored() {
    let mut scene = Scene::with_row(ROOM, json!({ "enabled": false }));
    let jill = scene.opens("jill");
    scene.join(jill, ROOM, Value::Null);
    assert_eq!(scene.hears_refusal(jill), "No settings for channel name");
}

#[test]
fn public_messages_need_their_row() {
    let on = json!({ "client_public_messaging": true });
    let known = json!({ "client_public_messaging": true, "client_public_messaging_authenticated_only": true });
    let closed = refused("Clients may not send public messages on this channel");
    let unknown = refused("Only authenticated clients may send public messages on this channel");
    assert_eq!(sends(json!({}), true, json!({})), closed);
    assert_eq!(sends(on, false, json!({})), hello());
    assert_eq!(sends(known.clone(), false, json!({})), unknown);
    assert_eq!(sends(known, true, json!({})), hello());
}

#[test]
fn private_messages_need_their_row() {
    let to_jack = json!({ "socketId": socket_of("jack") });
    let on = json!({ "client_private_messaging": true });
    let known = json!({ "client_private_messaging": true, "client_private_messaging_authenticated_only": true });
    let closed = refused("Clients may not send private messages on this channel");
    let unknown = refused("Private messages on this channel are for authenticated clients only");
    assert_eq!(sends(json!({ "client_public_messaging": true }), true, to_jack.clone()), closed);
    assert_eq!(sends(on, false, to_jack.clone()), hello());
    assert_eq!(sends(known.clone(), false, to_jack.clone()), unknown);
    assert_eq!(sends(known, true, to_jack), hello());
}

#[test]
fn authenticated_messages_need_their_row_and_no_other() {
    let authenticated = json!({ "authenticated": true });
    let on = json!({ "client_authenticated_messaging": true });
    let closed = refused("Authenticated messages are not allowed on this channel");
    let unknown = refused("Only authenticated clients may send authenticated messages");
    assert_eq!(sends(json!({ "client_public_messaging": true }), true, authenticated.clone()), closed);
    assert_eq!(sends(on.clone(), false, authenticated.clone()), unknown);
    assert_eq!(sends(on, true, authenticated), hello());
}

#[test]
fn an_authenticated_private_message_needs_both_rows() {
    let options = json!({ "authenticated": true, "socketId": socket_of("jack") });
    let both = json!({ "client_authenticated_messaging": true, "client_private_messaging": true });
    assert!(sends(json!({ "client_authenticated_messaging": true }), true, options.clone()).is_err());
    assert!(sends(json!({ "client_private_messaging": true }), true, options.clone()).is_err());
    assert_eq!(sends(both, true, options), hello());
}

#[test]
fn an_authenticated_message_does_not_reach_anonymous_members() {
    let row = json!({ "client_authenticated_messaging": true, "client_private_messaging": true });
    let mut scene = Scene::with_row(ROOM, row);
    let jill = scene.joins("jill", ROOM);
    let jack = scene.opens_authenticated("jack");
    scene.join(jack, ROOM, Value::Null);
    scene.hears(jack);
    scene.says(jack, "message", json!({ "channel": ROOM, "authenticated": true }), json!(1));
    assert_eq!(scene.hears_payloads(jack), [1], "its sender gets it back");
    assert_eq!(scene.hears_payloads(jill), [] as [Value; 0]);

    let to_jill = json!({ "channel": ROOM, "authenticated": true, "socketId": socket_of("jill") });
    scene.says(jack, "message", to_jill, json!(2));
    let why = "An authenticated message cannot go to an anonymous client";
    assert_eq!(scene.hears_refusal(jack), why);
}
