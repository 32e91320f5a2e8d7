//! Limits on one client, and the consequences of exceeding them.

use std::collections::HashSet;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use xano_realtime_server::config::Timings;
use xano_realtime_server::{Config, Limits};

use crate::support::{Client, HASH, MARVEL, Running, patiently};

/// Reads until the socket closes. Returns the codes of all errors, and the close code.
async fn hears_to_the_end(client: &mut Client) -> (Vec<String>, u16) {
    let mut codes = Vec::new();
    loop {
        match client.next().await {
            Message::Text(text) => {
                let frame: Value = serde_json::from_str(&text).unwrap();
                codes.extend(frame["payload"]["code"].as_str().map(str::to_owned));
            }
            Message::Close(frame) => return (codes, frame.unwrap().code.into()),
            _ => {}
        }
    }
}

#[tokio::test]
async fn a_client_that_sends_too_fast_receives_errors_and_is_finally_closed_with_1008() {
    let limits = Limits { messages_per_second: 1, message_burst: 3, bad_frames_per_minute: 5, ..Limits::default() };
    let server = Running::start_with(Config { limits, ..Config::default() }).await;
    let mut jill = server.client_on(MARVEL).await;
    let mut jack = server.client_on(MARVEL).await;
    for number in 0..9 {
        jack.message(MARVEL, number).await;
    }
    let (codes, close) = hears_to_the_end(&mut jack).await;
    assert_eq!((codes.len(), &*codes[0], close), (6, "too_fast", 1008));
    for number in 0..3 {
        assert_eq!(jill.hear_until("message").await["payload"], number, "what came before was delivered");
    }
    assert_eq!(jill.hear().await["payload"]["action"], "leave");
}

#[tokio::test]
async fn a_client_that_sends_bad_frames_receives_an_error_each_time_and_is_finally_closed_with_1008() {
    let server = Running::with_limits("bad_frames_per_minute=3").await;
    for bad in [Message::text("{"), Message::text(r#"{"action":"dance"}"#), Message::binary("{}".as_bytes().to_vec())] {
        let mut jill = server.client().await;
        for _ in 0..4 {
            jill.send(bad.clone()).await;
        }
        let (codes, close) = hears_to_the_end(&mut jill).await;
        assert_eq!((codes.len(), close), (4, 1008), "{codes:?}");
    }
}

#[tokio::test]
async fn a_command_that_the_settings_refuse_is_no_bad_frame() {
    let server = Running::with_limits("bad_frames_per_minute=1").await;
    let mut jill = server.client().await;
    for _ in 0..10 {
        jill.join("nowhere", json!({})).await;
        assert_eq!(jill.hear_refusal().await, "No settings for channel name");
    }
}

#[tokio::test]
async fn a_reconnecting_client_may_join_all_its_channels_at_once() {
    let channels = json!([{ "pattern": "room/*", "wildcard": true, "enabled": true, "anonymous_clients": true }]);
    let server = Running::with_channels(channels).await;
    let mut jill = server.client().await;
    for number in 0..1000 {
        jill.join(&format!("room/{number}"), json!({})).await;
    }
    let mut answered = HashSet::new();
    for _ in 0..1000 {
        answered.insert(jill.hear_until("join").await["options"]["channel"].to_string());
    }
    assert_eq!(answered.len(), 1000);
    jill.join("room/1000", json!({})).await;
    assert_eq!(jill.hear().await["payload"]["code"], "too_many_channels");
}

#[tokio::test]
async fn a_client_that_answers_no_ping_is_given_up_and_one_that_does_stays() {
    let timings = Timings { ping: Duration::from_millis(400), ..Timings::default() };
    let server = Running::start_with(Config { timings, ..Config::default() }).await;
    let mut jill = server.client_on(MARVEL).await;
    let _silent = server.client_on(MARVEL).await;
    assert_eq!(jill.hear().await["payload"]["action"], "join");
    assert_eq!(jill.hear().await["payload"]["action"], "leave", "the silent one, after two pings");
    jill.message(MARVEL, "still here").await;
    assert_eq!(jill.hear().await["payload"], "still here");
}

#[tokio::test]
async fn a_client_that_answers_no_ping_is_given_up_even_if_it_is_sent_many_frames() {
    let timings = Timings { ping: Duration::from_millis(400), ..Timings::default() };
    let limits = Limits { messages_per_second: usize::MAX, bytes_per_second: usize::MAX, ..Limits::default() };
    let server = Running::start_with(Config { timings, limits, ..Config::default() }).await;
    let mut jill = server.client_on(MARVEL).await;
    let _silent = server.client_on(MARVEL).await;
    jill.hear().await;
    // The kernel still accepts all frames for the silent client.
    let left = patiently(async {
        loop {
            jill.message(MARVEL, "are you there?").await;
            if jill.hear().await["payload"]["action"] == "leave" {
                return true;
            }
        }
    });
    assert!(left.await);
}

#[test]
fn a_client_that_vanishes_is_given_up_within_a_minute() {
    let Timings { ping, .. } = Timings::default();
    assert!(2 * ping + ping / 3 < Duration::from_secs(60), "asked after {ping:?} of silence, and once more");
}

#[tokio::test]
async fn a_client_that_never_reads_delays_no_other_member() {
    let server = Running::with_limits("messages_per_second=0,bytes_per_second=0").await;
    let mut sender = server.client_on(MARVEL).await;
    let stuck = server.client_on(MARVEL).await;
    let mut others = Vec::new();
    for _ in 0..10 {
        others.push(server.client_on(MARVEL).await);
    }
    // The total is more than the kernel's buffers and the outbox of the stuck client hold together.
    let filling = "x".repeat(100_000);
    for number in 0..300 {
        sender.message(MARVEL, json!([number, filling])).await;
        for other in &mut others {
            assert_eq!(other.hear_until("message").await["payload"][0], number);
        }
        sender.hear_until("message").await;
    }
    drop(stuck);
}

#[tokio::test]
async fn a_client_that_reads_nothing_is_given_up_even_if_few_bytes_wait_for_it() {
    let timings = Timings { ping: Duration::from_millis(400), ..Timings::default() };
    let limits = Limits {
        outbox_bytes: usize::MAX,
        messages_per_second: usize::MAX,
        bytes_per_second: usize::MAX,
        ..Limits::default()
    };
    let server = Running::start_with(Config { timings, limits, ..Config::default() }).await;
    let mut jill = server.client_on(MARVEL).await;
    let stuck = server.client_on(MARVEL).await;
    jill.hear_until("presence_update").await;
    // The total is more than the kernel's buffers hold, in consecutive frames.
    let filling = "x".repeat(200_000);
    let left = patiently(async {
        loop {
            jill.message(MARVEL, &*filling).await;
            let frame = jill.hear().await;
            if frame["payload"]["action"] == "leave" {
                return true;
            }
        }
    });
    assert!(left.await);
    drop(stuck);
}

#[tokio::test]
async fn a_slow_client_that_keeps_reading_receives_the_close_code() {
    // A client that keeps reading gets more time than this.
    let timings = Timings { farewell: Duration::from_millis(1), ..Timings::default() };
    let limits = Limits { messages_per_second: usize::MAX, bytes_per_second: usize::MAX, ..Limits::default() };
    let server = Running::start_with(Config { timings, limits, ..Config::default() }).await;
    let mut jill = server.client_on(MARVEL).await;
    let mut slow = server.client_on(MARVEL).await;
    jill.hear_until("presence_update").await;
    let filling = "x".repeat(200_000);
    patiently(async {
        loop {
            jill.message(MARVEL, &*filling).await;
            if jill.hear().await["payload"]["action"] == "leave" {
                return;
            }
        }
    })
    .await;
    for number in 0..100 {
        jill.message(MARVEL, number).await;
        while jill.hear_until("message").await["payload"] != number {}
    }
    assert_eq!(slow.hear_close().await, 1013);
}

#[tokio::test]
async fn a_slow_reader_gets_all_of_a_long_history_however_long_it_takes() {
    const READ_BYTES: usize = 256 * 1024;
    let timings = Timings { ping: Duration::from_millis(300), ..Timings::default() };
    let limits = Limits { bytes_per_second: usize::MAX, ..Limits::default() };
    let server = Running::start_with(Config { timings, limits, ..Config::default() }).await;
    let mut sender = server.client_on(MARVEL).await;
    for _ in 0..70 {
        sender.message(MARVEL, "x".repeat(200_000)).await;
        while sender.hear().await["action"] != "message" {}
    }
    // The test reads a few bytes at a time, so that the history takes many times as long as the silence that the server
    // tolerates.
    let mut reader = TcpStream::connect(server.address).await.unwrap();
    let key = "dGhlIHNhbXBsZSBub25jZQ==";
    let head = format!(
        "GET /rt/{HASH} HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
    );
    reader.write_all(head.as_bytes()).await.unwrap();
    let frame =
        json!({ "action": "join", "options": { "channel": MARVEL }, "payload": { "history": true } }).to_string();
    let mut bytes = vec![0x81, 0x80 | u8::try_from(frame.len()).unwrap(), 0, 0, 0, 0];
    bytes.extend_from_slice(frame.as_bytes());
    reader.write_all(&bytes).await.unwrap();
    let mut pace = tokio::time::interval(Duration::from_millis(50));
    let (mut buffer, mut received) = (vec![0; READ_BYTES], 0);
    while received < 70 * 200_000 {
        pace.tick().await;
        let read = patiently(reader.read(&mut buffer)).await.unwrap();
        assert!(read > 0, "closed after {received} bytes");
        received += read;
    }
}
