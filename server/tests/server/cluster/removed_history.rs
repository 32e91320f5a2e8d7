//! Removed history: messages that the settings no longer allow are never shown again, on any server.

use serde_json::{Value, json};
use xano_realtime_server::Config;

use super::{Cluster, payloads};
use crate::support::redis::Redis;
use crate::support::{Client, Running, admin, patiently, token_of};

/// Whether a server holds the channel in memory while its row changes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Memory {
    /// A member stays on the channel, so the server holds it.
    Holds,
    /// All servers were restarted, so no server holds it.
    Empty,
}

const BOTH: [Memory; 2] = [Memory::Holds, Memory::Empty];

/// A server on a Redis that has a history of `room`, sent under the given row.
struct Said {
    server: Running,
    /// The member that keeps the channel in memory, with [`Memory::Holds`].
    _member: Option<Client>,
    /// Dropped last, after the server.
    redis: Redis,
}

impl Said {
    async fn under(row: Value, messages: usize, memory: Memory) -> Said {
        let Cluster { one, other, redis } = Cluster::with_row(row).await;
        other.stop().await;
        let mut jill = one.client_on("room").await;
        for number in 0..messages {
            jill.message("room", number).await;
            jill.hear_until("message").await;
        }
        if memory == Memory::Holds {
            return Said { server: one, _member: Some(jill), redis };
        }
        drop(jill);
        one.stop().await;
        let config = Config { redis: Some(redis.url()), ..Config::default() };
        Said { server: Running::start_with(config).await, _member: None, redis }
    }

    async fn has_rows(&self, rows: &[Value]) {
        let settings = json!({ "enabled": true, "channels": rows }).to_string();
        assert_eq!(admin(self.server.address, "PUT", "", &settings).await.status, 200);
    }

    async fn history(&self) -> Vec<Value> {
        history_of(self.server.client().await).await
    }
}

async fn history_of(mut client: Client) -> Vec<Value> {
    client.join("room", json!({ "history": true })).await;
    payloads(&client.hear_until("history").await["payload"]["history"])
}

fn row(changes: Value) -> Value {
    let mut row = json!({ "pattern": "room", "enabled": true, "anonymous_clients": true, "presence": true,
        "client_public_messaging": true, "client_private_messaging": true, "history": 25 });
    row.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    row
}

#[tokio::test]
async fn the_history_of_a_removed_row_is_gone_when_the_row_is_added_again() {
    for memory in BOTH {
        for without in [vec![], vec![row(json!({ "enabled": false }))]] {
            let said = Said::under(row(json!({})), 3, memory).await;
            said.has_rows(&without).await;
            if memory == Memory::Holds {
                let streams = async || said.redis.does::<Vec<String>>("KEYS xano:{*:said").await;
                patiently(async { while !streams().await.is_empty() {} }).await;
            }
            said.has_rows(&[row(json!({}))]).await;
            assert_eq!(said.history().await, Vec::<Value>::new());
        }
    }
}

#[tokio::test]
async fn the_history_of_a_members_only_row_is_not_shown_under_the_nested_row_that_replaces_it() {
    let members_only = row(json!({ "anonymous_clients": false }));
    let nested = row(json!({ "pattern": "room/*", "wildcard": true }));
    let board = row(json!({ "pattern": "room/board", "anonymous_clients": false }));
    let Cluster { one, other, redis } = Cluster::with_row(json!({})).await;
    other.stop().await;
    let settings = json!({ "enabled": true, "channels": [members_only, nested.clone(), board] }).to_string();
    assert_eq!(admin(one.address, "PUT", "", &settings).await.status, 200);
    let token = token_of(5, 7, json!({ "name": "Jill" }));
    let (mut jill, _) = Client::connect(one.address, Some(&token)).await.unwrap();
    jill.join("room/board", json!({})).await;
    jill.message("room/board", "secret").await;
    jill.hear_until("message").await;
    drop(jill);
    one.stop().await;

    let again = Running::start_with(Config { redis: Some(redis.url()), ..Config::default() }).await;
    let settings = json!({ "enabled": true, "channels": [nested] }).to_string();
    assert_eq!(admin(again.address, "PUT", "", &settings).await.status, 200);
    let mut jack = again.client().await;
    jack.join("room/board", json!({ "history": true })).await;
    assert_eq!(payloads(&jack.hear_until("history").await["payload"]["history"]), Vec::<Value>::new());
}

#[tokio::test]
async fn messages_sent_while_the_history_was_0_are_not_shown_when_it_is_raised() {
    for memory in BOTH {
        let said = Said::under(row(json!({ "history": 0 })), 3, memory).await;
        said.has_rows(&[row(json!({ "history": 100 }))]).await;
        assert_eq!(said.history().await, Vec::<Value>::new());
        let mut jack = said.server.client_on("room").await;
        jack.message("room", "kept").await;
        jack.hear_until("message").await;
        assert_eq!(said.history().await, ["kept"]);
    }
}

#[tokio::test]
async fn a_history_that_was_lowered_and_raised_again_shows_only_the_messages_that_were_kept() {
    for memory in BOTH {
        let said = Said::under(row(json!({ "history": 100 })), 40, memory).await;
        said.has_rows(&[row(json!({ "history": 25 }))]).await;
        said.has_rows(&[row(json!({ "history": 100 }))]).await;
        assert_eq!(said.history().await, (15..40).map(Value::from).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn members_receive_every_message_once_while_their_row_changes() {
    let cluster = Cluster::with_row(json!({ "history": 100 })).await;
    let mut jill = cluster.one.client_on("room").await;
    let mut jack = cluster.other.client_on("room").await;
    for (number, history) in [0, 100, 25, 250, 0].into_iter().enumerate() {
        let settings = json!({ "enabled": true, "channels": [row(json!({ "history": history }))] }).to_string();
        assert_eq!(admin(cluster.other.address, "PUT", "", &settings).await.status, 200);
        jill.message("room", number).await;
        for client in [&mut jill, &mut jack] {
            assert_eq!(client.hear_until("message").await["payload"], number);
        }
    }
}

#[tokio::test]
async fn a_server_with_older_settings_than_a_channel_neither_changes_nor_shows_its_history() {
    let said = Said::under(row(json!({})), 1, Memory::Holds).await;
    let state = said.redis.does::<Vec<String>>("KEYS xano:{*:state").await.remove(0);
    let before: Vec<String> = said.redis.does(&format!("HMGET {state} row settings")).await;
    // Imitates another server that has changed the channel under newer settings.
    let () = said.redis.does(&format!("HSET {state} row another settings 9000000000000")).await;
    let mut jack = said.server.client_on("room").await;
    jack.message("room", "behind").await;
    assert_eq!(jack.hear().await["payload"]["code"], "unavailable");
    let stream = said.redis.does::<Vec<String>>("KEYS xano:{*:said").await.remove(0);
    assert_eq!(said.redis.does::<usize>(&format!("XLEN {stream}")).await, 1);
    let () = said.redis.does("CLIENT KILL TYPE normal").await;
    let mut late = said.server.client().await;
    late.join("room", json!({ "history": true })).await;
    assert_eq!(late.hear().await["payload"]["code"], "unavailable");
    // The server has now caught up.
    let () = said.redis.does(&format!("HSET {state} row {} settings {}", before[0], before[1])).await;
    patiently(async {
        loop {
            jack.message("room", "again").await;
            if jack.hear().await["action"] == "message" {
                break;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn messages_sent_before_anonymous_clients_could_join_are_not_shown_to_them() {
    for memory in BOTH {
        let said = Said::under(json!({ "history": 25 }), 3, memory).await;
        let row = |anonymous_clients| {
            json!({ "pattern": "room", "enabled": true, "history": 25, "client_public_messaging": true,
                    "anonymous_clients": anonymous_clients })
        };
        said.has_rows(&[row(false)]).await;
        said.has_rows(&[row(true)]).await;
        assert_eq!(said.history().await, [] as [Value; 0]);
    }
}

#[tokio::test]
async fn an_idempotency_key_is_not_known_under_another_row() {
    let cluster = Cluster::with_row(json!({ "pattern": "nested/*", "wildcard": true, "history": 25 })).await;
    let mut jill = cluster.one.client().await;
    let options = json!({ "channel": "nested/1", "key": "a key that is used again" });
    for (text, row) in [("first", json!({ "pattern": "nested/1" })), ("second", json!({ "pattern": "nested/1" }))] {
        jill.join("nested/1", json!({})).await;
        jill.hear_until("join").await;
        jill.say("message", options.clone(), json!(text)).await;
        assert_eq!(jill.hear_until("message").await["payload"], text);
        let mut rules =
            json!({ "enabled": true, "anonymous_clients": true, "history": 25, "client_public_messaging": true });
        rules.as_object_mut().unwrap().extend(row.as_object().unwrap().clone());
        let settings = json!({ "enabled": true, "channels": [rules] }).to_string();
        assert_eq!(admin(cluster.one.address, "PUT", "", &settings).await.status, 200);
        if text == "first" {
            assert_eq!(jill.hear_until("error").await["payload"]["code"], "settings_replaced");
        }
    }
}
