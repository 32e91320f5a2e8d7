//! A Redis of its own for one test.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use xano_realtime_server::RedisUrl;

/// The real one, as a process, without a port: it is reached through a file.
pub struct Redis {
    process: Child,
    socket: PathBuf,
}

impl Redis {
    pub fn start() -> Redis {
        static STARTED: AtomicUsize = AtomicUsize::new(0);
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let socket = env::temp_dir().join(format!("xano-redis-{}-{number}.sock", std::process::id()));
        let process = Command::new("redis-server")
            .args(["--port", "0", "--save", "", "--appendonly", "no", "--unixsocket"])
            .arg(&socket)
            .stdout(Stdio::null())
            .spawn()
            .expect("these tests need a redis-server; on Debian: apt-get install redis-server");
        let started = Instant::now();
        while !socket.exists() {
            assert!(started.elapsed() < PATIENCE, "the redis-server does not start");
            sleep(Duration::from_millis(2));
        }
        Redis { process, socket }
    }

    pub fn url(&self) -> RedisUrl {
        format!("redis+unix://{}", self.socket.display()).parse().unwrap()
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_file(&self.socket);
    }
}

const PATIENCE: Duration = Duration::from_secs(20);
