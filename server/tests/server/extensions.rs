//! Extensions of the protocol that Xano's servers do not have, over real sockets.

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::support::{MARVEL, Running, get};

#[tokio::test]
async fn a_ping_is_answered_and_is_neither_a_message_nor_a_bad_frame() {
    let server = Running::with_limits("bad_frames_per_minute=1").await;
    let mut jill = server.client().await;
    for _ in 0..600 {
        jill.send(Message::text(r#"{"action":"ping"}"#)).await;
        assert_eq!(jill.hear().await, json!({ "action": "pong" }));
    }
    let metrics = get(server.address, "/metrics").await.2;
    assert!(metrics.contains("xano_messages_received_total 0\n"), "{metrics}");
}

#[tokio::test]
async fn a_client_that_reconnects_gets_the_messages_that_it_missed() {
    let server = Running::start().await;
    let mut jill = server.client_on(MARVEL).await;
    let mut jack = server.client().await;
    let position = jack.position_on(MARVEL).await;
    drop(jack);
    for number in 0..3 {
        jill.message(MARVEL, number).await;
    }
    jill.hear_until("message").await;
    let mut jack = server.client().await;
    jack.join(MARVEL, json!({ "since": position })).await;
    assert_eq!(jack.hear().await["action"], "join");
    let mut missed = jack.hear().await["payload"].take();
    let kept: Vec<_> = missed["history"].as_array().unwrap().iter().map(|entry| entry["payload"].clone()).collect();
    assert_eq!((kept, missed["complete"].take()), (vec![json!(0), json!(1), json!(2)], json!(true)));
    jill.message(MARVEL, "live").await;
    assert_eq!(jack.hear().await["payload"], "live");
}

#[tokio::test]
async fn a_message_that_is_sent_again_over_another_socket_is_delivered_once() {
    let server = Running::start().await;
    let mut jill = server.client_on(MARVEL).await;
    let mut jack = server.client().await;
    jack.join(MARVEL, Value::Null).await;
    let options = json!({ "channel": MARVEL, "key": "0123456789abcdef0123456789abcdef" });
    jack.say("message", options.clone(), json!("once")).await;
    let echo = jack.hear_until("message").await;
    assert_eq!(echo["options"]["key"], options["key"]);
    drop(jack);
    let mut jack = server.client().await;
    jack.join(MARVEL, Value::Null).await;
    jack.say("message", options, json!("once")).await;
    assert_eq!(jack.hear_until("message").await, echo);
    jack.message(MARVEL, "something else").await;
    let heard = [jill.hear_until("message").await, jill.hear_until("message").await];
    assert_eq!([&heard[0]["payload"], &heard[1]["payload"]], [&json!("once"), &json!("something else")]);
    assert_eq!(heard[0]["options"].get("key"), None);
}

#[tokio::test]
async fn the_refusal_of_a_message_that_comes_too_fast_repeats_its_key() {
    let server = Running::with_limits("message_burst=1").await;
    let mut jill = server.client_on(MARVEL).await;
    let mut answers = Vec::new();
    for key in ["first", "second"] {
        jill.say("message", json!({ "channel": MARVEL, "key": key }), Value::Null).await;
        answers.push(jill.hear().await);
    }
    let described = answers.iter().map(|frame| (&frame["action"], &frame["options"]["key"]));
    assert_eq!(Vec::from_iter(described), [(&json!("message"), &json!("first")), (&json!("error"), &json!("second"))]);
}

#[tokio::test]
async fn after_a_restart_a_client_is_told_that_its_history_is_incomplete() {
    let mut positions: Vec<Value> = Vec::new();
    for _ in 0..2 {
        let server = Running::start().await;
        let mut jill = server.client().await;
        if let Some(position) = positions.first() {
            jill.join(MARVEL, json!({ "since": position })).await;
            let missed = jill.hear_until("history").await;
            assert_eq!(missed["payload"], json!({ "history": [], "complete": false }));
        }
        positions.push(jill.position_on(MARVEL).await);
        drop(jill);
        server.stop().await;
    }
    assert_ne!(positions[0]["epoch"], positions[1]["epoch"]);
}
