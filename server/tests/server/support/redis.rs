//! A Redis server that one test uses alone.

use std::env;
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use xano_realtime_server::RedisUrl;

/// A real Redis process. It has no TCP port; tests connect to a Unix socket in its own folder.
pub struct Redis {
    process: Child,
    folder: PathBuf,
}

impl Redis {
    pub fn start() -> Redis {
        static STARTED: AtomicUsize = AtomicUsize::new(0);
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let folder = env::temp_dir().join(format!("xano-redis-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Redis { process: run(&folder), folder }
    }

    pub fn url(&self) -> RedisUrl {
        self.address().parse().unwrap()
    }

    pub fn address(&self) -> String {
        format!("redis+unix://{}", self.folder.join(SOCKET).display())
    }

    /// Runs a command, given as one line, and returns the reply.
    pub async fn does<T: redis::FromRedisValue>(&self, line: &str) -> T {
        let client = redis::Client::open(self.address()).unwrap();
        let mut connection = client.get_multiplexed_async_connection().await.unwrap();
        let mut words = line.split(' ');
        let mut command = redis::cmd(words.next().unwrap());
        for word in words {
            command.arg(word);
        }
        command.query_async(&mut connection).await.unwrap()
    }

    pub fn dies(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        fs::remove_file(self.folder.join(SOCKET)).unwrap();
    }

    /// Starts Redis again with the data that it had written to disk.
    pub fn comes_back(&mut self) {
        self.process = run(&self.folder);
    }

    /// Copies the data on disk, so that [`comes_back_as_it_was`](Self::comes_back_as_it_was) can restore it.
    pub fn is_copied(&self) {
        let copy = self.folder.join(COPY);
        fs::create_dir(&copy).unwrap();
        for file in fs::read_dir(self.folder.join(WRITTEN)).unwrap() {
            let file = file.unwrap();
            fs::copy(file.path(), copy.join(file.file_name())).unwrap();
        }
    }

    pub fn comes_back_as_it_was(&mut self) {
        fs::remove_dir_all(self.folder.join(WRITTEN)).unwrap();
        fs::rename(self.folder.join(COPY), self.folder.join(WRITTEN)).unwrap();
        self.comes_back();
    }

    pub fn comes_back_empty(&mut self) {
        fs::remove_dir_all(self.folder.join(WRITTEN)).unwrap();
        self.comes_back();
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn run(folder: &Path) -> Child {
    let socket = folder.join(SOCKET);
    let mut process = Command::new("redis-server")
        .args(["--port", "0", "--save", "", "--appendonly", "yes", "--appendfsync", "always", "--unixsocket"])
        .arg(&socket)
        .arg("--dir")
        .arg(folder)
        .stdout(Stdio::piped())
        .spawn()
        .expect("these tests need a redis-server; on Debian: apt-get install redis-server");
    let mut said = BufReader::new(process.stdout.take().unwrap());
    let mut line = String::new();
    while !line.to_lowercase().contains("ready to accept connections") {
        line.clear();
        assert_ne!(said.read_line(&mut line).unwrap(), 0, "the redis-server does not start");
    }
    // The output must be read, because Redis would block when the pipe is full.
    thread::spawn(move || io::copy(&mut said, &mut io::sink()));
    process
}

const SOCKET: &str = "redis.sock";
/// The folder in which Redis keeps its append-only file.
const WRITTEN: &str = "appendonlydir";
const COPY: &str = "copy";
