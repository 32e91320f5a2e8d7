//! Broken and hostile clients, and that other clients do not notice them.

use std::time::Duration;

use crate::support::{Client, MARVEL, Running, get, patiently};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::tungstenite::{Bytes, Message};

#[tokio::test]
async fn a_bad_frame_is_refused_and_the_other_channels_of_the_socket_keep_working() {
    let server = Running::start().await;
    let mut jill = server.client_on(MARVEL).await;
    let refusals = [
        (Message::text("hello"), "Frame is not JSON (line 1, column 1)"),
        (Message::text("[]"), "Frame is not a JSON object"),
        (Message::text("{}"), "Frame has no action"),
        (
            Message::text(r#"{"action":"dance","options":{"channel":"dc"}}"#),
            "Unknown action \"dance\": clients send join, leave, message and history",
        ),
        (
            Message::text(r#"{"action":"message","options":{"channel":"dc"},"payload":1}"#),
            "Join the channel before you send to it or ask for its history",
        ),
        (Message::binary(Bytes::from_static(b"{}")), "Frame is binary; send text"),
    ];
    for (frame, refusal) in refusals {
        jill.send(frame).await;
        assert_eq!(jill.hear_refusal().await, refusal);
        jill.message(MARVEL, "still here").await;
        assert_eq!(jill.hear().await["payload"], "still here");
    }
}

#[tokio::test]
async fn a_frame_that_is_too_large_closes_only_its_own_socket_with_1009() {
    let server = Running::start().await;
    let mut jill = server.client_on(MARVEL).await;
    let flood = server.client_on(MARVEL).await;
    jill.hear_until("presence_update").await;
    let (mut writer, mut reader) = {
        use futures_util::StreamExt;
        flood.socket.split()
    };
    let sending = tokio::spawn(async move {
        use futures_util::SinkExt;
        // The write fails if the server closes first, which is correct too.
        let _ = writer.send(Message::text("x".repeat(10_000_000))).await;
    });
    let code = patiently(async {
        use futures_util::StreamExt;
        loop {
            if let Message::Close(frame) = reader.next().await.unwrap().unwrap() {
                return u16::from(frame.unwrap().code);
            }
        }
    })
    .await;
    assert_eq!(code, 1009);
    patiently(sending).await.unwrap();
    assert_eq!(jill.hear().await["payload"]["action"], "leave");
    jill.message(MARVEL, "still here").await;
    assert_eq!(jill.hear().await["payload"], "still here");
}

#[tokio::test]
async fn a_frame_header_that_announces_more_than_fits_into_memory_closes_only_its_socket_even_without_a_limit() {
    let server = Running::with_limits("frame_bytes=0").await;
    let mut jill = server.client_on(MARVEL).await;
    let mut attacker = server.client().await;
    let mut header = vec![0x81, 0xff];
    header.extend((1_u64 << 46).to_be_bytes());
    header.extend([0; 4]);
    attacker.socket.get_mut().write_all(&header).await.unwrap();
    assert_eq!(attacker.hear_close().await, 1009);
    jill.message(MARVEL, "still here").await;
    assert_eq!(jill.hear().await["payload"], "still here");
}

#[tokio::test]
async fn a_frame_may_be_exactly_as_large_as_the_limit() {
    let server = Running::with_limits("frame_bytes=1000").await;
    let mut jill = server.client_on(MARVEL).await;
    let frame = |bytes: usize| {
        let bare = json!({ "action": "message", "options": { "channel": MARVEL }, "payload": "" });
        let filling = "x".repeat(bytes - bare.to_string().len());
        Message::text(bare.to_string().replace("\"\"", &format!("\"{filling}\"")))
    };
    jill.send(frame(1000)).await;
    assert_eq!(jill.hear().await["action"], "message");
    jill.send(frame(1001)).await;
    assert_eq!(jill.hear_close().await, 1009);
}

#[tokio::test]
async fn a_closed_client_receives_the_reason_and_a_clean_end_even_if_it_has_sent_more() {
    let server = Running::with_limits("frame_bytes=1000").await;
    let mut jill = server.client().await;
    jill.send(Message::text("x".repeat(1001))).await;
    assert_eq!(jill.hear_close().await, 1009);
    let stream = jill.socket.get_mut();
    stream.write_all(&[0; 10_000]).await.unwrap();
    assert_eq!(patiently(stream.read_to_end(&mut Vec::new())).await.unwrap(), 0);
    // If the server stopped reading, the kernel would reset the connection.
    stream.write_all(&[0; 10_000]).await.expect("the server still reads");
}

#[tokio::test]
async fn invalid_utf8_closes_with_1007_and_invalid_frames_with_1002() {
    let server = Running::start().await;
    let not_utf8: [u8; 8] = [0x81, 0x82, 0, 0, 0, 0, 0xff, 0xff];
    let reserved_opcode: [u8; 6] = [0x83, 0x80, 0, 0, 0, 0];
    for (bytes, code) in [(&not_utf8[..], 1007), (&reserved_opcode[..], 1002)] {
        let mut client = server.client().await;
        client.socket.get_mut().write_all(bytes).await.unwrap();
        assert_eq!(client.hear_close().await, code);
    }
}

#[tokio::test]
async fn a_websocket_ping_is_answered_with_a_pong() {
    let server = Running::start().await;
    let mut jill = server.client().await;
    jill.send(Message::Ping(Bytes::from_static(b"there?"))).await;
    assert_eq!(jill.next().await, Message::Pong(Bytes::from_static(b"there?")));
}

#[tokio::test]
async fn the_close_code_of_a_client_is_echoed() {
    let server = Running::start().await;
    for code in [1000, 4000] {
        let mut jill = server.client_on(MARVEL).await;
        assert_eq!(jill.close(code).await, code);
    }
}

#[tokio::test]
async fn a_client_that_reads_nothing_is_closed_and_delays_no_other_client() {
    let server = Running::with_limits("outbox_bytes=100000,bytes_per_second=0").await;
    let mut jill = server.client_on(MARVEL).await;
    let mut stuck = server.client_on(MARVEL).await;
    jill.hear_until("presence_update").await;

    // The total is more than the kernel's buffers and the outbox hold together.
    let filling = "x".repeat(100_000);
    let mut has_left = false;
    for _ in 0..1_000 {
        jill.message(MARVEL, &*filling).await;
        loop {
            let frame = jill.hear().await;
            has_left |= frame["payload"]["action"] == "leave";
            if frame["action"] == "message" {
                break;
            }
        }
        if has_left {
            break;
        }
    }
    assert!(has_left, "the stuck client is still a member after 100 MB");
    let code = tokio::time::timeout(Duration::from_secs(20), stuck.hear_close()).await;
    assert_eq!(code, Ok(1013), "the client reads in time, so it receives the close code");
    let metrics = get(server.address, "/metrics").await.2;
    assert!(metrics.contains("xano_slow_consumers_total 1\n"), "{metrics}");
}

#[tokio::test]
async fn a_socket_that_has_joined_no_channel_receives_no_messages() {
    let server = Running::start().await;
    let mut jill = server.client_on(MARVEL).await;
    let (mut stranger, _) = Client::connect(server.address, None).await.unwrap();
    stranger.join("nowhere", Value::Null).await;
    assert_eq!(stranger.hear_refusal().await, "No settings for channel name");
    jill.message(MARVEL, "members only").await;
    jill.hear_until("message").await;
    stranger.join(MARVEL, Value::Null).await;
    assert_eq!(stranger.hear().await["action"], "join", "nothing came before");
}
