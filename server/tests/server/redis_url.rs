//! How a server connects to its Redis: with retries, over TLS, and without printing the password.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde_json::json;
use xano_realtime_server::Config;

use crate::binary::{Process, server};
use crate::support::redis::Redis;
use crate::support::{Folder, MARVEL, Running, get};

const PASSWORD: &str = "the-password-of-this-redis";
const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::test]
async fn a_server_that_starts_before_its_redis_serves_once_redis_is_reachable() {
    let mut redis = Redis::start();
    redis.dies();
    let server = Running::start_with(Config { redis: Some(redis.url()), ..Config::default() }).await;
    let address = server.address;
    let served = tokio::spawn(async move { get(address, "/health").await.0 });
    redis.comes_back();
    assert_eq!(served.await.unwrap(), 200);
    server.client().await.join(MARVEL, json!({})).await;
}

#[test]
fn an_unreachable_redis_is_logged_repeatedly_without_its_password() {
    let address = free_address();
    let printed = complaints_about(&format!("redis://:{PASSWORD}@{address}/"), 2);
    assert!(printed.contains(&format!("Redis at {address} does not serve; trying again in a second")), "{printed}");
    assert!(!printed.contains(PASSWORD), "{printed}");
}

#[test]
fn a_refused_password_is_not_logged() {
    let redis = Redis::start();
    let printed = complaints_about(&format!("{}?user=nobody&pass={PASSWORD}", redis.address()), 2);
    assert!(printed.contains("WRONGPASS"), "it says what is wrong: {printed}");
    assert!(!printed.contains(PASSWORD), "{printed}");
}

#[tokio::test]
async fn over_tls_only_a_redis_with_a_certificate_that_the_machine_trusts_is_accepted() {
    let folder = Folder::new("redis-over-tls");
    let address = free_address();
    let _redis = RedisOverTls::start(&folder.0, &address);
    let url = format!("rediss://{address}/");

    let trusting = Process::start(
        server().args(["--listen", "127.0.0.1:0", "--redis", &url]).env("SSL_CERT_FILE", folder.0.join("ca.pem")),
    );
    assert_eq!(get(trusting.address, "/health").await.0, 200);

    let printed = complaints_about(&url, 1);
    assert!(printed.contains("certificate"), "{printed}");
}

/// Returns the output of a server up to its n-th complaint about Redis.
fn complaints_about(url: &str, times: usize) -> String {
    let mut child = server().args(["--listen", "127.0.0.1:0", "--redis", url]).spawn().unwrap();
    let errors = BufReader::new(child.stderr.take().unwrap());
    let _process = Ended(child);
    let (say, lines) = mpsc::channel();
    thread::spawn(move || errors.lines().map_while(Result::ok).try_for_each(|line| say.send(line)));
    let mut printed = String::new();
    while printed.matches("does not serve").count() < times {
        printed += &lines.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("no complaint: {printed}"));
        printed.push('\n');
    }
    printed
}

/// A server process that does not serve yet. It is killed when the test ends.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

/// A Redis with a certificate that a separate authority has signed.
struct RedisOverTls(Child);

impl RedisOverTls {
    fn start(folder: &Path, address: &str) -> RedisOverTls {
        openssl(folder, &["-subj", "/CN=authority", "-keyout", "ca.key", "-out", "ca.pem"]);
        let signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-addext", "basicConstraints=critical,CA:FALSE"];
        let named = ["-subj", "/CN=redis", "-addext", "subjectAltName=IP:127.0.0.1"];
        openssl(folder, &[&signed[..], &named, &["-keyout", "redis.key", "-out", "redis.pem"]].concat());
        let port = address.rsplit(':').next().unwrap();
        let mut child = Command::new("redis-server")
            .args(["--port", "0", "--bind", "127.0.0.1", "--save", "", "--tls-port", port, "--tls-auth-clients", "no"])
            .args(["--tls-cert-file", "redis.pem", "--tls-key-file", "redis.key", "--tls-ca-cert-file", "ca.pem"])
            .current_dir(folder)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap().contains("eady to accept connections")), "the Redis has ended");
        fs::remove_file(folder.join("ca.key")).unwrap();
        RedisOverTls(child)
    }
}

impl Drop for RedisOverTls {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Creates a certificate or a key.
fn openssl(folder: &Path, options: &[&str]) {
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"])
        .args(options)
        .current_dir(folder)
        .output()
        .expect("this test needs the program openssl");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}
