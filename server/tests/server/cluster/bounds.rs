//! The bounds on what clients can store in Redis, and the errors that clients receive when Redis refuses a command.

use serde_json::{Value, json};
use xano_realtime_server::limits::Limit;
use xano_realtime_server::{Config, Limits, Settings};

use super::Cluster;
use crate::support::redis::Redis;
use crate::support::{Running, post};

/// Starts a server without rate limits, and with one more limit.
async fn server_with(redis: &Redis, history: usize, limit: &str) -> Running {
    let row = json!({ "pattern": "room", "enabled": true, "anonymous_clients": true, "presence": true,
        "client_public_messaging": true, "history": history });
    let settings = Settings::parse(&json!({ "enabled": true, "channels": [row] }).to_string()).unwrap();
    let mut limits = Limits::default();
    for limit in ["messages_per_second=0", "message_burst=0", "bytes_per_second=0", "byte_burst=0", limit] {
        limits.set(&limit.parse::<Limit>().unwrap());
    }
    Running::start_with(Config { settings, limits, redis: Some(redis.url()), ..Config::default() }).await
}

async fn key_ending_in(redis: &Redis, end: &str) -> String {
    let keys: Vec<String> = redis.does(&format!("KEYS xano:{{*{end}")).await;
    assert_eq!(keys.len(), 1, "{keys:?}");
    keys[0].clone()
}

#[tokio::test]
async fn the_stream_of_a_channel_holds_no_more_bytes_than_its_limit() {
    let redis = Redis::start();
    let server = server_with(&redis, 1000, "history_bytes_per_channel=300000").await;
    let mut jill = server.client_on("room").await;
    for _ in 0..20 {
        jill.message("room", "x".repeat(100_000)).await;
        jill.hear_until("message").await;
    }
    let stream = key_ending_in(&redis, ":said").await;
    assert_eq!(redis.does::<usize>(&format!("XLEN {stream}")).await, 2);
}

#[tokio::test]
async fn a_message_that_exceeds_the_age_of_the_history_leaves_the_stream_and_is_not_shown() {
    let redis = Redis::start();
    let server = server_with(&redis, 25, "history_age_seconds=3600").await;
    let mut jill = server.client_on("room").await;
    jill.message("room", "first").await;
    jill.hear_until("message").await;
    let stream = key_ending_in(&redis, ":said").await;
    let entries: Vec<(String, Vec<String>)> = redis.does(&format!("XRANGE {stream} - +")).await;
    drop(jill);
    server.stop().await;
    // Replaces the message by a copy with a time in 1970.
    let () = redis.does(&format!("DEL {stream}")).await;
    let () = redis.does(&format!("XADD {stream} 1-1 entry {}", entries[0].1[1])).await;
    let state = key_ending_in(&redis, ":state").await;
    let () = redis.does(&format!("HSET {state} newest 1-1 oldest 1-1")).await;

    let server = server_with(&redis, 25, "history_age_seconds=3600").await;
    let mut jack = server.client().await;
    jack.join("room", json!({ "history": true })).await;
    assert_eq!(jack.hear_until("history").await["payload"]["history"], json!([]));
    jack.message("room", "second").await;
    jack.hear_until("message").await;
    assert_eq!(redis.does::<usize>(&format!("XLEN {stream}")).await, 1);
}

#[tokio::test]
async fn a_channel_remembers_the_keys_of_its_last_ten_thousand_messages_and_no_more() {
    let redis = Redis::start();
    let server = server_with(&redis, 0, "outbox_bytes=0").await;
    let mut jill = server.client_on("room").await;
    for hundred in 0..101 {
        for number in 0..100 {
            let options = json!({ "channel": "room", "key": format!("{:032}", hundred * 100 + number) });
            jill.say("message", options, Value::Null).await;
        }
        for _ in 0..100 {
            jill.hear_until("message").await;
        }
    }
    assert_eq!(redis.does::<Vec<String>>("KEYS *:key:*").await.len(), 10_000);
    // The newest key is still known.
    jill.say("message", json!({ "channel": "room", "key": format!("{:032}", 10_099) }), Value::Null).await;
    assert_eq!(jill.hear().await["action"], "ack");
}

#[tokio::test]
async fn the_number_of_users_is_bounded_as_in_memory() {
    let cluster = Cluster::start().await;
    let fill = "for\ni=1,9999\ndo\nredis.call('HSET','xano:users',i,'{}')\nend";
    let () = cluster.redis.does(&format!("EVAL {fill} 0")).await;
    let user = |name: &str| json!({ "email": format!("{name}@example.com"), "password": "correct horse" });
    assert_eq!(post(cluster.one.address, "/api:auth/auth/signup", &user("last")).await.status, 200);
    let refused = post(cluster.other.address, "/api:auth/auth/signup", &user("one-more")).await;
    assert_eq!((refused.status, &refused.json()["code"]), (403, &json!("ERROR_CODE_ACCESS_DENIED")));
    assert!(refused.body.contains("10000 users at most"), "{}", refused.body);
    let taken = post(cluster.other.address, "/api:auth/auth/signup", &user("last")).await;
    assert!(taken.body.contains("already in use"), "{}", taken.body);
    assert_eq!(cluster.redis.does::<usize>("HLEN xano:users").await, 10_000);
}

#[tokio::test]
async fn a_command_that_a_full_redis_refuses_is_answered_with_an_error_and_all_others_succeed() {
    let cluster = Cluster::with_row(json!({ "history": 25 })).await;
    let mut jill = cluster.one.client_on("room").await;
    let mut jack = cluster.other.client_on("room").await;
    jill.hear_until("presence_update").await;
    let () = cluster.redis.does("CONFIG SET maxmemory 1").await;
    jill.message("room", "too much").await;
    assert_eq!(jill.hear_until("error").await["payload"]["code"], "unavailable");
    let mut late = cluster.other.client().await;
    late.join("room", json!({})).await;
    assert_eq!(late.hear().await["payload"]["code"], "unavailable", "a join that cannot be noted is answered");
    jack.close(1000).await;
    let left = jill.hear_until("presence_update").await;
    assert_eq!(left["payload"]["action"], "leave", "what needs no memory is done");
    let () = cluster.redis.does("CONFIG SET maxmemory 0").await;
    late.join("room", json!({})).await;
    assert_eq!(late.hear().await["action"], "join");
    jill.message("room", "said").await;
    assert_eq!(late.hear_until("message").await["payload"], "said");
}
