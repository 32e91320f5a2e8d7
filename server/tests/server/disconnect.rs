//! The admin's endpoint that closes the sockets of a user.

use serde_json::{Value, json};
use xano_realtime_server::Config;

use crate::support::redis::Redis;
use crate::support::{ADMIN_TOKEN, Client, MARVEL, Running, admin, ask, token_of};

const JACK: &str = r#"{"dbo_id":5,"row_id":7}"#;

/// Returns two sockets of one user, one on each server, which have joined a channel.
async fn jack_twice_on(servers: [&Running; 2]) -> [Client; 2] {
    let token = token_of(5, 7, json!({}));
    user_on(servers, &token).await
}

async fn user_on(servers: [&Running; 2], token: &str) -> [Client; 2] {
    let [one, other] = servers.map(async |server| {
        let (mut client, _) = Client::connect(server.address, Some(token)).await.unwrap();
        client.join(MARVEL, Value::Null).await;
        client.hear_until("join").await;
        client
    });
    [one.await, other.await]
}

#[tokio::test]
async fn all_sockets_of_a_user_are_closed_with_4401_and_no_others() {
    let server = Running::start().await;
    let sockets = jack_twice_on([&server, &server]).await;
    let [mut jill, _] = user_on([&server, &server], &token_of(5, 8, json!({}))).await;
    let mut anonymous = server.client_on(MARVEL).await;

    let answer = admin(server.address, "POST", "/disconnect", JACK).await;
    assert_eq!((answer.status, answer.json()), (200, json!({ "sockets": 2 })));
    for mut socket in sockets {
        assert_eq!(socket.hear_close().await, 4401);
    }
    for other in [&mut jill, &mut anonymous] {
        other.message(MARVEL, "still here").await;
        other.hear_until("message").await;
    }
    let again = admin(server.address, "POST", "/disconnect", JACK).await;
    assert_eq!(again.json(), json!({ "sockets": 0 }));
}

#[tokio::test]
async fn a_user_is_disconnected_from_all_servers_of_one_redis() {
    let redis = Redis::start();
    let config = || Config { redis: Some(redis.url()), ..Config::default() };
    let (one, other) = (Running::start_with(config()).await, Running::start_with(config()).await);
    let sockets = jack_twice_on([&one, &other]).await;
    let answer = admin(one.address, "POST", "/disconnect", JACK).await;
    assert_eq!(answer.json(), json!({ "sockets": 1 }), "the sockets of the server that received the request");
    for mut socket in sockets {
        assert_eq!(socket.hear_close().await, 4401);
    }
}

#[tokio::test]
async fn disconnecting_needs_the_admin_token_and_a_valid_user() {
    let server = Running::start().await;
    let [mut jack, _other] = jack_twice_on([&server, &server]).await;
    let path = "/api:meta/workspace/1/realtime/disconnect";
    assert_eq!(ask(server.address, "POST", path, &[], JACK).await.status, 401);
    let authorization = format!("Bearer {ADMIN_TOKEN}");
    for (body, reason) in [
        (r#"{"dbo_id":0,"row_id":0}"#, "above 0"),
        (r#"{"dbo_id":5}"#, "row_id"),
        (r#"{"dbo_id":5,"row_id":7,"socket":1}"#, "socket"),
    ] {
        let answer = ask(server.address, "POST", path, &[("Authorization", &authorization)], body).await;
        assert_eq!(answer.status, 400, "{body}");
        assert!(answer.body.contains(reason), "{body}: {}", answer.body);
    }
    jack.message(MARVEL, "still here").await;
    jack.hear_until("message").await;
}
