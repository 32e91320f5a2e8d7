//! Tests of sockets that are opened, authenticated and refused.

use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::{HANDLER, Scene, TRIGGER, body, channel, server};
use crate::v2::{Address, Visitor};
use crate::{Answer, Closing, Limits};

const NOT_READY: &str = "Connection is not ready";

/// Returns settings with a changed server.
fn changed(changes: Value) -> Value {
    let mut settings = server(json!([channel(json!({}))]));
    settings["servers"][0].as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    settings
}

/// Returns why a socket at this address is refused.
fn refused(settings: &Value, address: &str) -> String {
    let mut scene = Scene::limited(settings, &Limits::default());
    let jill = scene.knocks(address, None);
    scene.is_authenticated(jill);
    assert_eq!(scene.hub.take_closed(), [(jill, Closing::Refused)]);
    let frames = scene.hears(jill);
    assert_eq!(frames.len(), 1, "{frames:?}");
    assert!(frames[0].get("channel").is_none(), "{frames:?}");
    frames[0]["payload"]["message"].as_str().unwrap().to_owned()
}

#[test]
fn every_frame_before_authentication_is_answered_and_dropped() {
    let mut scene = Scene::new();
    let jill = scene.knocks("rtmain01", None);
    for text in [r#"{"action":"ping"}"#, r#"{"action":"join","channel":"lobby"}"#, "not JSON"] {
        scene.sends(jill, text);
        assert_eq!(scene.hears(jill), [json!({ "action": "error", "payload": { "message": NOT_READY } })]);
    }
    scene.is_authenticated(jill);
    assert_eq!(scene.hears_actions(jill), [""; 0], "nothing was kept");
    scene.sends(jill, r#"{"action":"ping"}"#);
    assert_eq!(scene.hears(jill), [json!({ "action": "pong" })]);
    scene.is_authenticated(jill);
    assert_eq!(scene.hub.take_closed(), [(jill, Closing::Refused)], "once");
}

#[test]
fn a_socket_is_refused_with_the_reason() {
    assert_eq!(refused(&changed(json!({})), "rtmain02"), "Unknown connection hash");
    assert_eq!(refused(&changed(json!({})), "a_b:rtmain01"), "Unknown connection hash");
    assert_eq!(refused(&changed(json!({ "enabled": false })), "rtmain01"), "Realtime server is disabled");
    let closed = changed(json!({ "channels": [channel(json!({ "active": false }))] }));
    assert_eq!(refused(&closed, "rtmain01"), "Realtime server has no active channel");
    let members_only = changed(json!({ "channels": [channel(json!({ "anonymous_clients": false }))] }));
    assert_eq!(refused(&members_only, "rtmain01"), "Authentication is required");
}

#[test]
fn a_token_that_is_not_accepted_is_a_reason_to_refuse() {
    let mut scene = Scene::new();
    let jack = scene.hub.open_v2(Visitor { address: Address::parse("rtmain01"), user: Err("expired".to_owned()) });
    scene.is_authenticated(jack);
    assert_eq!(scene.hears_refusal(jack), "Authentication token was not accepted: expired");
    assert_eq!(scene.hub.take_closed(), [(jack, Closing::Refused)]);
}

#[test]
fn a_connect_trigger_admits_or_denies_and_the_socket_is_not_ready_until_then() {
    let mut scene = Scene::limited(&changed(json!({ "triggers": { "connect": TRIGGER } })), &Limits::default());
    let jack = scene.knocks("rtmain01", Some(7));
    scene.is_authenticated(jack);
    scene.join(jack, "rooms/1");
    assert_eq!(scene.hears_refusal(jack), NOT_READY);
    let call = scene.asks();
    let client = json!({ "extras": { "name": "Jack" }, "permissions": { "dbo_id": 5, "row_id": 7 } });
    let expected = json!({ "action": "connect", "realtime_server": "main", "client": client, "options": {},
        "payload": null });
    assert_eq!(body(&call), expected);
    scene.answers(call, json!(true));
    scene.join(jack, "rooms/1");
    assert_eq!(scene.hears_actions(jack), ["join"]);

    for (answer, closing, reason) in [
        (Answer::Failed, Closing::Refused, "Connection denied"),
        (Answer::NotJson, Closing::Refused, "Connection denied"),
        (Answer::Busy, Closing::Busy, "The channel's trigger is busy; nothing was done, try again later"),
    ] {
        let jill = scene.knocks("rtmain01", None);
        scene.is_authenticated(jill);
        let call = scene.asks();
        scene.answers_with(call, answer);
        assert_eq!(scene.hears_refusal(jill), reason);
        assert_eq!(scene.hub.take_closed(), [(jill, closing)]);
        scene.join(jill, "rooms/1");
        assert_eq!(scene.hears_refusal(jill), NOT_READY);
    }
    let jill = scene.knocks("rtmain01", None);
    scene.is_authenticated(jill);
    let call = scene.asks();
    scene.closes(jill);
    scene.answers(call, json!(true));
    assert_eq!(scene.hears_actions(jill), [""; 0], "the socket has closed");
}

#[test]
fn a_disconnect_trigger_is_told_of_sockets_that_were_ready() {
    let mut scene = Scene::limited(&changed(json!({ "triggers": { "disconnect": TRIGGER } })), &Limits::default());
    let jill = scene.knocks("rtmain01", None);
    scene.closes(jill);
    assert!(scene.asks_all().is_empty());
    let jill = scene.opens();
    scene.closes(jill);
    let call = scene.asks();
    assert_eq!(body(&call)["action"], "disconnect");
    scene.answers(call, json!(false));
}

#[test]
fn a_connect_trigger_that_admits_a_socket_that_has_closed_hears_that_it_is_gone() {
    let triggers = json!({ "connect": HANDLER, "disconnect": TRIGGER });
    let mut scene = Scene::limited(&changed(json!({ "triggers": triggers })), &Limits::default());
    for (answer, is_told) in [(Answer::Json(RawValue::TRUE.to_owned()), true), (Answer::Failed, false)] {
        let jack = scene.knocks("rtmain01", Some(7));
        scene.is_authenticated(jack);
        let call = scene.asks();
        scene.closes(jack);
        assert!(scene.asks_all().is_empty(), "not before the other request has ended");
        scene.answers_with(call, answer);
        let told: Vec<_> = scene.asks_all().iter().map(body).collect();
        assert_eq!(
            told.iter().map(|body| &body["action"]).collect::<Vec<_>>(),
            vec!["disconnect"; usize::from(is_told)]
        );
        assert!(told.iter().all(|body| body["client"]["permissions"]["row_id"] == 7));
    }
}

#[test]
fn tenants_share_settings_and_no_channel() {
    let mut scene = Scene::new();
    let jill = scene.joins("rooms/42");
    let jack = scene.knocks("acme:rtmain01", None);
    scene.is_authenticated(jack);
    scene.join(jack, "rooms/42");
    assert_eq!(scene.hears(jack)[1]["payload"], json!({ "members": [] }));
    scene.broadcasts(jack, "rooms/42", "for acme");
    assert_eq!(scene.hears_actions(jack), ["message", "broadcast"]);
    assert_eq!(scene.hears_actions(jill), [""; 0]);
}
