//! Loads the server on loopback for a while, and accounts for every delivery.
//!
//! ```sh
//! cargo build --release -p xano-realtime-server --bins --examples
//! target/release/examples/load
//! ```

mod crowd;
mod ledger;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use clap::Parser;
use crowd::Plan;
use ledger::Balance;
use tokio::time::{interval, timeout};
use tokio_util::sync::CancellationToken;

/// Loads the server on loopback for a while, and accounts for every delivery.
#[derive(Parser)]
struct Args {
    /// Sockets in all.
    #[arg(long, default_value_t = 5_000)]
    connections: usize,
    /// Channels that they are spread over.
    #[arg(long, default_value_t = 100)]
    channels: usize,
    /// How long they talk, once all are connected and before they say goodbye.
    #[arg(long, default_value_t = 120)]
    seconds: u64,
    /// Between two messages of one channel's witness.
    #[arg(long, default_value_t = 500)]
    pause_ms: u64,
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    match load(&Args::parse()).await {
        Ok(faults) if faults.is_empty() => ExitCode::SUCCESS,
        Ok(faults) => {
            faults.iter().take(10).for_each(|fault| eprintln!("fault: {fault}"));
            eprintln!("{} faults", faults.len());
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn load(args: &Args) -> Result<Vec<String>, Failure> {
    let server = Server::start()?;
    let plan = Plan {
        connections: args.connections,
        channels: args.channels,
        pause: Duration::from_millis(args.pause_ms),
        stay_messages: 200,
        rounds: usize::MAX,
        fault: None,
    };
    let stop = CancellationToken::new();
    let running = tokio::spawn({
        let (address, plan, stop) = (server.address, plan.clone(), stop.clone());
        async move { crowd::run(address, HASH, &plan, stop).await }
    });
    let memory_kb = server.watch(args, &running).await?;
    let began = Instant::now();
    stop.cancel();
    let balance = timeout(PATIENCE, running).await.map_err(|_| "the crowd does not come to an end")???;
    println!("everybody gone after {} ms", began.elapsed().as_millis());
    Ok(server.verdict(balance, args, &memory_kb))
}

/// The server as users run it, in a process of its own.
struct Server {
    child: Child,
    address: SocketAddr,
    folder: PathBuf,
}

impl Server {
    fn start() -> Result<Server, Failure> {
        let program = std::env::current_exe()?.with_file_name("../xano-realtime-server");
        let folder = std::env::temp_dir().join(format!("xano-load-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let settings = folder.join("realtime.json");
        fs::write(&settings, SETTINGS)?;
        let mut command = Command::new(program);
        command.args(["--listen", "127.0.0.1:0", "--config"]).arg(&settings).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().ok_or("no standard output")?).read_line(&mut line)?;
        let address = line.trim_end().strip_prefix("listening on http://").ok_or("the server does not start")?;
        Ok(Server { address: address.parse()?, child, folder })
    }

    /// What it occupies, every ten seconds from the moment when all are connected.
    async fn watch<T>(&self, args: &Args, running: &tokio::task::JoinHandle<T>) -> Result<Vec<u64>, Failure> {
        let began = Instant::now();
        while self.metric("xano_connections")? < args.connections {
            if running.is_finished() {
                return Err("the crowd is gone before it was complete; are there enough file descriptors?".into());
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        println!("{} connected after {} ms", args.connections, began.elapsed().as_millis());
        let mut memory_kb = Vec::new();
        let mut ticks = interval(Duration::from_secs(args.seconds) / 12);
        for _ in 0..=12 {
            ticks.tick().await;
            memory_kb.extend(self.memory_kb());
            let [members, delivered] = [self.metric("xano_members")?, self.metric("xano_messages_delivered_total")?];
            println!("{members} members, {delivered} deliveries, {:?} kB", memory_kb.last());
        }
        Ok(memory_kb)
    }

    fn verdict(&self, balance: Balance, args: &Args, memory_kb: &[u64]) -> Vec<String> {
        let Balance { messages, deliveries, stays, mut faults } = balance;
        println!("{messages} messages, {deliveries} deliveries, {stays} joins and leaves");
        println!(
            "{} deliveries each second, {} s of CPU",
            deliveries as u64 / args.seconds,
            self.cpu_s().unwrap_or(0.0)
        );
        let counts = [("xano_messages_received_total", messages), ("xano_messages_delivered_total", deliveries)];
        for (metric, expected) in counts {
            match self.metric(metric) {
                Ok(count) if count == expected => {}
                other => faults.push(format!("{metric} is {other:?}, the crowd counted {expected}")),
            }
        }
        if let [.., half, _, _, _, _, _, end] = *memory_kb
            && end > half + half / 20
        {
            faults.push(format!("{half} kB after half of the time, {end} kB at the end"));
        }
        faults
    }

    fn metric(&self, name: &str) -> Result<usize, Failure> {
        let mut stream = TcpStream::connect(self.address)?;
        stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: load\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let value = answer.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        Ok(value.ok_or("the metric is missing")?.parse()?)
    }

    fn memory_kb(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.trim().strip_suffix(" kB")?.parse().ok()
    }

    /// In user and system mode; a tick is a hundredth of a second.
    fn cpu_s(&self) -> Option<f64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).ok()?;
        let fields: Vec<_> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks: u64 = fields.get(11..13)?.iter().filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
        Some(ticks as f64 / 100.0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

const HASH: &str = "load";

const SETTINGS: &str = r#"{ "enabled": true, "hash": "load", "channels": [ { "pattern": "load/*", "wildcard": true,
    "enabled": true, "anonymous_clients": true, "history": 100, "client_public_messaging": true } ] }"#;

const PATIENCE: Duration = Duration::from_secs(60);
