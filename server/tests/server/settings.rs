//! Settings that are read and changed over HTTP while clients are connected.

use std::fs;

use serde_json::{Value, json};
use xano_realtime_server::{Config, settings};

use crate::support::{Client, Folder, HASH, MARVEL, Running, admin, ask, get, on_redis};

fn row(changes: Value) -> Value {
    let mut row =
        json!({ "pattern": MARVEL, "enabled": true, "anonymous_clients": true, "client_public_messaging": true });
    row.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    row
}

#[tokio::test]
async fn requests_without_the_admin_token_are_refused() {
    let server = Running::start().await;
    let path = "/api:meta/workspace/1/realtime";
    for headers in [&[][..], &[("Authorization", "Bearer wrong")], &[("Authorization", "Bearer ")]] {
        for method in ["GET", "PUT"] {
            let answer = ask(server.address, method, path, headers, "{}").await;
            assert_eq!((answer.status, &answer.json()["code"]), (401, &json!("ERROR_CODE_UNAUTHORIZED")));
        }
    }
    assert_eq!(admin(server.address, "GET", "", "").await.status, 200);
}

#[tokio::test]
async fn settings_are_read_and_replaced_in_the_same_shape() {
    let server = Running::start().await;
    let before = admin(server.address, "GET", "", "").await.json();
    assert_eq!((&before["enabled"], &before["hash"]), (&json!(true), &json!(HASH)));
    assert_eq!(before["channels"][0]["pattern"], MARVEL);
    let same = admin(server.address, "PUT", "", &before.to_string()).await;
    assert_eq!((same.status, same.json()), (200, before));
    let bare = admin(server.address, "PUT", "", r#"{"enabled":true}"#).await.json();
    assert_eq!(
        bare,
        json!({ "enabled": true, "hash": HASH, "channels": [] }),
        "the hash stays unless another is given"
    );
}

#[tokio::test]
async fn invalid_settings_are_refused_with_the_name_of_the_field_and_nothing_changes() {
    let server = Running::start().await;
    let before = admin(server.address, "GET", "", "").await.json();
    let refusals = [
        ("{", "EOF"),
        (r#"{"enabled":"yes"}"#, "enabled: invalid type"),
        (r#"{"hash":""}"#, "hash: 1 to 128"),
        (r#"{"chanels":[]}"#, "chanels: unknown field"),
        (r#"{"channels":[{"pattern":"a"},{"pattern":"b","history":7}]}"#, "channels[1].history: history is one of"),
        (r#"{"channels":[{"pattern":"a"},{"pattern":"a"}]}"#, "channels[1].pattern: \"a\" stands there twice"),
    ];
    for (body, reason) in refusals {
        let answer = admin(server.address, "PUT", "", body).await;
        let refusal = answer.json();
        assert_eq!((answer.status, &refusal["code"]), (400, &json!("ERROR_CODE_INPUT_ERROR")));
        assert!(refusal["message"].as_str().unwrap().contains(reason), "{body}: {refusal}");
    }
    let large = admin(server.address, "PUT", "", &"x".repeat(3_000_000)).await;
    assert_eq!((large.status, &large.json()["code"]), (413, &json!("ERROR_CODE_INPUT_ERROR")));
    assert_eq!(admin(server.address, "GET", "", "").await.json(), before);
}

#[tokio::test]
async fn members_who_lose_their_permission_receive_an_error_and_leave_the_channel_and_their_socket_stays_open() {
    let server = Running::start().await;
    let mut jill = server.client_on(MARVEL).await;
    let settings = json!({ "enabled": true, "channels": [row(json!({ "anonymous_clients": false })), { "pattern": "dc", "enabled": true, "anonymous_clients": true }] });
    assert_eq!(admin(server.address, "PUT", "", &settings.to_string()).await.status, 200);
    assert_eq!(jill.hear().await["payload"]["code"], "anonymous");
    assert_eq!(jill.hear().await["action"], "leave");
    jill.join("dc", json!({})).await;
    assert_eq!(jill.hear().await["action"], "join");
}

#[tokio::test]
async fn a_new_hash_closes_the_sockets_of_the_old_one_with_1012_and_opens_the_new_path() {
    for settings in
        [json!({ "enabled": true, "hash": "another", "channels": [row(json!({}))] }), json!({ "enabled": false })]
    {
        let server = Running::start().await;
        let mut jill = server.client_on(MARVEL).await;
        assert_eq!(admin(server.address, "PUT", "", &settings.to_string()).await.status, 200);
        assert_eq!(jill.hear_close().await, 1012);
        assert!(Client::connect(server.address, None).await.is_err());
        if settings["enabled"] == true {
            let url = format!("ws://{}/rt/another", server.address);
            let (mut jill, _) = Client::connect_to(&url, None).await.unwrap();
            jill.join(MARVEL, json!({})).await;
            assert_eq!(jill.hear().await["action"], "join");
        }
    }
}

#[tokio::test]
async fn connection_json_contains_the_new_hash() {
    let folder = Folder::new("new-hash").with_file("index.html", "");
    let server = Running::start_with(Config { www: Some(folder.0.clone()), ..Config::default() }).await;
    admin(server.address, "PUT", "", r#"{"enabled":true,"hash":"another"}"#).await;
    assert_eq!(get(server.address, "/connection.json").await.2, r#"{"realtimeConnectionHash":"another"}"#);
}

#[tokio::test]
async fn connection_json_contains_the_canonical_of_the_first_server_that_is_open() {
    // There such settings are refused.
    if on_redis() {
        return;
    }
    let folder = Folder::new("canonical").with_file("index.html", "");
    let server = Running::start_with(Config { www: Some(folder.0.clone()), ..Config::default() }).await;
    let row = |name: &str, enabled| json!({ "name": name, "canonical": name, "enabled": enabled, "channels": [{ "name": "a" }] });
    let settings = json!({ "hash": "h", "servers": [row("closed", false), row("open", true), row("later", true)] });
    admin(server.address, "PUT", "", &settings.to_string()).await;
    let connection: Value = serde_json::from_str(&get(server.address, "/connection.json").await.2).unwrap();
    assert_eq!(connection, json!({ "realtimeConnectionHash": "h", "realtimeV2Canonical": "open" }));
}

#[tokio::test]
async fn changes_are_saved_to_the_settings_file_which_is_never_partly_written() {
    let folder = Folder::new("saved").with_file("realtime.json", r#"{"enabled":true}"#);
    let file = folder.0.join("realtime.json");
    let config = Config { settings_file: Some(file.clone()), ..Config::default() };
    let server = Running::start_with(config).await;
    let settings = json!({ "enabled": true, "channels": [row(json!({ "history": 25 }))] });
    let in_force = admin(server.address, "PUT", "", &settings.to_string()).await.json();
    assert_eq!(settings::read(&file).unwrap().to_json(), in_force);
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1, "nothing is left beside it");

    fs::remove_dir_all(&folder.0).unwrap();
    let answer = admin(server.address, "PUT", "", r#"{"enabled":false}"#).await;
    assert_eq!((answer.status, &answer.json()["code"]), (500, &json!("ERROR_FATAL")));
    assert_eq!(admin(server.address, "GET", "", "").await.json(), in_force, "what cannot be saved does not count");
}

#[cfg(unix)]
#[tokio::test]
async fn saving_settings_follows_no_symbolic_link_of_another_user_and_keeps_the_file_mode() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = Folder::new("prepared").with_file("realtime.json", "{}").with_file("victim", "untouched");
    let file = folder.0.join("realtime.json");
    fs::set_permissions(&file, PermissionsExt::from_mode(0o640)).unwrap();
    let guessed = format!("realtime.json.{}.new", std::process::id());
    symlink(folder.0.join("victim"), folder.0.join(guessed)).unwrap();
    let config = Config { settings_file: Some(file.clone()), ..Config::default() };
    let server = Running::start_with(config).await;
    assert_eq!(admin(server.address, "PUT", "", r#"{"enabled":true}"#).await.status, 200);
    assert_eq!(fs::read_to_string(folder.0.join("victim")).unwrap(), "untouched");
    assert!(settings::read(&file).unwrap().enabled);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(fs::symlink_metadata(&file).unwrap().is_file());
}

#[tokio::test]
async fn the_settings_file_is_reloaded_on_request() {
    let folder = Folder::new("reloaded").with_file("realtime.json", r#"{"enabled":true,"channels":[{"pattern":"a"}]}"#);
    let config = Config { settings_file: Some(folder.0.join("realtime.json")), ..Config::default() };
    let server = Running::start_with(config).await;
    let reloaded = admin(server.address, "POST", "/reload", "").await;
    assert_eq!((reloaded.status, &reloaded.json()["channels"][0]["pattern"]), (200, &json!("a")));
    let folder = folder.with_file("realtime.json", "{");
    let refused = admin(server.address, "POST", "/reload", "").await;
    assert_eq!((refused.status, &refused.json()["code"]), (400, &json!("ERROR_CODE_INPUT_ERROR")));
    drop(folder);

    let without_file = Running::start().await;
    assert_eq!(admin(without_file.address, "POST", "/reload", "").await.status, 404);
}
