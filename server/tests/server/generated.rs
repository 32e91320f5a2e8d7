//! Generated input: the server neither panics nor hangs nor grows, and every refusal states its reason.

use std::fs;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use xano_realtime_server::hub::Code;
use xano_realtime_server::{Config, Limits, Settings};

use crate::binary::{Process, server, settings_file};
use crate::support::generate::Generator;
use crate::support::{ADMIN_TOKEN, Client, HASH, KEY, Running, get, patiently, token_of};

const SEED: u64 = 20_240_701;

#[tokio::test]
async fn a_hundred_thousand_frames_are_each_answered_and_leave_no_memory_behind() {
    let everything = |pattern: &str| {
        json!({ "pattern": pattern, "wildcard": pattern.ends_with('*'), "enabled": true, "anonymous_clients": true,
                "presence": true, "history": 25, "client_public_messaging": true, "client_private_messaging": true,
                "client_authenticated_messaging": true })
    };
    let settings =
        json!({ "enabled": true, "channels": [everything("open"), everything("room/*"), everything("last")] });
    let file = settings_file("generated.json", &settings.to_string());
    let mut command = server();
    command.args([
        "--listen",
        "127.0.0.1:0",
        "--limit",
        "messages_per_second=0",
        "--limit",
        "bytes_per_second=0",
        "--limit",
        "bad_frames_per_minute=0",
    ]);
    let mut process =
        Process::start(command.arg("--config").arg(file).env("XANO_SECRET", str::from_utf8(KEY).unwrap()));
    let token = token_of(5, 7, json!({}));
    let [mut hostile, mut unknown] = [process.client(None).await, process.client(None).await];
    let mut known = process.client(Some(&token)).await;
    let mut names = vec!["open".to_owned(), "room/1".to_owned(), "room/*".to_owned(), "nowhere".to_owned()];
    for client in [&mut hostile, &mut unknown, &mut known] {
        names.push(on_all_channels(client).await);
    }
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let mut generator = Generator::new(SEED, &names);

    let mut memory_kb = Vec::new();
    for batch in 0..1_000 {
        for _ in 0..100 {
            hostile.send(generator.frame()).await;
        }
        hostile.message("last", batch).await;
        let (mut outcomes, mut whispers) = hears_until_last(&mut hostile, batch).await;
        for witness in [&mut unknown, &mut known] {
            whispers += hears_until_last(witness, batch).await.1;
        }
        outcomes += whispers;
        assert_eq!(outcomes, 100, "batch {batch} with the seed {SEED}");
        if batch % 500 == 499 {
            memory_kb.extend(process.memory_kb());
        }
    }
    if let [half, all] = *memory_kb {
        assert!(all < half + 4_000, "{half} kB after half of the frames, {all} kB after all");
    }
    for client in [&mut hostile, &mut unknown, &mut known] {
        client.close(1000).await;
    }
    patiently(async { while !get(process.address, "/metrics").await.2.contains("xano_connections 0\n") {} }).await;
    let metrics = get(process.address, "/metrics").await.2;
    assert!(metrics.contains("xano_channels 0\n") && metrics.contains("xano_members 0\n"), "{metrics}");
    assert!(!process.end().contains("panicked"));
}

/// Joins all channels, and returns the socket id to which others can send private messages.
async fn on_all_channels(client: &mut Client) -> String {
    let mut id = String::new();
    for channel in ["open", "room/1", "last"] {
        client.join(channel, json!({ "presence": true })).await;
        let everybody = client.hear_until("presence_full").await["payload"]["presence"].take();
        id = everybody.as_array().unwrap().last().unwrap()["socketId"].as_str().unwrap().to_owned();
    }
    id
}

/// Reads up to the last message of a batch. Returns the number of answers and the number of private messages before it.
async fn hears_until_last(client: &mut Client, batch: usize) -> (usize, usize) {
    let (mut answers, mut whispers) = (0, 0);
    loop {
        let frame = client.hear().await;
        let options = &frame["options"];
        match frame["action"].as_str().unwrap() {
            "message" if options["channel"] == "last" && frame["payload"] == batch => return (answers, whispers),
            "message" if options["socketId"].is_string() => whispers += 1,
            "error" => {
                says_why(&frame["payload"]);
                answers += 1;
            }
            // The acknowledgement of a join is followed by this frame.
            "history" if frame["payload"]["complete"].is_boolean() => {}
            "join" | "leave" | "history" | "message" | "pong" | "ack" => answers += 1,
            "presence_full" | "presence_update" => {}
            other => panic!("{other}"),
        }
    }
}

fn says_why(error: &Value) {
    let code = error["code"].as_str().unwrap();
    assert!(Code::ALL.iter().any(|known| known.name() == code), "{error}");
    assert!(error["message"].as_str().unwrap().len() > 10, "{error}");
}

#[tokio::test]
async fn ten_thousand_handshakes_and_ten_thousand_requests_are_each_answered() {
    let limits = Limits { connections: 50, ..Limits::default() };
    let server = Running::start_with(Config { limits, ..Config::default() }).await;
    let mut generator = Generator::new(SEED, &[HASH, "/"]);
    for _ in 0..10_000 {
        let request = handshake(&mut generator, &server);
        answer_says_why(&server, &request).await;
    }
    for _ in 0..10_000 {
        let request = request(&mut generator, &server);
        answer_says_why(&server, &request).await;
    }
    assert_eq!(get(server.address, "/health").await.0, 200);
}

fn handshake(generator: &mut Generator, server: &Running) -> String {
    let token = token_of(5, 7, json!({}));
    let long = "x".repeat(20_000);
    let mut request = format!(
        "{} /{}/{} HTTP/1.1\r\nHost: {}\r\n",
        generator.pick(&["GET", "GET", "GET", "POST", "get", "\u{1}"]),
        generator.pick(&["rt", "rt", "rt", "ws", "%72t", ".."]),
        generator.pick(&[HASH, HASH, HASH, "unknown", "%00", "%ff", "a b", ""]),
        server.address,
    );
    let headers: [(&str, &[&str]); 6] = [
        ("Connection", &["upgrade", "Upgrade, keep-alive", "close", ""]),
        ("Upgrade", &["websocket", "websocket", "h2c", "é"]),
        ("Sec-WebSocket-Version", &["13", "13", "8", "-1", "13, 8"]),
        ("Sec-WebSocket-Key", &["dGhlIHNhbXBsZSBub25jZQ==", "", "x", &long]),
        ("Sec-WebSocket-Protocol", &[&token, "not a token", "a,b", ",", "é", &long]),
        ("Origin", &["http://x", "null", ""]),
    ];
    for (name, values) in headers {
        if !generator.chance(5) {
            request += &format!("{name}: {}\r\n", generator.pick(values));
        }
    }
    request += "\r\n";
    if generator.chance(4) { generator.mutated(&request) } else { request }
}

fn request(generator: &mut Generator, server: &Running) -> String {
    let bearer = format!("Bearer {ADMIN_TOKEN}");
    let user = format!("Bearer {}", token_of(1, 1, json!({})));
    let body = match generator.pick(&["settings", "event", "user", "any"]) {
        "settings" => generator.settings(),
        "event" => json!({ "channel": generator.text(5), "data": generator.value(2) }).to_string(),
        // The password is too short to be hashed: hashing ten thousand passwords would take minutes.
        "user" => json!({ "email": generator.value(1), "password": "short", "name": generator.value(1) }).to_string(),
        _ => generator.value(3).to_string(),
    };
    let body = if generator.chance(3) { generator.mutated(&body) } else { body };
    let length = if generator.chance(20) { body.len() / 2 } else { body.len() };
    let request = format!(
        "{} {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nAuthorization: {}\r\nContent-Length: {length}\r\n\r\n{body}",
        generator.pick(&["GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "BREW"]),
        generator.pick(&[
            "/api:meta/workspace/1/realtime",
            "/api:meta/workspace/%00/realtime",
            "/api:meta/workspace/1/realtime/event",
            "/api:meta/workspace/1/realtime/reload",
            "/api:meta/workspace/1/realtime/live",
            "/api:auth/auth/signup",
            "/api:auth/auth/me",
            "/metrics",
            "/health?x",
            "/connection.json",
            "/%zz",
            "*",
        ]),
        server.address,
        generator.pick(&[&*bearer, &bearer, &user, "Bearer", "Basic eDp5", ""]),
    );
    if generator.chance(10) { generator.mutated(&request) } else { request }
}

async fn answer_says_why(server: &Running, request: &str) {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    // The write fails if the server has closed the connection already.
    let _ = stream.write_all(request.as_bytes()).await;
    let _ = stream.shutdown().await;
    let mut answer = Vec::new();
    let read = patiently(stream.read_to_end(&mut answer)).await;
    let answer = String::from_utf8_lossy(&answer);
    if answer.is_empty() {
        // The request was never complete.
        return;
    }
    assert!(read.is_ok() || answer.starts_with("HTTP/1.1 "), "{request:?}: {read:?}");
    let status: u16 = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect(&answer);
    assert!(status < 500, "{request:?}: {answer}");
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let has_reason = !body.is_empty() || head.contains("allow: ") || request.starts_with("HEAD");
    // If the request is not valid HTTP, the answer has only a status line.
    assert!(status <= 400 || status == 431 || has_reason, "{request:?}: {answer}");
}

#[test]
fn ten_thousand_settings_files_are_accepted_or_refused_with_the_reason() {
    let mut generator = Generator::new(SEED, &["marvel", HASH]);
    let mut taken = 0;
    for _ in 0..10_000 {
        let text = generator.settings();
        match Settings::parse(&text) {
            Ok(settings) => {
                let json = settings.to_json();
                assert_eq!(Settings::parse(&json.to_string()).unwrap().to_json(), json, "{text}");
                taken += 1;
            }
            Err(refusal) => assert!(refusal.to_string().len() > 10, "{text}: {refusal}"),
        }
    }
    assert!((1_000..9_000).contains(&taken), "{taken} taken: both kinds are tried");
}

impl Process {
    async fn client(&self, token: Option<&str>) -> Client {
        Client::connect(self.address, token).await.unwrap().0
    }

    /// Returns the memory of the process, on systems that report it.
    fn memory_kb(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.trim().strip_suffix(" kB")?.parse().ok()
    }
}
