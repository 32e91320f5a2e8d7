//! A running server and clients of it, over real sockets.

#![allow(dead_code, reason = "no test file uses all of it")]
#![allow(unreachable_pub, reason = "public to the test file that includes it")]

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::handshake::client::Response;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};
use xano_realtime_server::limits::Limit;
use xano_realtime_server::{Config, Limits, Settings};

pub const HASH: &str = "1lK90n16tnnylJpJ0Xa7Km6_KxA";
pub const MARVEL: &str = "marvel-chat-room";

/// Longer than anything here takes; a test that reaches it has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server of its own for one test.
pub struct Running {
    pub address: SocketAddr,
    stop: oneshot::Sender<()>,
    served: JoinHandle<std::io::Result<()>>,
}

impl Running {
    pub async fn start() -> Running {
        Running::start_with(Config::default()).await
    }

    /// With the rows of a settings file.
    pub async fn with_channels(channels: Value) -> Running {
        let settings = json!({ "enabled": true, "channels": channels }).to_string();
        Running::start_with(Config { settings: Settings::parse(&settings).unwrap(), ..Config::default() }).await
    }

    pub async fn with_limit(limit: &str) -> Running {
        let mut limits = Limits::default();
        limits.set(&limit.parse::<Limit>().unwrap());
        Running::start_with(Config { limits, ..Config::default() }).await
    }

    pub async fn start_with(config: Config) -> Running {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let shutdown = async {
            let _ = stopped.await;
        };
        let served = tokio::spawn(xano_realtime_server::run(listener, config, shutdown));
        Running { address, stop, served }
    }

    pub async fn client(&self) -> Client {
        Client::connect(self.address, None).await.unwrap().0
    }

    /// A client that is on a channel with presence, and has read what came of joining it.
    pub async fn client_on(&self, channel: &str) -> Client {
        let mut client = self.client().await;
        client.join(channel, json!({ "presence": true })).await;
        client.hear_until("presence_full").await;
        client
    }

    /// Resolves when the server has returned.
    pub async fn stop(self) {
        let _ = self.stop.send(());
        patiently(self.served).await.unwrap().unwrap();
    }
}

/// One socket.
pub struct Client {
    pub socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Client {
    pub async fn connect(address: SocketAddr, token: Option<&str>) -> Result<(Client, Response), Error> {
        Client::connect_to(&format!("ws://{address}/rt/{HASH}"), token).await
    }

    pub async fn connect_to(url: &str, token: Option<&str>) -> Result<(Client, Response), Error> {
        use tokio_tungstenite::tungstenite::client::IntoClientRequest;
        let mut request = url.into_client_request()?;
        if let Some(token) = token {
            let headers = request.headers_mut();
            headers.insert("sec-websocket-protocol", token.parse().unwrap());
        }
        let connecting = tokio_tungstenite::connect_async(request);
        let (socket, response) = patiently(connecting).await?;
        Ok((Client { socket }, response))
    }

    pub async fn join(&mut self, channel: &str, wishes: Value) {
        self.say("join", json!({ "channel": channel }), wishes).await;
    }

    pub async fn message(&mut self, channel: &str, payload: impl Into<Value>) {
        self.say("message", json!({ "channel": channel }), payload.into()).await;
    }

    pub async fn say(&mut self, action: &str, options: Value, payload: Value) {
        let frame = json!({ "action": action, "options": options, "payload": payload });
        self.send(Message::text(frame.to_string())).await;
    }

    pub async fn send(&mut self, message: Message) {
        patiently(self.socket.send(message)).await.unwrap();
    }

    /// The next frame.
    pub async fn hear(&mut self) -> Value {
        match self.next().await {
            Message::Text(text) => serde_json::from_str(&text).unwrap(),
            other => panic!("expected a frame, got {other:?}"),
        }
    }

    /// The next frame of an action; the frames before it are let go.
    pub async fn hear_until(&mut self, action: &str) -> Value {
        loop {
            let frame = self.hear().await;
            if frame["action"] == action {
                return frame;
            }
        }
    }

    /// The text of the next frame, which is an error.
    pub async fn hear_refusal(&mut self) -> String {
        let frame = self.hear().await;
        assert_eq!(frame["action"], "error", "{frame}");
        frame["payload"]["message"].as_str().unwrap().to_owned()
    }

    pub async fn next(&mut self) -> Message {
        patiently(self.socket.next()).await.unwrap().unwrap()
    }

    /// The code that the socket was closed with; what came before it is let go.
    pub async fn hear_close(&mut self) -> u16 {
        loop {
            if let Message::Close(frame) = self.next().await {
                return frame.expect("a close frame with a code").code.into();
            }
        }
    }

    /// Closes with a code, and says which one came back.
    pub async fn close(&mut self, code: u16) -> u16 {
        use tokio_tungstenite::tungstenite::protocol::CloseFrame;
        let frame = CloseFrame { code: code.into(), reason: "".into() };
        self.socket.close(Some(frame)).await.unwrap();
        self.hear_close().await
    }
}

/// The answer to a plain HTTP request: status, headers in lower case, body.
pub async fn get(address: SocketAddr, path: &str) -> (u16, String, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    patiently(stream.read_to_string(&mut answer)).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, head.to_lowercase(), body.to_owned())
}

pub async fn patiently<T>(future: impl Future<Output = T>) -> T {
    timeout(PATIENCE, future).await.expect("nothing came for 20 s")
}
