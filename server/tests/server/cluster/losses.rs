//! What Redis loses, and what it is kept from losing.

use serde_json::json;

use super::Cluster;

#[tokio::test]
async fn what_is_in_use_is_kept_as_soon_as_a_connection_is_back() {
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
    // A join is known after it was asked how all channels stand.
    let _jack = cluster.one.client_on("room/2").await;
    for key in &keys {
        let lasts: i64 = cluster.redis.does(&format!("PTTL {key}")).await;
        assert!(lasts > 30_000, "{key} is gone in {lasts} ms");
    }
}

#[tokio::test]
async fn a_redis_that_is_emptied_while_all_are_connected_is_told_as_a_gap_and_begins_another_epoch() {
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
