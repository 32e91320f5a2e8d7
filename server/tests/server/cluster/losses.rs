//! Lost data in Redis: how servers notice and repair it, and what they protect from expiry.

use serde_json::json;
use xano_realtime_server::{Config, Settings};

use super::Cluster;
use crate::support::redis::Redis;
use crate::support::{MARVEL, Running, patiently};

#[tokio::test]
async fn keys_in_use_no_longer_expire_once_a_connection_is_back() {
    let cluster = Cluster::with_row(json!({ "pattern": "room/*", "wildcard": true })).await;
    let mut jill = cluster.one.client_on("room/1").await;
    jill.message("room/1", "hello").await;
    jill.hear_until("message").await;
    let keys: Vec<String> = cluster.redis.does("KEYS xano:{*").await;
    assert_eq!(keys.len(), 3, "its state, what was said, and who is there: {keys:?}");
    for key in &keys {
        let () = cluster.redis.does(&format!("PEXPIRE {key} 30000")).await;
    }
    let () = cluster.redis.does("CLIENT KILL TYPE normal").await;
    // The answer to a join follows the check of all channels.
    let _jack = cluster.one.client_on("room/2").await;
    for key in &keys {
        let lasts: i64 = cluster.redis.does(&format!("PTTL {key}")).await;
        assert!(lasts > 30_000, "{key} is gone in {lasts} ms");
    }
}

#[tokio::test]
async fn after_flushall_on_a_connected_redis_members_receive_a_gap_and_a_new_epoch() {
    let cluster = Cluster::with_row(json!({ "history": 25 })).await;
    let mut jill = cluster.one.client_on("room").await;
    let mut position = jill.position_on("room").await;
    jill.message("room", "seen").await;
    position["id"] = jill.hear_until("message").await["options"]["id"].take();
    jill.message("room", "lost").await;
    jill.hear_until("message").await;
    let () = cluster.redis.does("FLUSHALL").await;
    jill.message("room", "after").await;
    assert_eq!(jill.hear_until("error").await["payload"]["code"], "gap");
    let mut jack = cluster.other.client().await;
    jack.join("room", json!({ "since": position })).await;
    let joined = jack.hear_until("join").await;
    assert_ne!(joined["payload"]["ext"]["recover"]["epoch"], position["epoch"]);
    assert_eq!(jack.hear_until("history").await["payload"]["complete"], false);
}

#[tokio::test]
async fn servers_restore_the_settings_and_the_signing_key_in_an_emptied_redis() {
    let redis = Redis::start();
    let settings = json!({ "enabled": true, "channels": [
        { "pattern": "room", "enabled": true, "anonymous_clients": true, "presence": true, "client_public_messaging": true }
    ] });
    let settings = Settings::parse(&settings.to_string()).unwrap();
    let config = Config { settings, redis: Some(redis.url()), ..Config::default() };
    let server = Running::start_with_no_key(config).await;
    let mut jill = server.client_on("room").await;
    let shared = async || -> (Option<String>, Option<Vec<u8>>) {
        (redis.does("GET xano:settings").await, redis.does("GET xano:secret").await)
    };
    let before = shared().await;
    assert!(before.0.is_some() && before.1.is_some());
    jill.message("room", "before").await;
    jill.hear_until("message").await;
    // A server notices lost data when it renews its lease, or when it connects again.
    for loss in ["FLUSHALL", "CLIENT KILL TYPE normal"] {
        let () = redis.does("FLUSHALL").await;
        let () = redis.does(loss).await;
        assert_eq!(jill.hear_until("error").await["payload"]["code"], "gap");
        assert_eq!(shared().await, before, "after {loss}");
        jill.message("room", "after").await;
        jill.hear_until("message").await;
    }
}

#[tokio::test]
async fn a_server_that_was_declared_dead_registers_again_with_its_next_member() {
    let cluster = Cluster::start().await;
    let nodes = async || cluster.redis.does::<usize>("SCARD xano:nodes").await;
    patiently(async { while nodes().await < 2 {} }).await;
    let () = cluster.redis.does("DEL xano:nodes").await;
    let _jill = cluster.one.client_on(MARVEL).await;
    assert!(nodes().await > 0, "a registered server can be cleaned up after a crash");
}
