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
