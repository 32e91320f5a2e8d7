//! The settings and the signing key that servers share. They are validated, and changed in one step or not at all.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use xano_realtime_server::{Config, settings};

use super::Cluster;
use crate::binary::{complaint, server};
use crate::support::redis::Redis;
use crate::support::{Folder, Running, admin, get, patiently};

const PATIENCE: Duration = Duration::from_secs(20);

/// A server process, with the lines of both outputs in the order of their arrival.
struct Starting {
    child: Child,
    lines: mpsc::Receiver<String>,
}

impl Starting {
    fn on(redis: &Redis, more: &mut Command) -> Starting {
        let command = more.args(["--listen", "127.0.0.1:0", "--redis", &redis.address()]);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let (say, lines) = mpsc::channel();
        let outputs: [Box<dyn Read + Send>; 2] =
            [Box::new(child.stdout.take().unwrap()), Box::new(child.stderr.take().unwrap())];
        for output in outputs {
            let say = say.clone();
            thread::spawn(move || {
                BufReader::new(output).lines().map_while(Result::ok).try_for_each(|line| say.send(line))
            });
        }
        Starting { child, lines }
    }

    /// Returns the next line that contains these words. The server must not serve before that line.
    fn says(&self, words: &str) -> String {
        loop {
            let line = self.lines.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("nothing is said of {words:?}"));
            if line.contains(words) {
                return line;
            }
            assert!(!line.starts_with("listening on"), "it serves before it says {words:?}");
        }
    }

    fn address(&self) -> std::net::SocketAddr {
        self.says("listening on").rsplit('/').next().unwrap().parse().unwrap()
    }
}

impl Drop for Starting {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn room(pattern: &str) -> String {
    let row = json!({ "pattern": pattern, "enabled": true, "anonymous_clients": true, "presence": true });
    json!({ "enabled": true, "channels": [row] }).to_string()
}

fn patterns(settings: &Value) -> Vec<&str> {
    settings["channels"].as_array().unwrap().iter().map(|row| row["pattern"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn an_empty_or_short_signing_key_in_redis_is_refused_with_the_reason_until_it_is_removed() {
    let redis = Redis::start();
    for (key, bytes) in [("", 0), ("0123456789abcdef", 16)] {
        let () = redis.does(&format!("SET xano:secret {key}")).await;
        let starting = Starting::on(&redis, &mut server());
        let said = starting.says("xano:secret");
        assert!(said.contains(&format!("{bytes} bytes")) && said.contains("32"), "{said}");
        assert!(key.is_empty() || !said.contains(key), "{said}");
        let () = redis.does("DEL xano:secret").await;
        assert_eq!(get(starting.address(), "/health").await.0, 200);
    }
}

#[tokio::test]
async fn a_server_that_cannot_use_the_shared_settings_does_not_serve_and_says_why() {
    let redis = Redis::start();
    let () = redis.does(r#"SET xano:settings {"enabled":true,"channels":[],"newer":1}"#).await;
    let starting = Starting::on(&redis, &mut server());
    let said = starting.says("cannot be used");
    assert!(said.contains("newer"), "{said}");
    let () = redis.does("DEL xano:settings").await;
    assert_eq!(get(starting.address(), "/health").await.0, 200);
}

#[tokio::test]
async fn realtime_servers_are_not_shared_and_every_way_to_put_them_in_force_says_so() {
    let servers = json!({ "servers": [{ "name": "main", "canonical": "rtmain01", "enabled": true }] }).to_string();
    let folder = Folder::new("not-shareable").with_file("realtime.json", &servers);
    let file = folder.0.join("realtime.json");
    let redis = Redis::start();
    let said = complaint(server().args(["--redis", &redis.address(), "--config"]).arg(&file));
    assert!(said.contains("servers: Realtime V2") && said.contains("without --redis"), "{said}");

    let config = Config { settings_file: Some(file), redis: Some(redis.url()), ..Config::default() };
    let running = Running::start_with(config).await;
    for (method, path, body) in [("PUT", "", &*servers), ("POST", "/reload", "")] {
        let answer = admin(running.address, method, path, body).await;
        assert_eq!(answer.status, 400, "{}", answer.body);
        assert!(answer.json()["message"].as_str().unwrap().starts_with("servers: Realtime V2"), "{}", answer.body);
    }
    let () = redis.does(&format!("SET xano:settings {servers}")).await;
    let starting = Starting::on(&redis, &mut server());
    assert!(starting.says("cannot be used").contains("servers: Realtime V2"));
}

#[tokio::test]
async fn a_running_server_keeps_its_settings_while_the_shared_ones_cannot_be_used() {
    let cluster = Cluster::with_row(json!({ "anonymous_clients": false })).await;
    let mut jill = cluster.one.client().await;
    let () = cluster.redis.does(r#"SET xano:settings {"enabled":true,"channels":[],"newer":1}"#).await;
    let () = cluster.redis.does("CLIENT KILL TYPE normal").await;
    jill.join("room", json!({})).await;
    assert_eq!(jill.hear().await["payload"]["code"], "anonymous");
    // The admin can still replace the unreadable settings.
    patiently(async { while admin(cluster.one.address, "PUT", "", &room("other")).await.status != 200 {} }).await;
    let shared: String = cluster.redis.does("GET xano:settings").await;
    assert_eq!(patterns(&serde_json::from_str(&shared).unwrap()), ["other"]);
}

#[tokio::test]
async fn a_change_of_settings_with_an_unknown_outcome_does_not_come_into_force_later_and_is_not_in_the_file() {
    let folder = Folder::new("unclear-settings").with_file("realtime.json", &room("before"));
    let file = folder.0.join("realtime.json");
    let redis = Redis::start();
    let config = Config {
        settings: settings::read(&file).unwrap(),
        settings_file: Some(file.clone()),
        redis: Some(redis.url()),
        ..Config::default()
    };
    let server = Running::start_with(config).await;
    let saved = || settings::read(&file).unwrap().to_json();
    let mut is_unclear = false;
    while !is_unclear {
        let _jill = server.client_on("before").await;
        let () = redis.does("CLIENT PAUSE 60000 WRITE").await;
        let refused = admin(server.address, "PUT", "", &room("after")).await;
        assert_eq!(refused.status, 503, "{}", refused.body);
        // The request was not sent if another one had to wait before it.
        is_unclear = refused.body.contains("not known");
        assert!(is_unclear || refused.body.contains("not in force"), "{}", refused.body);
        assert_eq!(patterns(&saved()), ["before"]);
        let () = redis.does("CLIENT UNPAUSE").await;
        // A join is answered after all earlier requests to Redis.
        let _jack = server.client_on("before").await;
        let shared: String = redis.does("GET xano:settings").await;
        assert_eq!(patterns(&serde_json::from_str(&shared).unwrap()), ["before"]);
    }

    patiently(async { while admin(server.address, "PUT", "", &room("after")).await.status != 200 {} }).await;
    assert_eq!(patterns(&saved()), ["after"]);
    assert_eq!(patterns(&admin(server.address, "GET", "", "").await.json()), ["after"]);
}

#[tokio::test]
async fn a_server_announces_its_address_when_it_serves_and_not_before_redis_is_reachable() {
    let mut redis = Redis::start();
    redis.dies();
    let starting = Starting::on(&redis, &mut server());
    starting.says("does not serve");
    redis.comes_back();
    assert_eq!(get(starting.address(), "/health").await.0, 200);
}
