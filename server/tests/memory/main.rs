//! Memory under hostile clients: no matter which frames arrive, the server allocates less than the sum of the
//! configured bounds. This is a separate program because it counts every allocation.

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
        // Rate limits are off, so that all other bounds must hold.
        messages_per_second: usize::MAX,
        bytes_per_second: usize::MAX,
        bad_frames_per_minute: usize::MAX,
        ..Limits::default()
    }
}

/// Returns the sum of all limits, plus the memory of the open sockets themselves. The idempotency keys of two minutes
/// are not included, because the attackers send few messages with a key.
fn bound(limits: &Limits) -> usize {
    /// Before the first write, an outbox may hold four times its limit; see `outbox`.
    const UNWRITTEN: usize = 4;
    const PER_SOCKET: usize = 64 * 1024;
    const PER_CHANNEL: usize = 8 * 1024;
    const THE_REST: usize = 1024 * 1024;
    let socket = UNWRITTEN * limits.outbox_bytes + 2 * limits.frame_bytes + PER_SOCKET;
    SOCKETS * socket + limits.history_bytes + limits.channels * PER_CHANNEL + THE_REST
}

#[test]
fn no_sequence_of_frames_makes_the_server_allocate_more_than_the_sum_of_its_bounds() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    for seed in 0..3 {
        let (held, sent) = runtime.block_on(async {
            let (address, stop, served) = start().await;
            // The first attack fills what stays allocated: buffers of the runtime, and the certificates of the machine.
            attack(address, SOCKETS, 3, seed).await;
            let before = ALLOCATED.allocated();
            let (peak, sent) = attack(address, SOCKETS, ROUNDS, seed).await;
            stop.send(()).unwrap();
            served.await.unwrap().unwrap();
            (peak.saturating_sub(before), sent)
        });
        let bound = bound(&limits());
        println!("seed {seed}: {sent} bytes were sent, {held} held at the most, of {bound}");
        assert!(sent > 10 * bound, "the attack is too weak: {sent} bytes were sent");
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

/// Returns the number of bytes that are allocated now.
fn allocated() -> usize {
    ALLOCATED.allocated()
}
