//! Users who chat: messages, presence and history on channels.

use crate::support::{MARVEL, Running};
use serde_json::{Value, json};

#[tokio::test]
async fn two_users_chat() {
    let server = Running::start().await;
    let mut jill = server.client_on(MARVEL).await;
    let mut john = server.client_on(MARVEL).await;
    jill.message(MARVEL, json!({ "text": "Hi John 👋" })).await;
    assert_eq!(john.hear_until("message").await["payload"]["text"], "Hi John 👋");
    john.message(MARVEL, Value::Null).await;
    assert_eq!(jill.hear_until("message").await["payload"]["text"], "Hi John 👋", "the echo");
    assert_eq!(jill.hear_until("message").await["payload"], Value::Null);
}

#[tokio::test]
async fn each_of_three_members_gets_every_message_once_and_in_one_order() {
    let server = Running::start().await;
    let mut members = Vec::new();
    for _ in 0..3 {
        members.push(server.client_on(MARVEL).await);
    }
    for number in 0..100 {
        members[number % 3].message(MARVEL, number).await;
    }
    let mut sequences = Vec::new();
    for member in &mut members {
        let mut sequence = Vec::new();
        while sequence.len() < 100 {
            sequence.push(member.hear_until("message").await["payload"].as_u64().unwrap());
        }
        sequences.push(sequence);
    }
    assert_eq!(sequences[0], sequences[1]);
    assert_eq!(sequences[0], sequences[2]);
    sequences[0].sort_unstable();
    assert_eq!(sequences[0], Vec::from_iter(0..100));
}

#[tokio::test]
async fn a_private_message_reaches_one_member() {
    let server = Running::start().await;
    let mut jill = server.client_on(MARVEL).await;
    let mut jack = server.client_on(MARVEL).await;
    let mut john = server.client_on(MARVEL).await;
    let jack_socket = &jill.hear_until("presence_update").await["payload"]["presence"]["socketId"];
    let options = json!({ "channel": MARVEL, "socketId": jack_socket });
    jill.say("message", options, json!("psst")).await;
    assert_eq!(jack.hear_until("message").await["payload"], "psst");
    jill.message(MARVEL, "for all").await;
    assert_eq!(john.hear_until("message").await["payload"], "for all");
    assert_eq!(jill.hear_until("message").await["payload"], "for all");
}

#[tokio::test]
async fn joins_and_leaves_are_announced_to_the_other_members() {
    let server = Running::start().await;
    let mut jill = server.client_on(MARVEL).await;
    let mut jack = server.client().await;
    jack.join(MARVEL, json!({ "presence": true })).await;
    let everybody = jack.hear_until("presence_full").await;
    let jack_himself = &everybody["payload"]["presence"][1];

    let came = &jill.hear().await["payload"];
    assert_eq!(came, &json!({ "action": "join", "presence": jack_himself }));
    jack.say("leave", json!({ "channel": MARVEL }), Value::Null).await;
    assert_eq!(jack.hear().await["action"], "leave");
    let went = &jill.hear().await["payload"];
    assert_eq!(went, &json!({ "action": "leave", "presence": jack_himself }));
}

#[tokio::test]
async fn a_closed_or_broken_socket_is_removed_from_the_presence_list() {
    let server = Running::start().await;
    let mut jill = server.client_on(MARVEL).await;
    let mut closes = server.client_on(MARVEL).await;
    let breaks = server.client_on(MARVEL).await;
    for _ in 0..2 {
        assert_eq!(jill.hear().await["payload"]["action"], "join");
    }
    closes.close(1000).await;
    assert_eq!(jill.hear().await["payload"]["action"], "leave");
    drop(breaks);
    assert_eq!(jill.hear().await["payload"]["action"], "leave");
}

#[tokio::test]
async fn a_client_that_joins_later_gets_the_history() {
    let server = Running::start().await;
    let mut jill = server.client_on(MARVEL).await;
    jill.message(MARVEL, "before you came").await;
    let live = jill.hear_until("message").await;
    jill.close(1000).await;
    let mut jack = server.client().await;
    jack.join(MARVEL, json!({ "history": true })).await;
    let history = jack.hear_until("history").await;
    assert_eq!(history["payload"]["history"], json!([live]));
}

#[tokio::test]
async fn a_channel_may_have_the_name_of_a_property_that_every_javascript_object_has() {
    let row = json!({ "pattern": "__proto__", "enabled": true, "anonymous_clients": true,
        "presence": true, "client_public_messaging": true });
    let server = Running::with_channels(json!([row])).await;
    let mut jill = server.client_on("__proto__").await;
    jill.message("__proto__", "still a channel").await;
    let echo = jill.hear().await;
    assert_eq!(echo["options"]["channel"], "__proto__");
    assert_eq!(echo["payload"], "still a channel");
}

#[tokio::test]
async fn a_large_payload_arrives_complete() {
    let server = Running::start().await;
    let mut jill = server.client_on(MARVEL).await;
    let large = json!({ "list": vec!["0123456789"; 10_000] });
    jill.message(MARVEL, large.clone()).await;
    assert_eq!(jill.hear().await["payload"], large);
}
