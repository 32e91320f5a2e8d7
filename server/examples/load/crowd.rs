//! Clients that come, talk and go, and write down what they received.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};
use tokio_util::sync::CancellationToken;

use super::ledger::{Balance, Fault, Ledger, Stay};

/// A run.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// Sockets in all, one of them a witness for each channel.
    pub(crate) connections: usize,
    pub(crate) channels: usize,
    /// Between two messages of a witness.
    pub(crate) pause: Duration,
    /// After how many messages somebody goes to another channel.
    pub(crate) stay_messages: usize,
    /// How often.
    pub(crate) rounds: usize,
    pub(crate) fault: Option<Fault>,
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Runs until everybody has made their rounds, or until `stop`.
pub(crate) async fn run(
    address: SocketAddr,
    hash: &str,
    plan: &Plan,
    stop: CancellationToken,
) -> Result<Balance, Failure> {
    let ledger = Arc::new(Ledger::new(plan.channels, plan.fault));
    let url = format!("ws://{address}/rt/{hash}");
    let witnesses_stop = CancellationToken::new();
    let mut witnesses = JoinSet::new();
    for channel in 0..plan.channels {
        let mut socket = Socket::open(&url).await?;
        socket.join(channel).await?;
        witnesses.spawn(witness(socket, channel, plan.pause, Arc::clone(&ledger), witnesses_stop.clone()));
    }
    let mut guests = JoinSet::new();
    for number in plan.channels..plan.connections {
        let socket = Socket::open(&url).await?;
        guests.spawn(guest(socket, number, plan.clone(), Arc::clone(&ledger), stop.clone()));
    }
    while let Some(guest) = guests.join_next().await {
        guest??;
    }
    witnesses_stop.cancel();
    while let Some(witness) = witnesses.join_next().await {
        witness??;
    }
    Ok(ledger.balance())
}

/// Sends all the time, and receives everything that is sent on its channel.
async fn witness(
    mut socket: Socket,
    channel: usize,
    pause: Duration,
    ledger: Arc<Ledger>,
    stop: CancellationToken,
) -> Result<(), Failure> {
    let mut stay = Stay::default();
    while !stop.is_cancelled() {
        socket.say_and_hear(channel, &ledger, &mut stay).await?;
        if !pause.is_zero() {
            let _ = timeout(pause, stop.cancelled()).await;
        }
    }
    // The last word: everything that the guests said comes before it.
    socket.say_and_hear(channel, &ledger, &mut stay).await?;
    ledger.witnessed(channel, stay);
    socket.close().await
}

/// Goes from channel to channel.
async fn guest(
    mut socket: Socket,
    number: usize,
    plan: Plan,
    ledger: Arc<Ledger>,
    stop: CancellationToken,
) -> Result<(), Failure> {
    let mut rng = Rng::with_seed(number as u64);
    for _ in 0..plan.rounds {
        if stop.is_cancelled() {
            break;
        }
        let channel = rng.usize(..plan.channels);
        let mut stay = Stay::default();
        socket.join(channel).await?;
        stay.hello = socket.say_and_hear(channel, &ledger, &mut stay).await?;
        let stay_messages = rng.usize(1..=2 * plan.stay_messages);
        while stay.received.len() < stay_messages && !stop.is_cancelled() {
            if let Heard::Message(id) = socket.hear(channel).await? {
                ledger.receive(&mut stay, id);
            }
        }
        stay.goodbye = socket.say_and_hear(channel, &ledger, &mut stay).await?;
        socket.send("leave", channel, "null").await?;
        while let Heard::Message(id) = socket.hear(channel).await? {
            ledger.receive(&mut stay, id);
        }
        ledger.stayed(channel, stay);
    }
    socket.close().await
}

struct Socket(WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>);

/// A frame for the channel that the client is on.
enum Heard {
    Message(u32),
    /// To a join or a leave.
    Acknowledgement,
}

#[derive(Deserialize)]
struct Frame<'a> {
    action: &'a str,
    options: FrameOptions<'a>,
    payload: serde_json::Value,
}

#[derive(Deserialize)]
struct FrameOptions<'a> {
    channel: &'a str,
}

impl Socket {
    async fn open(url: &str) -> Result<Socket, Failure> {
        // The library's buffers are made for few sockets.
        let config = WebSocketConfig::default().read_buffer_size(4096).write_buffer_size(0);
        Ok(Socket(connect_async_with_config(url, Some(config), true).await?.0))
    }

    async fn join(&mut self, channel: usize) -> Result<(), Failure> {
        self.send("join", channel, "null").await?;
        match self.hear(channel).await? {
            Heard::Acknowledgement => Ok(()),
            Heard::Message(id) => Err(format!("message {id} came before the join was acknowledged").into()),
        }
    }

    /// Sends a message, and receives everything up to its echo.
    async fn say_and_hear(&mut self, channel: usize, ledger: &Ledger, stay: &mut Stay) -> Result<u32, Failure> {
        let own = ledger.send(channel);
        self.send("message", channel, &own.to_string()).await?;
        loop {
            let Heard::Message(id) = self.hear(channel).await? else {
                return Err("an acknowledgement that nobody asked for".into());
            };
            ledger.receive(stay, id);
            if id == own {
                return Ok(own);
            }
        }
    }

    async fn send(&mut self, action: &str, channel: usize, payload: &str) -> Result<(), Failure> {
        let frame = format!(r#"{{"action":"{action}","options":{{"channel":"load/{channel}"}},"payload":{payload}}}"#);
        Ok(self.0.send(Message::text(frame)).await?)
    }

    async fn hear(&mut self, channel: usize) -> Result<Heard, Failure> {
        loop {
            let Message::Text(text) = self.0.next().await.ok_or("the server hung up")?? else {
                continue;
            };
            let frame: Frame<'_> = serde_json::from_str(&text)?;
            if frame.options.channel.strip_prefix("load/") != Some(&*channel.to_string()) {
                return Err(format!("a frame for another channel: {text}").into());
            }
            return match frame.action {
                "message" => {
                    Ok(Heard::Message(frame.payload.as_u64().and_then(|id| id.try_into().ok()).ok_or("payload")?))
                }
                "join" | "leave" => Ok(Heard::Acknowledgement),
                _ => Err(format!("not expected: {text}").into()),
            };
        }
    }

    async fn close(mut self) -> Result<(), Failure> {
        self.0.close(None).await?;
        while let Some(Ok(_)) = self.0.next().await {}
        Ok(())
    }
}
