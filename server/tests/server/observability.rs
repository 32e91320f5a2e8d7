//! Metrics and live numbers, as operators see them.

use std::net::SocketAddr;

use serde_json::{Value, json};

use xano_realtime_server::Config;

use crate::support::{ADMIN_TOKEN, Client, MARVEL, Running, admin, ask, get, on_redis, token_of};

/// Returns the value of a metric. Labels are part of its name.
async fn metric(address: SocketAddr, name: &str) -> f64 {
    let (status, head, body) = get(address, "/metrics").await;
    assert_eq!(status, 200);
    assert!(head.contains("content-type: text/plain; version=0.0.4"), "{head}");
    let line = body.lines().find_map(|line| line.strip_prefix(&format!("{name} ")));
    line.expect(&body).parse().unwrap()
}

#[tokio::test]
async fn metrics_count_members_and_messages() {
    let server = Running::start().await;
    let mut jill = server.client_on(MARVEL).await;
    let mut jack = server.client_on(MARVEL).await;
    jill.hear_until("presence_update").await;
    jill.message(MARVEL, "hello").await;
    jill.hear_until("message").await;
    jack.hear_until("message").await;
    jill.join("nowhere", json!({})).await;
    jill.hear_refusal().await;
    let expected = [
        ("xano_connections", 2.0),
        // This gauge counts the connection of the request itself.
        ("xano_connections_unauthenticated", 1.0),
        ("xano_accept_errors_total", 0.0),
        ("xano_channels", 1.0),
        ("xano_members", 2.0),
        ("xano_messages_received_total", 1.0),
        ("xano_messages_delivered_total", 2.0),
        ("xano_errors_total{code=\"no_settings\"}", 1.0),
        ("xano_errors_total{code=\"bad_frame\"}", 0.0),
        ("xano_slow_consumers_total", 0.0),
        ("xano_delivery_seconds_count", 1.0),
    ];
    for (name, value) in expected {
        assert_eq!(metric(server.address, name).await, value, "{name}");
    }
    jack.close(1000).await;
    jill.hear_until("presence_update").await;
    assert_eq!(metric(server.address, "xano_connections").await, 1.0);
}

#[tokio::test]
async fn on_other_addresses_than_loopback_metrics_need_the_admin_token() {
    let (_server, address) = Running::start_beyond_loopback(Config { dev: true, ..Config::default() }).await;
    let refused = ask(address, "GET", "/metrics", &[], "").await;
    assert_eq!((refused.status, &refused.json()["code"]), (401, &json!("ERROR_CODE_UNAUTHORIZED")));
    let authorization = format!("Bearer {ADMIN_TOKEN}");
    let answer = ask(address, "GET", "/metrics", &[("Authorization", &authorization)], "").await;
    assert_eq!(answer.status, 200);
    assert!(answer.body.contains("xano_connections 0"), "{}", answer.body);
    for path in ["/health", "/ready"] {
        assert_eq!(get(address, path).await.0, 200, "{path}");
    }
}

#[tokio::test]
async fn the_admin_sees_the_channels_with_the_most_members_first() {
    let channels =
        json!([{ "pattern": "room/*", "wildcard": true, "enabled": true, "anonymous_clients": true, "history": 25 }]);
    let server = Running::with_channels(channels).await;
    let token = token_of(5, 7, json!({}));
    let (mut jack, _) = Client::connect(server.address, Some(&token)).await.unwrap();
    let mut jill = server.client().await;
    for channel in ["room/1", "room/2"] {
        jack.join(channel, json!({})).await;
        jack.hear().await;
    }
    jill.join("room/2", json!({})).await;
    jill.hear().await;
    admin(server.address, "POST", "/event", r#"{"channel":"room/kept"}"#).await;

    let live = admin(server.address, "GET", "/live", "").await.json();
    let channel = |name: &str, members: u32, authenticated: u32, history: u32| json!({ "channel": name, "pattern": "room/*", "members": members, "authenticated": authenticated, "history": history });
    let mut expected = vec![channel("room/2", 2, 1, 0), channel("room/1", 1, 1, 0)];
    if !on_redis() {
        // With Redis, the server does not hold a channel without members.
        expected.push(channel("room/kept", 0, 0, 1));
    }
    assert_eq!(live["channels"], Value::from(expected));
    let counts = ["connections", "members", "channels_in_use", "messages_received", "messages_delivered", "errors"];
    let counts = counts.map(|name| live[name].as_u64().unwrap());
    assert_eq!(counts, [2, 3, 2, 0, 0, 0]);
    assert!(live["uptime_ms"].is_u64());
    let path = "/api:meta/workspace/1/realtime/live";
    assert_eq!(ask(server.address, "GET", path, &[], "").await.status, 401);
}
