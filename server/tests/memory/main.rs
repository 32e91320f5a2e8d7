//! Memory under hostile clients: whatever frames come, in whatever order, what the server allocates stays below the sum
//! of the configured bounds. A program of its own, as it counts every allocation.

mod attackers;

use std::alloc::System;

use cap::Cap;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use xano_realtime_server::{Config, Limits, Settings};

use attackers::attack;

#[global_allocator]
static ALLOCATED: Cap<System> = Cap::new(System, usize::MAX);

const SOCKETS: usize = 20;
const ROUNDS: usize = 300;

fn limits() -> Limits {
    Limits {
        frame_bytes: 10_000,
        outbox_bytes: 50_000,
        channels_per_socket: 20,
        channels: 40,
        history_bytes: 400_000,
        history_bytes_per_channel: 100_000,
        presence_members: 5,
        // What comes fast is taken in here: the other bounds have to hold.
        messages_per_second: usize::MAX,
        bytes_per_second: usize::MAX,
        bad_frames_per_minute: usize::MAX,
        ..Limits::default()
    }
}

/// What the limits allow in all, with what an open socket takes by itself. Messages with a key are remembered for two
/// minutes besides: the attackers send few of them.
fn bound(limits: &Limits) -> usize {
    /// Frames that nobody has tried to write yet may be four times what may wait, see `outbox`.
    const UNWRITTEN: usize = 4;
    const PER_SOCKET: usize = 64 * 1024;
    const PER_CHANNEL: usize = 8 * 1024;
    const THE_REST: usize = 1024 * 1024;
    let socket = UNWRITTEN * limits.outbox_bytes + 2 * limits.frame_bytes + PER_SOCKET;
    SOCKETS * socket + limits.history_bytes + limits.channels * PER_CHANNEL + THE_REST
}

#[test]
fn what_the_server_allocates_stays_below_the_sum_of_the_bounds_under_any_frames() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    for seed in 0..3 {
        let (held, sent) = runtime.block_on(async {
            let (address, stop, served) = start().await;
            // The first attackers warm up what stays: buffers of the runtime, the certificates of the machine.
            attack(address, SOCKETS, 3, seed).await;
            let before = ALLOCATED.allocated();
            let (peak, sent) = attack(address, SOCKETS, ROUNDS, seed).await;
            stop.send(()).unwrap();
            served.await.unwrap().unwrap();
            (peak.saturating_sub(before), sent)
        });
        let bound = bound(&limits());
        println!("seed {seed}: {sent} bytes were sent, {held} held at the most, of {bound}");
        assert!(sent > 10 * bound, "the attack is no match: {sent} bytes were sent");
        assert!(held < bound, "seed {seed}: {held} bytes are held, of {bound}");
    }
}

async fn start() -> (std::net::SocketAddr, oneshot::Sender<()>, tokio::task::JoinHandle<std::io::Result<()>>) {
    let row = |pattern: &str, wildcard| {
        json!({ "pattern": pattern, "wildcard": wildcard, "enabled": true, "anonymous_clients": true,
                "presence": true, "history": 1000, "client_public_messaging": true, "client_private_messaging": true })
    };
    let settings = json!({ "enabled": true, "channels": [row("hall", false), row("nested/*", true)] }).to_string();
    let config = Config { settings: Settings::parse(&settings).unwrap(), limits: limits(), ..Config::default() };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let shutdown = async {
        let _ = stopped.await;
    };
    (address, stop, tokio::spawn(xano_realtime_server::run(listener, config, shutdown)))
}

/// What is allocated now.
fn allocated() -> usize {
    ALLOCATED.allocated()
}
