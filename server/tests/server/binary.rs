//! The program itself: how it starts, what it prints, and how it stops.

#![allow(unreachable_pub, reason = "public to the other test files")]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::realtime_v2::{room, settings};
use crate::support::{ADMIN_TOKEN, Client, Folder, KEY, MARVEL, Running, ask, get, post, token_of};
use serde_json::json;

pub fn server() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xano-realtime-server"));
    for name in ["XANO_LISTEN", "XANO_CONFIG", "XANO_LIMITS", "XANO_SECRET", "XANO_TRIGGER_SECRET"] {
        command.env_remove(name);
    }
    // With a given token, the server writes no token file, which a killed server would leave behind.
    command.env("XANO_ADMIN_TOKEN", ADMIN_TOKEN);
    command.stderr(Stdio::piped()).stdout(Stdio::piped());
    command
}

/// A server process. It is killed when the test ends, also after a failure.
pub struct Process {
    pub child: Child,
    pub address: SocketAddr,
    stdout: BufReader<ChildStdout>,
}

impl Process {
    pub fn start(command: &mut Command) -> Process {
        let mut child = command.spawn().unwrap();
        let mut first_line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut first_line).unwrap();
        let address = first_line.trim_end().strip_prefix("listening on http");
        let address = address.and_then(|rest| rest.trim_start_matches('s').strip_prefix("://"));
        let address = address.expect(&first_line).parse().unwrap();
        Process { child, address, stdout }
    }

    /// Returns the path in the second line of the output.
    fn admin_token_file(&mut self) -> PathBuf {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        PathBuf::from(line.trim_end().strip_prefix("admin token in ").expect(&line))
    }

    #[cfg(unix)]
    pub fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", signal, &pid]).status().unwrap().success());
    }

    /// Stops the process and returns all that it printed after its first line.
    pub fn end(&mut self) -> String {
        // SIGTERM lets the server write its whole log before it ends.
        #[cfg(unix)]
        self.signal("TERM");
        #[cfg(not(unix))]
        self.child.kill().unwrap();
        let mut printed = String::new();
        self.stdout.read_to_string(&mut printed).unwrap();
        self.child.stderr.take().unwrap().read_to_string(&mut printed).unwrap();
        printed
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns the error message of a server that refuses to start.
pub fn complaint(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(!output.status.success(), "it started");
    String::from_utf8(output.stderr).unwrap()
}

pub fn settings_file(name: &str, text: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, text).unwrap();
    path
}

#[cfg(unix)]
#[tokio::test]
async fn sigterm_and_sigint_close_every_socket_with_1012_and_exit_with_0_within_five_seconds() {
    for signal in ["TERM", "INT"] {
        let mut process = Process::start(server().args(["--listen", "127.0.0.1:0"]));
        let (mut jill, _) = Client::connect(process.address, None).await.unwrap();
        let (mut jack, _) = Client::connect(process.address, None).await.unwrap();
        let (_never_reads, _) = Client::connect(process.address, None).await.unwrap();
        jill.join(MARVEL, json!({})).await;
        assert_eq!(jill.hear().await["action"], "join");

        let began = Instant::now();
        process.signal(signal);
        assert_eq!(jill.hear_close().await, 1012);
        assert_eq!(jack.hear_close().await, 1012);
        let status = tokio::task::spawn_blocking(move || process.child.wait().unwrap()).await;
        assert_eq!(status.unwrap().code(), Some(0), "SIG{signal}");
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    }
}

#[tokio::test]
async fn with_exit_on_stdin_close_the_end_of_standard_input_stops_the_server_like_sigterm() {
    let mut command = server();
    command.args(["--listen", "127.0.0.1:0", "--exit-on-stdin-close"]).stdin(Stdio::piped());
    let mut process = Process::start(&mut command);
    process.child.stdin.as_mut().unwrap().write_all(b"what is written is not the end\n").unwrap();
    let (mut jill, _) = Client::connect(process.address, None).await.unwrap();
    drop(process.child.stdin.take());
    assert_eq!(jill.hear_close().await, 1012);
    drop(jill);
    let status = tokio::task::spawn_blocking(move || process.child.wait().unwrap()).await;
    assert_eq!(status.unwrap().code(), Some(0));
}

#[cfg(unix)]
#[tokio::test]
async fn a_signal_stops_the_server_while_standard_input_is_open() {
    let mut command = server();
    command.args(["--listen", "127.0.0.1:0", "--exit-on-stdin-close"]).stdin(Stdio::piped());
    let mut process = Process::start(&mut command);
    process.signal("TERM");
    // `wait` would close standard input.
    let _open = process.child.stdin.take();
    let status = tokio::task::spawn_blocking(move || process.child.wait().unwrap()).await;
    assert_eq!(status.unwrap().code(), Some(0));
}

#[tokio::test]
async fn without_exit_on_stdin_close_the_end_of_standard_input_is_ignored() {
    let process = Process::start(server().args(["--listen", "127.0.0.1:0"]).stdin(Stdio::null()));
    let (mut jill, _) = Client::connect(process.address, None).await.unwrap();
    jill.join(MARVEL, json!({})).await;
    assert_eq!(jill.hear().await["action"], "join");
    assert_eq!(get(process.address, "/health").await.0, 200);
}

#[tokio::test]
async fn a_stopping_server_accepts_no_new_sockets() {
    let server = Running::start().await;
    let address = server.address;
    let mut jill = server.client_on(MARVEL).await;
    let listening = tokio::spawn(async move { jill.hear_close().await });
    server.stop().await;
    assert_eq!(listening.await.unwrap(), 1012);
    assert!(Client::connect(address, None).await.is_err());
}

#[tokio::test]
async fn the_health_check_succeeds_while_the_server_answers_and_fails_otherwise() {
    let mut process = Process::start(server().args(["--listen", "127.0.0.1:0"]));
    let port = process.address.port();
    let check = |listen: String| server().args(["--health-check", "--listen", &listen]).output().unwrap();
    assert!(check(format!("127.0.0.1:{port}")).status.success());
    assert!(check(format!("0.0.0.0:{port}")).status.success(), "the address of a server that listens on all");

    process.end();
    process.child.wait().unwrap();
    let output = check(format!("127.0.0.1:{port}"));
    assert_eq!(output.status.code(), Some(1));
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert!(
        complaint.starts_with(&format!("error: --health-check: 127.0.0.1:{port} does not answer: ")),
        "{complaint}"
    );
}

#[tokio::test]
async fn the_health_check_fails_where_the_answer_is_not_200() {
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap();
    let check =
        std::thread::spawn(move || server().args(["--health-check", "--listen", &address.to_string()]).output());
    let (mut client, _) = other.accept().unwrap();
    std::io::Write::write_all(&mut client, b"HTTP/1.1 503 Service Unavailable\r\n\r\n").unwrap();
    let output = check.join().unwrap().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert_eq!(complaint, format!("error: --health-check: {address} answers \"HTTP/1.1 503 \"\n"));
}

#[tokio::test]
async fn settings_are_read_from_a_file_that_a_flag_or_the_environment_names() {
    let text = r#"{"enabled":true,"hash":"another-hash","channels":[]}"#;
    let file = settings_file("another.json", text);
    let by_flag = Process::start(server().args(["--listen", "127.0.0.1:0"]).arg("--config").arg(&file));
    let by_environment = Process::start(
        server()
            .env("XANO_LISTEN", "127.0.0.1:0")
            .env("XANO_CONFIG", &file)
            .env("XANO_LIMITS", "connections=5, frame_bytes=1000"),
    );
    for process in [by_flag, by_environment] {
        let url = format!("ws://{}/rt/another-hash", process.address);
        Client::connect_to(&url, None).await.unwrap();
        assert_eq!(get(process.address, "/health").await.0, 200);
    }
}

#[tokio::test]
async fn the_key_is_read_from_a_file_or_from_the_environment_and_is_never_printed() {
    let key = std::str::from_utf8(KEY).unwrap();
    let file = settings_file("secret", &format!("{key}\n"));
    let listen = ["--listen", "127.0.0.1:0"];
    let by_file = Process::start(server().args(listen).arg("--secret-file").arg(&file));
    let by_environment = Process::start(server().args(listen).env("XANO_SECRET", key));
    for mut process in [by_file, by_environment] {
        let (mut jack, _) = Client::connect(process.address, Some(&token_of(5, 7, json!({})))).await.unwrap();
        jack.join(MARVEL, json!({})).await;
        assert_eq!(jack.hear().await["action"], "join", "the token was accepted");
        assert!(!process.end().contains(key));
    }
}

#[cfg(unix)]
#[tokio::test]
async fn an_admin_token_is_generated_at_start_and_written_to_a_file_that_only_its_owner_can_read() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new("runtime").with_file("xano-realtime-server-1-1.token", "of a server that crashed");
    let mut process = Process::start(
        server().args(["--listen", "127.0.0.1:0"]).env_remove("XANO_ADMIN_TOKEN").env("XDG_RUNTIME_DIR", &folder.0),
    );
    let file = process.admin_token_file();
    assert_eq!(file.parent(), Some(&*folder.0), "in the user's folder for running programs");
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1, "that of the crashed server is removed");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let token = fs::read_to_string(&file).unwrap();
    let authorization = format!("Bearer {}", token.trim());
    let path = "/api:meta/workspace/1/realtime";
    let answer = ask(process.address, "GET", path, &[("Authorization", &authorization)], "").await;
    assert_eq!(answer.status, 200);
    process.signal("TERM");
    process.child.wait().unwrap();
    assert!(!file.exists(), "it goes with the server");
}

#[tokio::test]
async fn the_output_contains_no_token_no_password_and_no_payload() {
    let row = r#"{"pattern":"room","enabled":true,"anonymous_clients":true,"client_public_messaging":true,
                  "triggers":{"message":"http://127.0.0.1:1/key-in-a-url"}}"#;
    let file = settings_file("printed.json", &format!(r#"{{"enabled":true,"channels":[{row}]}}"#));
    let mut command = server();
    command.args(["--listen", "127.0.0.1:0", "--config"]).arg(file);
    let mut process = Process::start(&mut command);
    let (mut jill, _) = Client::connect(process.address, Some("user-token")).await.unwrap();
    jill.hear_refusal().await;
    jill.join("room", json!({})).await;
    jill.hear().await;
    for _ in 0..20 {
        jill.message("room", "a-payload").await;
        assert_eq!(jill.hear().await["payload"]["code"], "trigger_failed");
    }
    let user = json!({ "email": "jill@example.com", "password": "user-password" });
    post(process.address, "/api:auth/auth/signup", &user).await;
    let path = "/api:meta/workspace/1/realtime/reload";
    ask(process.address, "POST", path, &[("Authorization", &format!("Bearer {ADMIN_TOKEN}"))], "").await;

    let printed = process.end();
    assert_eq!(printed.matches("a trigger failed").count(), 1, "one line a minute: {printed}");
    assert!(printed.contains("127.0.0.1:1") && printed.contains("os error"), "what failed, and why: {printed}");
    assert!(printed.contains("the settings file is in force"), "{printed}");
    assert!(printed.contains("requests to triggers are not signed"), "{printed}");
    for secret in ["user-token", "a-payload", "user-password", "jill@", ADMIN_TOKEN, "key-in-a-url"] {
        assert!(!printed.contains(secret), "{secret}: {printed}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn sighup_reloads_the_settings_file_and_sockets_stay_open() {
    let with_channel = |name: &str| json!({ "enabled": true, "channels": [{ "pattern": name, "enabled": true, "anonymous_clients": true }] });
    let file = settings_file("hangup.json", &with_channel("old").to_string());
    let process = Process::start(server().args(["--listen", "127.0.0.1:0"]).arg("--config").arg(&file));
    let (mut jill, _) = Client::connect(process.address, None).await.unwrap();
    jill.join("old", json!({})).await;
    assert_eq!(jill.hear().await["action"], "join");

    fs::write(&file, with_channel("new").to_string()).unwrap();
    process.signal("HUP");
    // A member whose channel is gone receives an error.
    assert_eq!(jill.hear_refusal().await, "No settings for channel name");
    assert_eq!(jill.hear().await["action"], "leave");
    jill.join("new", json!({})).await;
    assert_eq!(jill.hear().await["action"], "join");
}

#[cfg(unix)]
#[tokio::test]
async fn sighup_reloads_the_realtime_servers_and_their_sockets_stay_open() {
    let with_channel = |name: &str| settings(json!({ "channels": [room(json!({ "name": name, "input": [] }))] }));
    let file = settings_file("hangup-v2.json", &with_channel("old").to_string());
    let process = Process::start(server().args(["--listen", "127.0.0.1:0"]).arg("--config").arg(&file));
    let (mut jill, _) = Client::connect_to(&format!("ws://{}/ws/rtmain01", process.address), None).await.unwrap();
    jill.join_v2("old").await;
    assert_eq!(jill.hear().await["action"], "join");

    fs::write(&file, with_channel("new").to_string()).unwrap();
    process.signal("HUP");
    assert_eq!(jill.hear_refusal().await, "No settings for channel name");
    assert_eq!(jill.hear().await["action"], "leave");
    jill.join_v2("new").await;
    assert_eq!(jill.hear().await["action"], "join");
}

#[test]
fn invalid_arguments_are_reported_before_the_server_serves() {
    let unknown_key = settings_file("unknown-key.json", r#"{"chanels":[]}"#);
    let not_json = settings_file("not-json.json", "{");
    let config = |file: &PathBuf| complaint(server().arg("--config").arg(file));
    assert!(config(&unknown_key).contains("unknown-key.json: chanels: unknown field"));
    assert!(config(&not_json).contains("not-json.json: EOF while parsing"));
    assert!(config(&"missing.json".into()).contains("missing.json: cannot read it"));

    let limit = |limit: &str| complaint(server().args(["--limit", limit]));
    assert!(limit("frame_size=5").contains("there is no limit frame_size"));
    let environment = complaint(server().env("XANO_LIMITS", "frame_bytes"));
    assert!(environment.contains("XANO_LIMITS: a limit is written NAME=VALUE"));

    let empty = settings_file("empty-secret", "\n");
    assert!(complaint(server().arg("--secret-file").arg(&empty)).contains("empty-secret: it is empty"));
    assert!(complaint(server().args(["--secret-file", "missing"])).contains("--secret-file missing: cannot read it"));
    assert!(complaint(server().env("XANO_SECRET", "")).contains("XANO_SECRET: it is empty"));
    let same = complaint(server().env("XANO_SECRET", "one key").env("XANO_TRIGGER_SECRET", "one key"));
    assert!(same.contains("--trigger-secret-file: this is the key that signs tokens"), "{same}");
    let short = complaint(server().env("XANO_ADMIN_TOKEN", "fifteen letters"));
    assert!(short.contains("XANO_ADMIN_TOKEN: the token has fewer than 16 characters"), "{short}");
    assert!(complaint(server().args(["--allow-origin", "*"])).contains("\"*\" is not an origin"));
    assert!(complaint(server().args(["--trusted-proxy", "proxy"])).contains("\"proxy\" is not a network"));
    assert!(complaint(server().args(["--www", "nowhere"])).contains("the folder does not exist"));
    let two_sites = complaint(server().args(["--demo", "--www", env!("CARGO_TARGET_TMPDIR")]));
    assert!(two_sites.contains("--demo: cannot be combined with --www"), "{two_sites}");
    assert!(complaint(server().args(["--listen", "nowhere"])).contains("cannot listen on nowhere"));
    let both = complaint(server().args(["--redis", "redis://localhost"]).arg("--redis-file").arg(&empty));
    assert!(both.contains("--redis-file: cannot be combined with --redis"), "{both}");
    let url = settings_file("redis-url", "http://user:hunter2@localhost\n");
    let no_url = complaint(server().arg("--redis-file").arg(&url));
    assert!(no_url.contains("redis-url: not the URL of a Redis") && !no_url.contains("hunter2"), "{no_url}");
    assert!(complaint(server().args(["--redis", "http://user:password@localhost"])).contains("--redis"));
}

#[tokio::test]
async fn the_server_warns_of_a_password_in_the_argument_of_redis_and_not_of_one_in_a_file() {
    // No program listens on this port, so each server keeps trying to connect.
    let url = "redis://user:hunter2@127.0.0.1:1";
    let file = settings_file("redis-password", url);
    let by_argument = server().args(["--listen", "127.0.0.1:0", "--redis", url]).spawn().unwrap();
    let by_file = server().args(["--listen", "127.0.0.1:0", "--redis-file"]).arg(file).spawn().unwrap();
    for (mut child, is_warned) in [(by_argument, true), (by_file, false)] {
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let mut printed = String::new();
        while !printed.contains("does not serve") && log.read_line(&mut printed).unwrap() > 0 {}
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(printed.contains("--redis holds a password"), is_warned, "{printed}");
        assert!(!printed.contains("hunter2"), "{printed}");
    }
}
