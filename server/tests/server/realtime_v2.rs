//! Realtime V2 over real sockets: the handshake, refusals, handlers and triggers over HTTP, limits, changed settings.

use std::io::ErrorKind;
use std::time::Duration;

use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::{Error, Message};
use xano_realtime_server::config::Timings;
use xano_realtime_server::{Config, Limits, Secret};

use crate::support::realtime_v2::{room, settings, start, with_room};
use crate::support::trigger::Trigger;
use crate::support::{Client, HASH, MARVEL, admin, get, patiently, token, token_of};

const NOT_READY: &str = "Connection is not ready";

/// Returns the reason of a refused connection.
async fn refusal(mut client: Client) -> String {
    let frame = client.hear().await;
    assert_eq!((&frame["action"], frame.get("channel")), (&json!("error"), None));
    assert_eq!(client.hear_close().await, 4401);
    frame["payload"]["message"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_refused_connection_ends_after_the_client_has_answered_the_close_frame() {
    let timings = Timings { farewell: Duration::from_secs(3600), ..Timings::default() };
    let server = with_room(json!({}), Config { timings, ..Config::default() }).await;
    let mut client = TcpStream::connect(server.address).await.unwrap();
    let headers = "Host: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                   Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
    client.write_all(format!("GET /ws/unknown HTTP/1.1\r\n{headers}").as_bytes()).await.unwrap();
    let [close, answer] = [vec![0x88, 2, 0x11, 0x31], vec![0x88, 0x82, 0, 0, 0, 0, 0x11, 0x31]];
    let mut received = Vec::new();
    while !received.ends_with(&close) {
        assert!(patiently(client.read_buf(&mut received)).await.unwrap() > 0, "ended before the close frame");
    }
    // By then, an end of the connection would have arrived too.
    get(server.address, "/health").await;
    assert_eq!(client.try_read(&mut [0]).unwrap_err().kind(), ErrorKind::WouldBlock);
    client.write_all(&answer).await.unwrap();
    assert_eq!(patiently(client.read(&mut [0])).await.unwrap(), 0);
}

#[tokio::test]
async fn a_chat_with_receipts_presence_transcript_and_direct_messages() {
    let changes = json!({ "presence": true, "publish": { "who": "anyone", "direct": true },
        "conversation": { "enabled": true, "limit": 10 } });
    let server = with_room(changes, Config::default()).await;
    let mut jill = server.v2_client_on("rooms/42", None).await;
    jill.hear_until("conversation_end").await;
    let jack_token = token_of(5, 7, json!({ "name": "Jack" }));
    let mut jack = server.knock("rtmain01", Some(&jack_token)).await;
    jack.join_v2("rooms/42").await;
    assert_eq!(jack.hear().await["payload"], json!({ "joined": true, "params": { "room_id": "42" } }));
    assert_eq!(jack.hear().await["payload"]["members"][0]["id"], "0");
    let member = jill.hear().await["payload"]["member"].take();
    assert_eq!((&member["id"], &member["extras"]), (&json!("7"), &json!({ "name": "Jack" })));

    jill.broadcast("rooms/42", json!({ "text": "Hello 🕷" })).await;
    for client in [&mut jill, &mut jack] {
        assert_eq!(client.hear_until("message").await["payload"], json!({ "text": "Hello 🕷" }));
    }
    assert_eq!(jill.hear().await["payload"], json!({ "delivered_local": 2 }));
    let options = json!({ "channel": "rooms/42", "to": { "dbo_id": 5, "row_id": 7 } });
    let direct = json!({ "action": "broadcast", "type": "send", "options": options, "payload": "psst" });
    jack.say_v2(direct.clone()).await;
    assert_eq!(jack.hear().await["payload"], json!({ "delivered_local": 0, "direct": true }));
    jill.say_v2(direct).await;
    assert_eq!(jill.hear_refusal().await, "Direct messaging is disabled");

    let mut john = server.knock("rtmain01", None).await;
    john.join_v2("rooms/42").await;
    let kept = john.hear_until("message").await;
    assert_eq!((&kept["conversation"], &kept["payload"]), (&json!(true), &json!({ "text": "Hello 🕷" })));
    let publication = json!({ "server": "main", "channel": "rooms/42", "message": "news", "data": 7 });
    let published = admin(server.address, "POST", "/publish", &publication.to_string()).await;
    assert_eq!((published.status, published.json()), (200, json!({ "members": 3 })));
    assert_eq!(john.hear_until("message").await["payload"], 7);
    drop(jack);
    assert_eq!(jill.hear_until("presence_leave").await["payload"]["member"], member);
}

#[tokio::test]
async fn publishing_from_the_workspace_names_what_is_wrong() {
    let server = with_room(json!({}), Config::default()).await;
    for (changes, status, message) in [
        (json!({ "server": "other" }), 404, "server: no server has the name \"other\""),
        (json!({ "channel": "lobby" }), 404, "channel: No settings for channel name"),
        (json!({ "channel": "" }), 400, "channel: must be 1 to 255 bytes without control characters"),
        (json!({ "event": 1 }), 400, "unknown field `event`"),
    ] {
        let mut body = json!({ "server": "main", "channel": "rooms/1", "data": 1 });
        body.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        let answer = admin(server.address, "POST", "/publish", &body.to_string()).await;
        assert_eq!(answer.status, status);
        assert!(answer.json()["message"].as_str().unwrap().contains(message), "{}", answer.body);
    }
}

#[tokio::test]
async fn a_connection_is_refused_with_its_reason_and_4401() {
    let server = with_room(json!({}), Config::default()).await;
    assert_eq!(refusal(server.knock("rtmain02", None).await).await, "Unknown connection hash");
    assert_eq!(refusal(server.knock("acme:rtmain02", None).await).await, "Unknown connection hash");
    let not_accepted = "Authentication token was not accepted: ";
    for (bad, why) in [
        ("not-a-token".to_owned(), "not a JSON Web Token"),
        (token(&json!({ "dbo_id": 5, "id": 7, "extras": {}, "exp": 1000 })), "expired"),
        (token(&json!({ "dbo_id": 5, "id": 7, "tenant": "acme", "exp": 4_000_000_000_u64 })), "for another tenant"),
    ] {
        assert_eq!(refusal(server.knock("rtmain01", Some(&bad)).await).await, format!("{not_accepted}{why}"));
    }
    let of_acme = token(&json!({ "dbo_id": 5, "id": 7, "tenant": "acme", "exp": 4_000_000_000_u64 }));
    let mut jack = server.knock("acme:rtmain01", Some(&of_acme)).await;
    jack.ping_v2().await;
    assert_eq!(jack.hear().await, json!({ "action": "pong" }));

    for (changes, reason) in [
        (json!({ "enabled": false }), "Realtime server is disabled"),
        (json!({ "channels": [] }), "Realtime server has no active channel"),
        (json!({ "channels": [room(json!({ "anonymous_clients": false }))] }), "Authentication is required"),
    ] {
        let server = start(&settings(changes), Config::default()).await;
        assert_eq!(refusal(server.knock("rtmain01", None).await).await, reason);
    }
}

#[tokio::test]
async fn the_socket_opens_before_authentication_and_frames_until_then_are_dropped() {
    let slow = start(&settings(json!({ "handshake_delay_ms": 600_000 })), Config::default()).await;
    let mut jill = slow.knock("rtmain01", None).await;
    for _ in 0..3 {
        jill.ping_v2().await;
        jill.join_v2("rooms/1").await;
        assert_eq!(jill.hear_refusal().await, NOT_READY);
        assert_eq!(jill.hear_refusal().await, NOT_READY);
    }
    slow.stop().await;
    assert_eq!(jill.hear_close().await, 1012, "a server that stops waits for no delay");

    let quick = start(&settings(json!({ "handshake_delay_ms": 20 })), Config::default()).await;
    let mut jack = quick.knock("rtmain01", None).await;
    loop {
        jack.ping_v2().await;
        let answer = jack.hear().await;
        if answer == json!({ "action": "pong" }) {
            break;
        }
        assert_eq!(answer["payload"]["message"], NOT_READY);
    }
    jack.join_v2("rooms/1").await;
    assert_eq!(jack.hear().await["action"], "join");
}

#[tokio::test]
async fn the_connect_trigger_is_asked_over_http_and_denies_with_its_reason() {
    let trigger = Trigger::start().await;
    let connect = |path: &str| settings(json!({ "triggers": { "connect": trigger.url(path) } }));
    for (path, reason) in
        [("/denied", "Not on Sundays"), ("/false", "Connection denied"), ("/404", "Connection denied")]
    {
        let server = start(&connect(path), Config::default()).await;
        assert_eq!(refusal(server.knock("rtmain01", None).await).await, reason, "{path}");
    }
    let secret = Secret::new(*b"a key for the triggers of tests!");
    let server = start(&connect("/held"), Config { trigger_secret: Some(secret), ..Config::default() }).await;
    let token = token_of(5, 7, json!({ "name": "Jack" }));
    let mut jack = server.knock("rtmain01", Some(&token)).await;
    trigger.has_seen(1).await;
    jack.ping_v2().await;
    assert_eq!(jack.hear_refusal().await, NOT_READY);
    let (headers, body) = trigger.last();
    assert!(headers.contains_key("x-xano-signature"));
    assert_eq!((&body["action"], &body["realtime_server"]), (&json!("connect"), &json!("main")));
    assert_eq!(body["client"], json!({ "extras": { "name": "Jack" }, "permissions": { "dbo_id": 5, "row_id": 7 } }));
    // It answers with the payload, `null`, which denies.
    trigger.release(1);
    assert_eq!(refusal(jack).await, "Connection denied");
}

#[tokio::test]
async fn a_handler_over_http_makes_the_message_and_frames_behind_it_keep_their_order() {
    let trigger = Trigger::start().await;
    let messages = json!([{ "name": "send", "handler": trigger.url("/held") }, { "name": "plain" },
        { "name": "broken", "handler": trigger.url("/text") },
        { "name": "lenient", "handler": trigger.url("/404"), "on_failure": "deliver" },
        { "name": "loud", "handler": trigger.url("/shout") }]);
    let server = with_room(json!({ "messages": messages }), Config::default()).await;
    let mut jill = server.v2_client_on("rooms/42", None).await;
    let typed = |name: &str| json!({ "action": "broadcast", "type": name, "channel": "rooms/42", "payload": name });
    for name in ["send", "plain", "broken", "lenient", "loud"] {
        jill.say_v2(typed(name)).await;
    }
    jill.ping_v2().await;
    assert_eq!(jill.hear().await, json!({ "action": "pong" }), "nothing else waits for the handler");
    trigger.has_seen(1).await;
    let (_, body) = trigger.last();
    assert_eq!((&body["type"], &body["params"]), (&json!("send"), &json!({ "room_id": "42" })));
    trigger.release(1);
    for expected in ["send", "plain"] {
        assert_eq!(jill.hear().await["payload"], expected);
        assert_eq!(jill.hear().await["action"], "broadcast");
    }
    assert_eq!(jill.hear_refusal().await, "The message handler failed; nothing was sent");
    for expected in [json!("lenient"), json!("LOUD")] {
        assert_eq!(jill.hear().await["payload"], expected);
        assert_eq!(jill.hear().await["action"], "broadcast");
    }
}

#[tokio::test]
async fn messages_that_were_missed_are_replayed_after_a_cut() {
    let server = with_room(json!({ "delivery": { "guarantee": "at_least_once" } }), Config::default()).await;
    let join = json!({ "action": "join", "options": { "channel": "rooms/1", "client_id": "a-page" } });
    let mut jill = server.knock("rtmain01", None).await;
    jill.say_v2(join.clone()).await;
    let first = jill.hear().await["payload"].take();
    assert_eq!((&first["cursor"], &first["resumed"]), (&json!("0"), &json!(false)));
    let mut jack = server.v2_client_on("rooms/1", None).await;
    jack.broadcast("rooms/1", 1).await;
    let id = jill.hear().await["id"].take();
    let options = json!({ "channel": "rooms/1", "client_id": "a-page", "id": id });
    jill.say_v2(json!({ "action": "ack", "id": id, "options": options })).await;
    assert_eq!(jill.hear().await["payload"], json!({ "cursor": id }));
    drop(jill);
    for number in 2..200 {
        jack.broadcast("rooms/1", number).await;
        jack.hear_until("broadcast").await;
    }
    let mut jill = server.knock("rtmain01", None).await;
    jill.say_v2(join).await;
    assert_eq!(
        jill.hear().await["payload"],
        json!({ "joined": true, "params": { "room_id": "1" }, "cursor": id, "resumed": true })
    );
    for number in 2..200 {
        let frame = jill.hear().await;
        assert_eq!((&frame["action"], &frame["payload"]), (&json!("replay"), &json!(number)));
    }
}

#[tokio::test]
async fn a_client_that_sends_no_frame_is_dropped_although_it_answers_pings() {
    let limits = Limits { idle_seconds: 1, ..Limits::default() };
    let timings = Timings { ping: Duration::from_millis(200), ..Timings::default() };
    let server = with_room(json!({}), Config { limits, timings, ..Config::default() }).await;
    let mut jill = server.v2_client_on("rooms/1", None).await;
    let mut of_v1 = None;
    // Reading answers the pings.
    let end = loop {
        match patiently(jill.socket.next()).await {
            Some(Ok(Message::Ping(_))) => of_v1 = Some(()),
            other => break other,
        }
    };
    assert!(of_v1.is_some(), "it was pinged");
    assert!(matches!(end, None | Some(Err(Error::Protocol(_) | Error::Io(_)))), "no close frame: {end:?}");
}

#[tokio::test]
async fn the_limits_of_a_socket_hold_on_v2() {
    let limits = Limits {
        frame_bytes: 2_000,
        bad_frames_per_minute: 3,
        messages_per_second: 1,
        message_burst: 2,
        ..Limits::default()
    };
    let server = with_room(json!({}), Config { limits, ..Config::default() }).await;
    let mut jill = server.v2_client_on("rooms/1", None).await;
    jill.broadcast("rooms/1", "x".repeat(2_000)).await;
    assert_eq!(jill.hear_close().await, 1009);

    let mut jill = server.v2_client_on("rooms/1", None).await;
    for _ in 0..6 {
        jill.broadcast("rooms/1", "hi").await;
    }
    for _ in 0..2 {
        assert_eq!(jill.hear().await["action"], "message");
        assert_eq!(jill.hear().await["action"], "broadcast");
    }
    let refusal = jill.hear().await;
    assert_eq!(refusal["channel"], "rooms/1");
    assert_eq!(refusal["payload"], json!({ "message": "Too many frames; send more slowly" }));
    assert_eq!(jill.hear_close().await, 1008);

    for bad in [Message::text("{"), Message::text(r#"{"action":"history"}"#), Message::binary(b"{}".to_vec())] {
        let mut jack = server.knock("rtmain01", None).await;
        for _ in 0..4 {
            jack.send(bad.clone()).await;
        }
        assert_eq!(jack.hear_refusal().await, "Internal error");
        assert_eq!(jack.hear_close().await, 1008);
    }
}

#[tokio::test]
async fn frames_that_are_refused_behind_an_open_question_count_as_refused() {
    let trigger = Trigger::start().await;
    let messages = json!([{ "name": "send", "handler": trigger.url("/held") }]);
    let too_fast = Limits { messages_per_second: 1, message_burst: 2, bad_frames_per_minute: 3, ..Limits::default() };
    let malformed = Limits { bad_frames_per_minute: 3, ..Limits::default() };
    for (limits, action) in [(too_fast, "broadcast"), (malformed, "history")] {
        let server = with_room(json!({ "messages": messages }), Config { limits, ..Config::default() }).await;
        let mut jill = server.v2_client_on("rooms/1", None).await;
        jill.broadcast("rooms/1", "held").await;
        for _ in 0..5 {
            jill.say_v2(json!({ "action": action, "type": "send", "channel": "rooms/1" })).await;
        }
        assert_eq!(jill.hear_close().await, 1008, "{action}");
    }
}

#[tokio::test]
async fn a_client_may_acknowledge_more_than_it_may_send() {
    let limits = Limits { messages_per_second: 1, message_burst: 2, bad_frames_per_minute: 1, ..Limits::default() };
    let server =
        with_room(json!({ "delivery": { "guarantee": "at_least_once" } }), Config { limits, ..Config::default() })
            .await;
    let token = token_of(5, 7, json!({}));
    let mut jack = server.v2_client_on("rooms/1", Some(&token)).await;
    for number in 1..=20 {
        jack.say_v2(json!({ "action": "ack", "channel": "rooms/1", "id": format!("{number}-0") })).await;
        assert_eq!(jack.hear().await["payload"], json!({ "cursor": format!("{number}-0") }));
    }
    for number in 21..=100 {
        jack.say_v2(json!({ "action": "ack", "channel": "rooms/1", "id": format!("{number}-0") })).await;
    }
    assert_eq!(jack.hear_close().await, 1008, "ten times the rate of messages, and no more");
}

#[tokio::test]
async fn the_handshake_has_the_limits_of_v1() {
    let limits = Limits { connections_per_ip: 1, ..Limits::default() };
    let server = with_room(json!({}), Config { limits, ..Config::default() }).await;
    let _jill = server.knock("rtmain01", None).await;
    let url = format!("ws://{}/ws/rtmain01", server.address);
    let Err(Error::Http(response)) = Client::connect_to(&url, None).await else { panic!("a second socket opened") };
    assert_eq!(response.status().as_u16(), 429);
}

#[tokio::test]
async fn changed_settings_close_the_sockets_of_a_server_that_is_gone_and_of_no_other() {
    let both = |hash: &str, enabled: bool| {
        let mut settings = settings(json!({ "enabled": enabled }));
        settings["enabled"] = json!(true);
        settings["hash"] = json!(hash);
        settings["channels"] = json!([{ "pattern": MARVEL, "enabled": true, "anonymous_clients": true }]);
        settings
    };
    let server = start(&both(HASH, true), Config::default()).await;
    let mut of_v1 = server.client().await;
    let mut of_v2 = server.v2_client_on("rooms/1", None).await;
    let put =
        async |settings: Value| assert_eq!(admin(server.address, "PUT", "", &settings.to_string()).await.status, 200);
    put(both(HASH, true)).await;
    put(both("another-hash", true)).await;
    assert_eq!(of_v1.hear_close().await, 1012);
    of_v2.broadcast("rooms/1", "still here").await;
    assert_eq!(of_v2.hear().await["payload"], "still here");
    put(both("another-hash", false)).await;
    assert_eq!(of_v2.hear_until("leave").await["channel"], "rooms/1");
    assert_eq!(of_v2.hear_close().await, 1012);
    assert_eq!(refusal(server.knock("rtmain01", None).await).await, "Realtime server is disabled");
}

#[tokio::test]
async fn a_disconnected_user_and_an_expired_token_end_a_socket_of_v2() {
    let server = with_room(json!({}), Config::default()).await;
    let mut jack = server.v2_client_on("rooms/1", Some(&token_of(5, 7, json!({})))).await;
    let user = json!({ "dbo_id": 5, "row_id": 7 }).to_string();
    assert_eq!(admin(server.address, "POST", "/disconnect", &user).await.json()["sockets"], 1);
    assert_eq!(jack.hear_close().await, 4401);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let nearly_expired = token(&json!({ "dbo_id": 5, "id": 8, "extras": {}, "exp": now - 58 }));
    let mut john = server.v2_client_on("rooms/1", Some(&nearly_expired)).await;
    let expired = "Authentication token has expired; get a new one and connect again with it";
    assert_eq!(john.hear_refusal().await, expired);
    assert_eq!(john.hear_close().await, 1012);
}
