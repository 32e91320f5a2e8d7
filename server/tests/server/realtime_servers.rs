//! The Realtime servers of V2 in the settings, over HTTP and in the settings file. Several servers cannot share them:
//! `cluster/settings.rs` shows that.

use std::fs;

use serde_json::{Value, json};
use xano_realtime_server::{Config, settings};

use crate::support::{Folder, MARVEL, Running, admin, on_redis};

fn main_server(changes: Value) -> Value {
    let mut server = json!({ "name": "main", "canonical": "rtmain01", "enabled": true, "channels": [
        { "name": "rooms/{room_id}", "input": [{ "name": "room_id", "type": "int" }], "messages": [{ "name": "send" }] }
    ] });
    server.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    server
}

fn open_v1() -> Value {
    json!([{ "pattern": MARVEL, "enabled": true, "anonymous_clients": true, "presence": true, "client_public_messaging": true }])
}

#[tokio::test]
async fn servers_are_read_and_replaced_with_every_default_and_saved_to_the_file() {
    if on_redis() {
        return;
    }
    let folder = Folder::new("realtime-servers").with_file("realtime.json", "{}");
    let file = folder.0.join("realtime.json");
    let server = Running::start_with(Config { settings_file: Some(file.clone()), ..Config::default() }).await;
    assert_eq!(admin(server.address, "GET", "", "").await.json().get("servers"), None, "the shape of V1 alone");

    let body = json!({ "servers": [main_server(json!({ "description": "for the shop", "guid": "x" }))] });
    let answer = admin(server.address, "PUT", "", &body.to_string()).await;
    let in_force = answer.json();
    assert_eq!(answer.status, 200);
    let (main, channel) = (&in_force["servers"][0], &in_force["servers"][0]["channels"][0]);
    assert_eq!(
        (&main["description"], main.get("guid"), &main["handshake_delay_ms"]),
        (&json!("for the shop"), None, &json!(0))
    );
    assert_eq!(main["triggers"], json!({ "connect": null, "disconnect": null }));
    assert_eq!(channel["publish"], json!({ "who": "nobody", "direct": false }));
    assert_eq!(channel["conversation"], json!({ "enabled": false, "limit": 0, "ttl": 0 }));
    assert_eq!(channel["delivery"], json!({ "guarantee": "at_most_once", "per_recipient": false }));
    assert_eq!(channel["triggers"], json!({ "join": null, "leave": null, "deliver": null }));
    let message = json!({
        "name": "send", "description": "", "active": true, "auth": false, "deliver_to": "channel", "input": [],
        "handler": null, "on_failure": "refuse"
    });
    assert_eq!(channel["messages"], json!([message]));
    assert_eq!(settings::read(&file).unwrap().to_json(), in_force);
    let again = admin(server.address, "PUT", "", &in_force.to_string()).await;
    assert_eq!((again.status, again.json()), (200, in_force));
}

#[tokio::test]
async fn invalid_servers_are_refused_with_the_place_and_nothing_changes() {
    let server = Running::start().await;
    let before = admin(server.address, "GET", "", "").await.json();
    for (changes, reason) in [
        (json!({ "canonical": "a/b" }), "servers[1].canonical: must be 1 to 128 characters"),
        (json!({ "canonical": "rtmain01" }), "servers[1].canonical: \"rtmain01\" stands there twice"),
        (json!({ "channels": [{ "name": "a", "foo": 1 }] }), "servers[1].channels[0].foo: unknown field `foo`"),
        (json!({ "channels": [{ "name": "a//b" }] }), "servers[1].channels[0].name: must not have an empty segment"),
    ] {
        let mut other = main_server(json!({ "name": "other", "canonical": "rtother" }));
        other.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        let body = json!({ "enabled": true, "servers": [main_server(json!({})), other] });
        let answer = admin(server.address, "PUT", "", &body.to_string()).await;
        let refusal = answer.json();
        assert_eq!((answer.status, &refusal["code"]), (400, &json!("ERROR_CODE_INPUT_ERROR")));
        assert!(refusal["message"].as_str().unwrap().starts_with(reason), "{changes}: {refusal}");
    }
    assert_eq!(admin(server.address, "GET", "", "").await.json(), before);
}

#[tokio::test]
async fn reloaded_servers_leave_the_members_of_v1_where_they_are() {
    if on_redis() {
        return;
    }
    let settings = |servers: Value| json!({ "enabled": true, "channels": open_v1(), "servers": servers }).to_string();
    let folder = Folder::new("reloaded-servers").with_file("realtime.json", &settings(json!([])));
    let file = folder.0.join("realtime.json");
    let config =
        Config { settings: settings::read(&file).unwrap(), settings_file: Some(file.clone()), ..Config::default() };
    let server = Running::start_with(config).await;
    let mut jill = server.client_on(MARVEL).await;
    fs::write(&file, settings(json!([main_server(json!({}))]))).unwrap();
    let reloaded = admin(server.address, "POST", "/reload", "").await.json();
    assert_eq!(reloaded["servers"][0]["canonical"], "rtmain01");
    jill.message(MARVEL, "still here").await;
    assert_eq!(jill.hear().await["payload"], "still here");
    fs::write(&file, settings(json!([main_server(json!({ "canonical": "a b" }))]))).unwrap();
    assert_eq!(admin(server.address, "POST", "/reload", "").await.status, 400);
    assert_eq!(admin(server.address, "GET", "", "").await.json(), reloaded);
}
