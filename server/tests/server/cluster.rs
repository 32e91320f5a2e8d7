//! Two servers on a real Redis act as one.

mod bounds;
mod losses;
mod removed_history;
mod settings;

use std::collections::HashSet;

use serde_json::{Value, json};
use xano_realtime_server::{Config, Settings};

use crate::support::redis::Redis;
use crate::support::{Client, MARVEL, Running, admin, ask, get, patiently, post, token_of};

/// Two servers and the Redis that they share. The Redis is dropped last.
struct Cluster {
    one: Running,
    other: Running,
    redis: Redis,
}

impl Cluster {
    async fn start() -> Cluster {
        Cluster::with(Settings::default).await
    }

    async fn with(settings: impl Fn() -> Settings) -> Cluster {
        let redis = Redis::start();
        let config = || Config { settings: settings(), redis: Some(redis.url()), ..Config::default() };
        let (one, other) = (Running::start_with(config()).await, Running::start_with(config()).await);
        Cluster { one, other, redis }
    }

    async fn with_row(row: Value) -> Cluster {
        let mut rules = json!({ "pattern": "room", "enabled": true, "anonymous_clients": true, "presence": true,
            "client_public_messaging": true, "client_private_messaging": true, "history": 0 });
        rules.as_object_mut().unwrap().extend(row.as_object().unwrap().clone());
        let settings = json!({ "enabled": true, "channels": [rules] }).to_string();
        Cluster::with(|| Settings::parse(&settings).unwrap()).await
    }
}

fn payloads(history: &Value) -> Vec<Value> {
    history.as_array().unwrap().iter().map(|entry| entry["payload"].clone()).collect()
}

fn socket_ids(presence_full: &Value) -> HashSet<String> {
    let present = presence_full["payload"]["presence"].as_array().unwrap();
    present.iter().map(|client| client["socketId"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn users_of_two_servers_chat_and_see_each_other_join_and_leave() {
    let cluster = Cluster::start().await;
    let mut jill = cluster.one.client_on(MARVEL).await;
    let mut jack = cluster.other.client().await;
    jack.join(MARVEL, json!({ "presence": true })).await;
    assert_eq!(jack.hear().await["action"], "join");
    let present = jack.hear().await;
    assert_eq!(socket_ids(&present).len(), 2, "the second client sees both in its list");
    let came = jill.hear().await;
    assert_eq!((&came["action"], &came["payload"]["action"]), (&json!("presence_update"), &json!("join")));

    jill.message(MARVEL, "hello").await;
    let (heard, echo) = (jack.hear().await, jill.hear().await);
    assert_eq!(heard, echo, "every member gets the same frame, whatever server it is on");
    assert_eq!(heard["payload"], "hello");

    jack.close(1000).await;
    assert_eq!(jill.hear().await["payload"]["action"], "leave");
}

#[tokio::test]
async fn the_presence_list_is_in_the_order_of_the_joins() {
    let cluster = Cluster::start().await;
    let mut present = Vec::new();
    let mut clients = Vec::new();
    for server in [&cluster.one, &cluster.other, &cluster.one, &cluster.other, &cluster.one] {
        let mut client = server.client().await;
        client.join(MARVEL, json!({ "presence": true })).await;
        let list = client.hear_until("presence_full").await["payload"]["presence"].take();
        let list = list.as_array().unwrap().clone();
        assert!(list.starts_with(&present), "{list:?} begins with {present:?}");
        assert_eq!(list.len(), present.len() + 1);
        present = list;
        clients.push(client);
    }
}

#[tokio::test]
async fn all_members_see_messages_of_both_servers_in_one_order() {
    let cluster = Cluster::with_row(json!({})).await;
    let servers = [&cluster.one, &cluster.other];
    let mut subscribers = Vec::new();
    for number in 0..10 {
        let mut client = servers[number % 2].client().await;
        client.join("room", Value::Null).await;
        client.hear_until("join").await;
        subscribers.push(client);
    }
    let senders = (0..4).map(async |sender: usize| {
        let mut client = servers[sender % 2].client().await;
        client.join("room", Value::Null).await;
        client.hear_until("join").await;
        for number in 0..100 {
            client.message("room", json!([sender, number])).await;
        }
        for _ in 0..400 {
            client.hear_until("message").await;
        }
    });
    futures_util::future::join_all(senders).await;
    let mut orders = Vec::new();
    for subscriber in &mut subscribers {
        let mut order = Vec::new();
        for _ in 0..400 {
            order.push(subscriber.hear().await["payload"].take());
        }
        orders.push(order);
    }
    let first = &orders[0];
    assert_eq!(first.iter().map(Value::to_string).collect::<HashSet<_>>().len(), 400, "each once");
    for sender in 0..4 {
        let own: Vec<_> = first.iter().filter(|payload| payload[0] == sender).map(|payload| &payload[1]).collect();
        assert_eq!(own, (0..100).map(Value::from).collect::<Vec<_>>().iter().collect::<Vec<_>>(), "in their order");
    }
    assert!(orders.iter().all(|order| order == first));
}

#[tokio::test]
async fn private_messages_reach_one_member_of_another_server_and_no_other_client() {
    let cluster = Cluster::with_row(json!({})).await;
    let mut jill = cluster.one.client_on("room").await;
    let mut jack = cluster.other.client().await;
    jack.join("room", json!({ "presence": true })).await;
    jack.hear_until("presence_full").await;
    let jacks = jill.hear_until("presence_update").await["payload"]["presence"]["socketId"].take();
    let key = "0123456789abcdef0123456789abcdef";
    for _ in 0..2 {
        jill.say("message", json!({ "channel": "room", "socketId": jacks, "key": key }), json!("psst")).await;
        let ack = jill.hear().await;
        assert_eq!((&ack["action"], &ack["options"]["key"]), (&json!("ack"), &json!(key)), "each sending is answered");
    }
    assert_eq!(jack.hear().await["payload"], "psst");
    jill.message("room", "for all").await;
    assert_eq!(jack.hear().await["payload"], "for all", "the whisper came once");
    jill.say("message", json!({ "channel": "room", "socketId": "nobody" }), json!("psst")).await;
    jill.hear_until("message").await;
    assert_eq!(jill.hear_refusal().await, "Client is not connected to this channel");
}

#[tokio::test]
async fn messages_missed_on_one_server_are_replayed_by_the_other() {
    let cluster = Cluster::with_row(json!({ "history": 25 })).await;
    let mut jill = cluster.one.client_on("room").await;
    let mut jack = cluster.other.client().await;
    let position = jack.position_on("room").await;
    drop(jack);
    for number in 0..3 {
        jill.message("room", number).await;
    }
    for _ in 0..3 {
        jill.hear_until("message").await;
    }
    let mut jack = cluster.other.client().await;
    jack.join("room", json!({ "since": position })).await;
    assert_eq!(jack.hear().await["action"], "join");
    let missed = jack.hear().await;
    assert_eq!(payloads(&missed["payload"]["history"]), [json!(0), json!(1), json!(2)]);
    assert_eq!(missed["payload"]["complete"], true);

    let mut late = cluster.one.client().await;
    late.join("room", json!({ "history": true })).await;
    late.hear_until("join").await;
    assert_eq!(payloads(&late.hear().await["payload"]["history"]).len(), 3);
}

#[tokio::test]
async fn history_outlives_the_servers() {
    let cluster = Cluster::with_row(json!({ "history": 25 })).await;
    let mut jill = cluster.one.client_on("room").await;
    for number in 0..30 {
        jill.message("room", number).await;
    }
    for _ in 0..30 {
        jill.hear_until("message").await;
    }
    let Cluster { one, other, redis } = cluster;
    one.stop().await;
    other.stop().await;
    let again = Running::start_with(Config { redis: Some(redis.url()), ..Config::default() }).await;
    let mut jack = again.client().await;
    jack.join("room", json!({ "history": true })).await;
    jack.hear_until("join").await;
    let history = jack.hear().await;
    let expected: Vec<_> = (5..30).map(Value::from).collect();
    assert_eq!(payloads(&history["payload"]["history"]), expected, "the settings are there too: 25 are kept");
}

#[tokio::test]
async fn a_message_that_is_sent_again_to_another_server_is_delivered_once() {
    let cluster = Cluster::start().await;
    let mut jill = cluster.one.client_on(MARVEL).await;
    let options = json!({ "channel": MARVEL, "key": "0123456789abcdef0123456789abcdef" });
    let mut jack = cluster.one.client_on(MARVEL).await;
    jack.say("message", options.clone(), json!("once")).await;
    let echo = jack.hear_until("message").await;
    assert_eq!(echo["options"]["key"], options["key"]);
    drop(jack);
    let mut jack = cluster.other.client_on(MARVEL).await;
    jack.say("message", options, json!("once")).await;
    assert_eq!(jack.hear_until("message").await, echo);
    jack.message(MARVEL, "something else").await;
    let heard = [jill.hear_until("message").await, jill.hear_until("message").await];
    assert_eq!([&heard[0]["payload"], &heard[1]["payload"]], [&json!("once"), &json!("something else")]);
    assert_eq!(heard[0]["options"].get("key"), None);
}

#[tokio::test]
async fn messages_for_authenticated_members_reach_no_other_member_on_any_server() {
    let cluster = Cluster::with_row(json!({ "client_authenticated_messaging": true, "history": 25 })).await;
    let token = token_of(5, 7, json!({ "name": "Jill" }));
    let (mut jill, _) = Client::connect(cluster.one.address, Some(&token)).await.unwrap();
    let (mut jean, _) = Client::connect(cluster.other.address, Some(&token)).await.unwrap();
    let mut jack = cluster.other.client().await;
    for client in [&mut jill, &mut jean, &mut jack] {
        client.join("room", Value::Null).await;
        client.hear_until("join").await;
    }
    jill.say("message", json!({ "channel": "room", "authenticated": true }), json!("among us")).await;
    jill.message("room", "for all").await;
    assert_eq!(jean.hear().await["payload"], "among us");
    assert_eq!(jean.hear().await["payload"], "for all");
    assert_eq!(jack.hear().await["payload"], "for all");
    jack.say("history", json!({ "channel": "room" }), Value::Null).await;
    assert_eq!(payloads(&jack.hear().await["payload"]["history"]), ["for all"]);
}

#[tokio::test]
async fn servers_share_events_settings_users_and_tokens() {
    let cluster = Cluster::start().await;
    let mut jill = cluster.one.client_on(MARVEL).await;
    let _jack = cluster.other.client_on(MARVEL).await;
    jill.hear_until("presence_update").await;
    let event = json!({ "channel": MARVEL, "data": 42 }).to_string();
    let sent = admin(cluster.other.address, "POST", "/event", &event).await;
    assert_eq!(sent.json(), json!({ "members": 2 }));
    assert_eq!(jill.hear().await["payload"]["data"], 42);

    let user = json!({ "name": "Jill", "email": "jill@example.com", "password": "correct horse" });
    let token = post(cluster.one.address, "/api:auth/auth/signup", &user).await.json()["authToken"].take();
    let taken = post(cluster.other.address, "/api:auth/auth/signup", &user).await;
    assert_eq!(taken.status, 403);
    assert_eq!(post(cluster.other.address, "/api:auth/auth/login", &user).await.status, 200);
    let bearer = format!("Bearer {}", token.as_str().unwrap());
    let me = ask(cluster.other.address, "GET", "/api:auth/auth/me", &[("Authorization", &bearer)], "").await;
    assert_eq!((me.status, &me.json()["id"]), (200, &json!(1)));

    let settings = json!({ "enabled": true, "channels": [{ "pattern": "elsewhere", "enabled": true }] }).to_string();
    assert_eq!(admin(cluster.other.address, "PUT", "", &settings).await.status, 200);
    assert_eq!(jill.hear_refusal().await, "No settings for channel name", "a change reaches every server");
    assert_eq!(jill.hear().await["action"], "leave");
}

#[tokio::test]
async fn without_redis_no_message_is_accepted_and_with_it_messages_flow_again() {
    let mut cluster = Cluster::with_row(json!({ "history": 25 })).await;
    let mut jill = cluster.one.client_on("room").await;
    let mut jack = cluster.other.client_on("room").await;
    jill.hear_until("presence_update").await;
    jill.message("room", "before").await;
    for client in [&mut jill, &mut jack] {
        assert_eq!(client.hear_until("message").await["payload"], "before");
    }

    cluster.redis.dies();
    jill.message("room", "while it is away").await;
    let refused = jill.hear().await;
    assert_eq!(refused["payload"]["code"], "unavailable", "{refused}");

    let mut late = cluster.other.client().await;
    late.join("room", json!({ "history": true, "presence": true })).await;
    cluster.redis.comes_back();
    late.hear_until("join").await;
    assert_eq!(socket_ids(&late.hear().await).len(), 3, "a join that waited for Redis succeeds when Redis is back");
    assert_eq!(payloads(&late.hear().await["payload"]["history"]), ["before"]);
    jill.hear_until("presence_update").await;
    jill.message("room", "after").await;
    for client in [&mut jill, &mut jack, &mut late] {
        assert_eq!(client.hear_until("message").await["payload"], "after", "no member left and no message came twice");
    }
}

#[tokio::test]
async fn a_server_without_its_redis_is_alive_but_not_ready() {
    let mut cluster = Cluster::start().await;
    let address = cluster.one.address;
    let becomes = async |status: u16| patiently(async { while get(address, "/ready").await.0 != status {} }).await;
    becomes(200).await;
    cluster.redis.dies();
    becomes(503).await;
    let (_, _, reason) = get(address, "/ready").await;
    assert!(reason.contains("Redis"), "{reason}");
    assert_eq!(get(address, "/health").await.0, 200);
    cluster.redis.comes_back();
    becomes(200).await;
}

#[tokio::test]
async fn after_redis_has_lost_its_data_members_receive_a_gap_and_presence_is_restored() {
    let mut cluster = Cluster::with_row(json!({ "history": 25 })).await;
    let mut jill = cluster.one.client_on("room").await;
    let mut jack = cluster.other.client_on("room").await;
    jill.hear_until("presence_update").await;
    jill.message("room", "before").await;
    for client in [&mut jill, &mut jack] {
        client.hear_until("message").await;
    }
    cluster.redis.dies();
    cluster.redis.comes_back_empty();
    for client in [&mut jill, &mut jack] {
        assert_eq!(client.hear_until("error").await["payload"]["code"], "gap");
    }
    let mut late = cluster.other.client().await;
    loop {
        late.join("room", json!({ "presence": true })).await;
        if socket_ids(&late.hear_until("presence_full").await).len() == 3 {
            break;
        }
    }
}

#[tokio::test]
async fn after_redis_has_lost_its_latest_data_members_receive_a_gap_and_the_remaining_history() {
    let mut cluster = Cluster::with_row(json!({ "history": 25 })).await;
    let mut jill = cluster.one.client_on("room").await;
    let mut jack = cluster.other.client_on("room").await;
    jill.hear_until("presence_update").await;
    jill.message("room", "before").await;
    for client in [&mut jill, &mut jack] {
        client.hear_until("message").await;
    }
    cluster.redis.is_copied();
    jill.message("room", "forgotten").await;
    for client in [&mut jill, &mut jack] {
        client.hear_until("message").await;
    }
    cluster.redis.dies();
    cluster.redis.comes_back_as_it_was();
    for client in [&mut jill, &mut jack] {
        assert_eq!(client.hear_until("error").await["payload"]["code"], "gap");
    }
    jill.message("room", "after").await;
    for client in [&mut jill, &mut jack] {
        assert_eq!(client.hear_until("message").await["payload"], "after", "nothing comes twice");
    }
    for server in [&cluster.one, &cluster.other] {
        let mut late = server.client().await;
        late.join("room", json!({ "history": true })).await;
        assert_eq!(payloads(&late.hear_until("history").await["payload"]["history"]), ["before", "after"]);
    }
}
