//! Hostile clients that send bursts of any frames and read everything, little or nothing. They hold almost no memory
//! themselves.

use std::io::ErrorKind;
use std::net::SocketAddr;

use fastrand::Rng;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::allocated;

const HASH: &str = "1lK90n16tnnylJpJ0Xa7Km6_KxA";

/// Runs this number of clients, each with this number of bursts. Returns the peak of allocated bytes and the number of
/// bytes sent.
pub(crate) async fn attack(address: SocketAddr, clients: usize, rounds: usize, seed: u64) -> (usize, usize) {
    let mut dice = Rng::with_seed(seed);
    let mut attackers = Vec::new();
    for _ in 0..clients {
        attackers.push(Attacker::connect(address, &mut dice).await);
    }
    let (mut peak, mut sent) = (0, 0);
    for _ in 0..rounds {
        for attacker in &mut attackers {
            let burst = burst(&mut dice);
            sent += attacker.send(&burst);
            drop(burst);
            if !attacker.reads() {
                *attacker = Attacker::connect(address, &mut dice).await;
            }
            tokio::task::yield_now().await;
            peak = peak.max(allocated());
        }
    }
    (peak, sent)
}

struct Attacker {
    stream: TcpStream,
    /// The number of bytes that the client reads after each burst.
    appetite: usize,
    /// The rest of a burst that the kernel has not accepted. It is sent first, so that the server receives whole
    /// frames.
    unsent: Vec<u8>,
}

impl Attacker {
    async fn connect(address: SocketAddr, dice: &mut Rng) -> Attacker {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!(
            "GET /rt/{HASH} HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut head = [0; 12];
        stream.read_exact(&mut head).await.unwrap();
        assert_eq!(&head, b"HTTP/1.1 101");
        let appetite = *dice.choice(&[0, 0, 5_000, 1_000_000]).unwrap();
        Attacker { stream, appetite, unsent: Vec::new() }
    }

    /// Sends as many bytes as the kernel accepts.
    fn send(&mut self, burst: &[u8]) -> usize {
        if self.unsent.is_empty() {
            self.unsent.extend_from_slice(burst);
        }
        match self.stream.try_write(&self.unsent) {
            Ok(taken) => {
                self.unsent.drain(..taken);
                self.unsent.shrink_to_fit();
                taken
            }
            Err(_) => 0,
        }
    }

    /// Reads up to the client's appetite. Returns `false` if the server has closed the connection.
    fn reads(&mut self) -> bool {
        let mut buffer = [0; 16_384];
        let mut left = self.appetite;
        while left > 0 {
            match self.stream.try_read(&mut buffer) {
                Ok(0) => return false,
                Ok(read) => left = left.saturating_sub(read),
                Err(error) => return error.kind() == ErrorKind::WouldBlock,
            }
        }
        true
    }
}

/// Returns up to 64 frames in one piece.
fn burst(dice: &mut Rng) -> Vec<u8> {
    let mut bytes = Vec::new();
    for _ in 0..dice.usize(1..64) {
        put_frame(&mut bytes, frame(dice).as_bytes());
    }
    bytes
}

fn frame(dice: &mut Rng) -> String {
    let channel = if dice.bool() { "hall".to_owned() } else { format!("nested/{}", dice.u8(..)) };
    let payload = "x".repeat(if dice.u8(..4) == 0 { dice.usize(..9_500) } else { 5 });
    match dice.u8(..12) {
        0..3 => {
            let since = json!({ "epoch": "another", "id": null });
            let wishes = json!({ "presence": dice.bool(), "history": dice.bool(), "since": since });
            json!({ "action": "join", "options": { "channel": channel }, "payload": wishes }).to_string()
        }
        3 => json!({ "action": "leave", "options": { "channel": channel } }).to_string(),
        4..6 => json!({ "action": "history", "options": { "channel": channel } }).to_string(),
        6 => json!({ "action": "ping" }).to_string(),
        7 => format!("{{\"action\":\"message\",\"payload\":{payload}"),
        8 => {
            json!({ "action": "message", "options": { "channel": channel, "socketId": "nobody" }, "payload": payload })
                .to_string()
        }
        _ => json!({ "action": "message", "options": { "channel": channel }, "payload": payload }).to_string(),
    }
}

/// Appends a text frame with a mask of zeros.
fn put_frame(bytes: &mut Vec<u8>, text: &[u8]) {
    bytes.push(0x81);
    match u8::try_from(text.len()) {
        Ok(len @ ..126) => bytes.push(0x80 | len),
        _ => {
            bytes.push(0x80 | 126);
            bytes.extend_from_slice(&u16::try_from(text.len()).unwrap().to_be_bytes());
        }
    }
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(text);
}
