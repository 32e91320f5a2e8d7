//! The WebSocket handshake: which requests open a socket and which are refused.

use crate::support::{Client, HASH, MARVEL, Running, ask, get, token, token_of};
use serde_json::json;
use tokio_tungstenite::tungstenite::Error;
use xano_realtime_server::{Config, Origins, Settings};

const HANDSHAKE: [(&str, &str); 4] = [
    ("Connection", "upgrade"),
    ("Upgrade", "websocket"),
    ("Sec-WebSocket-Version", "13"),
    ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
];

/// Returns the status of a refused handshake.
fn status<T>(outcome: Result<T, Error>) -> u16 {
    match outcome {
        Err(Error::Http(response)) => response.status().as_u16(),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("the handshake succeeded"),
    }
}

#[tokio::test]
async fn an_unknown_hash_is_not_found() {
    let server = Running::start().await;
    for path in ["rt/unknown", "rt/", "rt", "ws/", "ws"] {
        let url = format!("ws://{}/{path}", server.address);
        assert_eq!(status(Client::connect_to(&url, None).await), 404, "{path}");
    }
}

#[tokio::test]
async fn a_workspace_without_realtime_is_not_found() {
    let settings = json!({ "enabled": false, "hash": HASH }).to_string();
    let server =
        Running::start_with(Config { settings: Settings::parse(&settings).unwrap(), ..Config::default() }).await;
    assert_eq!(status(Client::connect(server.address, None).await), 404);
}

#[tokio::test]
async fn a_token_identifies_its_socket_in_presence_lists_and_messages() {
    let server = Running::start().await;
    let token = token_of(5, 7, json!({ "name": "Jack" }));
    let (mut jack, response) = Client::connect(server.address, Some(&token)).await.unwrap();
    assert_eq!(response.headers()["sec-websocket-protocol"], *token);
    let mut jill = server.client_on(MARVEL).await;
    jack.join(MARVEL, json!({ "presence": true })).await;
    assert_eq!(jack.hear().await["action"], "join", "no complaint came before");

    let came = &jill.hear().await["payload"]["presence"];
    assert_eq!(came["extras"], json!({ "name": "Jack" }));
    assert_eq!(came["permissions"], json!({ "dbo_id": 5, "row_id": 7 }));
    jack.message(MARVEL, "hi").await;
    assert_eq!(&jill.hear_until("message").await["client"], came);
}

#[tokio::test]
async fn a_refused_token_is_echoed_and_the_client_receives_the_reason() {
    let server = Running::start().await;
    let signed = |exp: u64| token(&json!({ "dbo_id": 5, "id": 7, "exp": exp }));
    let refusals = [
        ("eyJhbGciOiJBMjU2S1cifQ.aGVsbG8.d29ybGQ-_".to_owned(), "not a JSON Web Token"),
        (signed(1), "expired"),
        (format!("{}x", signed(9_999_999_999)), "not signed by this server"),
    ];
    for (token, reason) in refusals {
        let (mut jill, response) = Client::connect(server.address, Some(&token)).await.unwrap();
        assert_eq!(response.headers()["sec-websocket-protocol"], *token);
        let first = jill.hear().await;
        assert_eq!(first["action"], "error");
        assert_eq!(first["options"], json!({}), "reaches every channel of the client");
        assert_eq!(first["payload"]["code"], "token_not_accepted");
        assert_eq!(first["payload"]["message"], format!("Authentication token was not accepted: {reason}"));
        assert!(!first.to_string().contains(&token));

        jill.join(MARVEL, json!({ "presence": true })).await;
        let presence = &jill.hear_until("presence_full").await["payload"]["presence"][0];
        assert_eq!(presence["permissions"], json!({ "dbo_id": 0, "row_id": 0 }), "anonymous");
    }
}

#[tokio::test]
async fn pages_of_origins_that_are_not_allowed_open_no_socket() {
    let mut origins = Origins::default();
    origins.allow("https://app.example.com").unwrap();
    let server = Running::start_with(Config { origins, ..Config::default() }).await;
    let path = format!("/rt/{HASH}");
    let foreign = [&HANDSHAKE[..], &[("Origin", "https://evil.example")]].concat();
    let refused = ask(server.address, "GET", &path, &foreign, "").await;
    assert_eq!(refused.status, 403);
    assert!(refused.body.contains("--allow-origin"), "{}", refused.body);
    let url = format!("ws://{}{path}", server.address);
    let admitted = Client::connect_from(&url, "https://app.example.com").await;
    assert!(admitted.is_ok());
    assert!(Client::connect(server.address, None).await.is_ok(), "not a page");
}

#[tokio::test]
async fn without_a_token_there_is_no_subprotocol_and_no_error() {
    let server = Running::start().await;
    let (mut jill, response) = Client::connect(server.address, None).await.unwrap();
    assert!(response.headers().get("sec-websocket-protocol").is_none());
    jill.join(MARVEL, json!({})).await;
    assert_eq!(jill.hear().await["action"], "join");
}

#[tokio::test]
async fn socket_ids_differ_and_are_long() {
    let server = Running::start().await;
    let _jill = server.client_on(MARVEL).await;
    let mut jack = server.client().await;
    jack.join(MARVEL, json!({ "presence": true })).await;
    let presence = jack.hear_until("presence_full").await["payload"]["presence"].take();
    let ids: Vec<_> = (0..2).map(|index| presence[index]["socketId"].as_str().unwrap()).collect();
    assert_ne!(ids[0], ids[1]);
    assert!(ids.iter().all(|id| id.len() == 32), "{ids:?}");
}

#[tokio::test]
async fn a_socket_over_the_limit_is_refused_and_accepted_after_another_has_closed() {
    for (limit, refusal) in [("connections=1", 503), ("connections_per_ip=1", 429)] {
        let server = Running::with_limits(limit).await;
        let mut jill = server.client_on(MARVEL).await;
        assert_eq!(status(Client::connect(server.address, None).await), refusal);
        jill.close(1000).await;
        // The server frees the place shortly after the client has closed.
        while let Err(refused) = Client::connect(server.address, None).await {
            assert_eq!(status::<()>(Err(refused)), refusal);
        }
    }
}

#[tokio::test]
async fn a_request_that_is_no_handshake_is_refused_with_the_reason() {
    let server = Running::start().await;
    let (status, head, body) = get(server.address, &format!("/rt/{HASH}")).await;
    assert_eq!(status, 426);
    assert!(head.contains("upgrade: websocket"), "{head}");
    assert_eq!(body, "this path accepts WebSocket connections only\n");
}

#[tokio::test]
async fn a_handshake_with_head_is_refused_with_405_and_counts_as_no_socket() {
    let server = Running::with_limits("connections=1").await;
    let refused = ask(server.address, "HEAD", &format!("/rt/{HASH}"), &HANDSHAKE, "").await;
    assert_eq!((refused.status, refused.header("allow")), (405, Some("get")));
    assert!(Client::connect(server.address, None).await.is_ok());
}

#[tokio::test]
async fn a_key_that_is_not_sixteen_bytes_in_base64_is_refused_with_400() {
    let server = Running::start().await;
    let [rest @ .., _] = HANDSHAKE;
    for key in
        ["", "x", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZSE=", "AAAA====", "!!!!"]
    {
        let handshake = [&rest[..], &[("Sec-WebSocket-Key", key)]].concat();
        let refused = ask(server.address, "GET", &format!("/rt/{HASH}"), &handshake, "").await;
        assert_eq!(refused.status, 400, "{key}");
        assert_eq!(refused.body, "the header Sec-WebSocket-Key must be 16 bytes in base64\n");
    }
}
