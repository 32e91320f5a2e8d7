//! Events that the workspace sends, and trigger URLs that are asked before an action.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::net::TcpListener;
use xano_realtime_server::config::Timings;
use xano_realtime_server::{Config, Secret, Settings};

use crate::support::trigger::Trigger;
use crate::support::{MARVEL, Running, admin, ask, get};

fn settings(triggers: Value) -> Settings {
    let row = json!({ "pattern": "room/*", "wildcard": true, "enabled": true, "anonymous_clients": true, "presence": true, "client_public_messaging": true });
    let mut asked = row.clone();
    asked["triggers"] = triggers;
    let mut plain = row;
    plain["pattern"] = json!("plain/*");
    Settings::parse(&json!({ "enabled": true, "channels": [asked, plain] }).to_string()).unwrap()
}

async fn server_with(triggers: Value) -> Running {
    Running::start_with(Config { settings: settings(triggers), ..Config::default() }).await
}

#[tokio::test]
async fn the_admin_sends_an_event_to_a_channel() {
    let server = Running::start().await;
    let mut jill = server.client_on(MARVEL).await;
    let event = format!(r#"{{"channel":"{MARVEL}","data":{{"score": 1.50}}}}"#);
    let answer = admin(server.address, "POST", "/event", &event).await;
    assert_eq!((answer.status, answer.json()), (200, json!({ "members": 1 })));
    let text = jill.next().await.into_text().unwrap();
    let payload = r#""payload":{"data":{"score": 1.50},"dbo_id":0,"row_id":0}}"#;
    assert!(text.starts_with(r#"{"action":"event","client":null"#) && text.ends_with(payload), "{text}");

    let path = "/api:meta/workspace/1/realtime/event";
    assert_eq!(ask(server.address, "POST", path, &[], &event).await.status, 401);
    let refusals = [
        (r#"{"data":1}"#, 400, "missing field `channel`"),
        (r#"{"channel":1}"#, 400, "channel: invalid type"),
        (r#"{"channel":"a","name":"b"}"#, 400, "name: unknown field"),
        (r#"{"channel":""}"#, 400, "channel: must be 1 to 255 bytes without control characters"),
        (r#"{"channel":"room\n1"}"#, 400, "channel: must be 1 to 255 bytes without control characters"),
        (r#"{"channel":"nowhere"}"#, 404, "channel: No settings for channel name"),
    ];
    for (event, status, reason) in refusals {
        let answer = admin(server.address, "POST", "/event", event).await;
        assert_eq!(answer.status, status, "{event}");
        assert!(answer.json()["message"].as_str().unwrap().starts_with(reason), "{}", answer.body);
    }
}

#[tokio::test]
async fn a_trigger_is_asked_by_post_and_gets_no_header_of_the_client() {
    let trigger = Trigger::start().await;
    let server = server_with(json!({ "join": trigger.url("/echo"), "message": trigger.url("/echo") })).await;
    let mut jill = server.client_on("room/1").await;
    jill.message("room/1", json!({ "text": "hello" })).await;
    assert_eq!(jill.hear().await["payload"], json!({ "text": "hello" }));
    let (headers, input) = trigger.last();
    assert_eq!((&input["action"], &input["channel"]), (&json!("message"), &json!("room/1")));
    let mut names: Vec<_> = headers.keys().map(|name| name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["content-length", "content-type", "host"]);
}

#[tokio::test]
async fn a_join_trigger_that_answers_false_refuses_the_join_and_any_other_answer_admits_it() {
    let trigger = Trigger::start().await;
    for (path, refusal) in [("/false", Some("refused_by_trigger")), ("/text", None), ("/echo", None)] {
        let server = server_with(json!({ "join": trigger.url(path) })).await;
        let mut jill = server.client().await;
        jill.join("room/1", json!({})).await;
        assert_eq!(jill.hear().await["payload"]["code"].as_str(), refusal, "{path}");
    }
}

#[tokio::test]
async fn a_failing_trigger_refuses_the_action_and_the_client_receives_an_error() {
    let trigger = Trigger::start().await;
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let urls = [
        trigger.url("/404"),
        trigger.url("/away"),
        trigger.url("/large"),
        trigger.url("/held"),
        format!("http://{closed}/"),
        "https://127.0.0.1:1/".to_owned(),
    ];
    for url in urls {
        let timings = Timings { trigger: Duration::from_millis(200), ..Timings::default() };
        let settings = settings(json!({ "join": url }));
        let server = Running::start_with(Config { settings, timings, ..Config::default() }).await;
        let mut jill = server.client().await;
        jill.join("room/1", json!({})).await;
        assert_eq!(jill.hear().await["payload"]["code"], "trigger_failed", "{url}");
    }
}

#[tokio::test]
async fn one_socket_has_four_open_questions_at_one_url_and_its_other_questions_wait() {
    let trigger = Trigger::start().await;
    let server = server_with(json!({ "join": trigger.url("/held") })).await;
    let mut jill = server.client().await;
    for number in 0..10 {
        jill.join(&format!("room/{number}"), json!({})).await;
    }
    trigger.has_seen(4).await;
    let mut jack = server.client().await;
    jack.join("room/9", json!({})).await;
    trigger.has_seen(5).await;
    assert_eq!(trigger.last().1["channel"], "room/9", "another socket does not wait behind them");
    jill.join("plain/1", json!({})).await;
    assert_eq!(jill.hear().await["options"]["channel"], "plain/1", "a channel without triggers does not wait");
    trigger.release(11);
    for _ in 0..10 {
        assert_eq!(jill.hear().await["action"], "join");
    }
    assert_eq!(jack.hear().await["action"], "join");
}

#[tokio::test]
async fn a_question_for_a_full_queue_is_answered_busy_and_counted() {
    let trigger = Trigger::start().await;
    let server = server_with(json!({ "join": trigger.url("/held") })).await;
    let mut jill = server.client().await;
    for number in 0..4 + 64 + 1 {
        jill.join(&format!("room/{number}"), json!({})).await;
    }
    assert_eq!(jill.hear().await["payload"]["code"], "busy");
    trigger.release(4 + 64);
    for _ in 0..4 + 64 {
        assert_eq!(jill.hear().await["action"], "join");
    }
    let (_, _, metrics) = get(server.address, "/metrics").await;
    assert!(metrics.contains("xano_trigger_busy_total 1\n"), "{metrics}");
    assert!(metrics.contains("xano_trigger_seconds_count 68\n"), "{metrics}");
}

#[tokio::test]
async fn a_request_is_signed_with_the_key_for_triggers() {
    let trigger = Trigger::start().await;
    let config = Config {
        settings: settings(json!({ "join": trigger.url("/echo") })),
        trigger_secret: Some(Secret::new(*b"a key for triggers alone")),
        ..Config::default()
    };
    let server = Running::start_with(config).await;
    server.client_on("room/1").await;
    let (headers, _) = trigger.last();
    let signature = headers["x-xano-signature"].to_str().unwrap();
    let (time, digest) = signature.strip_prefix("t=").unwrap().split_once(",v1=").unwrap();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    assert!(time.parse::<u64>().unwrap().abs_diff(now) < 60, "{signature}");
    assert!(digest.len() == 64 && digest.bytes().all(|digit| digit.is_ascii_hexdigit()), "{signature}");
}

#[tokio::test]
async fn messages_wait_behind_a_join_and_arrive_in_order_while_other_clients_are_served() {
    let trigger = Trigger::start().await;
    let server = server_with(json!({ "join": trigger.url("/held"), "message": trigger.url("/echo") })).await;
    let mut jill = server.client().await;
    let mut jack = server.client().await;
    jack.join("room/1", json!({})).await;
    trigger.has_seen(1).await;
    trigger.release(1);
    assert_eq!(jack.hear().await["action"], "join");

    jill.join("room/1", json!({})).await;
    for number in 0..20 {
        jill.message("room/1", number).await;
    }
    trigger.has_seen(2).await;
    jack.message("room/1", "I do not wait").await;
    assert_eq!(jack.hear().await["payload"], "I do not wait");
    trigger.release(1);
    assert_eq!(jill.hear().await["action"], "join");
    for number in 0..20 {
        assert_eq!(jill.hear().await["payload"], number);
        assert_eq!(jack.hear().await["payload"], number);
    }
}
