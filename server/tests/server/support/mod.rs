//! A running server and its clients, over real sockets.

#![allow(unreachable_pub, reason = "public to the test file that includes it")]

pub mod generate;
pub mod realtime_v2;
pub mod redis;
pub mod trigger;

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use self::redis::Redis;
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
use xano_realtime_server::auth::Tokens;
use xano_realtime_server::limits::Limit;
use xano_realtime_server::{AdminToken, Config, Limits, Secret, Settings};

pub const HASH: &str = "1lK90n16tnnylJpJ0Xa7Km6_KxA";
/// The key that the servers under test sign tokens with.
pub const KEY: &[u8] = b"the key of the servers under test";
pub const ADMIN_TOKEN: &str = "the admin token of the servers under test";
pub const MARVEL: &str = "marvel-chat-room";

/// The timeout of every wait. It is longer than any step takes, so a test that reaches it has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server that one test uses alone.
pub struct Running {
    pub address: SocketAddr,
    stop: oneshot::Sender<()>,
    served: JoinHandle<std::io::Result<()>>,
    /// The Redis of this server, if [`on_redis`] is true.
    _redis: Option<Redis>,
}

/// A temporary folder, removed at the end of the test.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> Folder {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    pub fn with_file(self, name: &str, text: &str) -> Folder {
        let file = self.0.join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
        self
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Running {
    pub async fn start() -> Running {
        Running::start_with(Config::default()).await
    }

    /// Starts a server with these rows of a settings file.
    pub async fn with_channels(channels: Value) -> Running {
        let settings = json!({ "enabled": true, "channels": channels }).to_string();
        Running::start_with(Config { settings: Settings::parse(&settings).unwrap(), ..Config::default() }).await
    }

    /// Starts a server with limits as on the command line, separated by commas.
    pub async fn with_limits(texts: &str) -> Running {
        let mut limits = Limits::default();
        for text in texts.split(',') {
            limits.set(&text.parse::<Limit>().unwrap());
        }
        Running::start_with(Config { limits, ..Config::default() }).await
    }

    pub async fn start_with(config: Config) -> Running {
        Running::start_on(TcpListener::bind("127.0.0.1:0").await.unwrap(), config).await
    }

    /// Starts a server that listens on all addresses of the machine. Returns an address at which it can be reached.
    pub async fn start_beyond_loopback(config: Config) -> (Running, SocketAddr) {
        let server = Running::start_on(TcpListener::bind("0.0.0.0:0").await.unwrap(), config).await;
        let address = SocketAddr::from(([127, 0, 0, 1], server.address.port()));
        (server, address)
    }

    /// Starts a server that uses the key stored in Redis, which tests do not know.
    pub async fn start_with_no_key(config: Config) -> Running {
        Running::serve(TcpListener::bind("127.0.0.1:0").await.unwrap(), config).await
    }

    async fn start_on(listener: TcpListener, mut config: Config) -> Running {
        config.secret.get_or_insert_with(|| Secret::new(KEY));
        Running::serve(listener, config).await
    }

    async fn serve(listener: TcpListener, mut config: Config) -> Running {
        config.admin_token.get_or_insert_with(|| AdminToken::new(ADMIN_TOKEN));
        let redis = (config.redis.is_none() && config.settings.servers().is_empty() && on_redis()).then(Redis::start);
        config.redis = config.redis.or(redis.as_ref().map(Redis::url));
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let shutdown = async {
            let _ = stopped.await;
        };
        let served = tokio::spawn(xano_realtime_server::run(listener, config, shutdown));
        Running { address, stop, served, _redis: redis }
    }

    pub async fn client(&self) -> Client {
        Client::connect(self.address, None).await.unwrap().0
    }

    /// Returns a client that has joined a channel with presence and has read the answers to its join.
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

/// Returns whether every server of the tests uses a Redis: with XANO_TEST_REDIS=1.
pub fn on_redis() -> bool {
    std::env::var_os("XANO_TEST_REDIS").is_some()
}

/// A client with one socket.
pub struct Client {
    pub socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Client {
    pub async fn connect(address: SocketAddr, token: Option<&str>) -> Result<(Client, Response), Error> {
        Client::connect_to(&format!("ws://{address}/rt/{HASH}"), token).await
    }

    pub async fn connect_to(url: &str, token: Option<&str>) -> Result<(Client, Response), Error> {
        let header = token.map(|token| ("sec-websocket-protocol", token));
        Client::connect_with(url, header).await
    }

    /// Connects as a page of this origin does.
    pub async fn connect_from(url: &str, origin: &str) -> Result<(Client, Response), Error> {
        Client::connect_with(url, Some(("origin", origin))).await
    }

    pub async fn connect_with(url: &str, header: Option<(&'static str, &str)>) -> Result<(Client, Response), Error> {
        use tokio_tungstenite::tungstenite::client::IntoClientRequest;
        let mut request = url.into_client_request()?;
        if let Some((name, value)) = header {
            request.headers_mut().insert(name, value.parse().unwrap());
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

    /// Joins a channel and returns the position in its log that the acknowledgement contains.
    pub async fn position_on(&mut self, channel: &str) -> Value {
        self.join(channel, json!({})).await;
        self.hear_until("join").await["payload"]["ext"]["recover"].take()
    }

    pub async fn send(&mut self, message: Message) {
        patiently(self.socket.send(message)).await.unwrap();
    }

    /// Returns the next frame. Skips pings, which a slow test may receive at any time.
    pub async fn hear(&mut self) -> Value {
        loop {
            match self.next().await {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) => {}
                other => panic!("expected a frame, got {other:?}"),
            }
        }
    }

    /// Returns the next frame with this action, and drops the frames before it.
    pub async fn hear_until(&mut self, action: &str) -> Value {
        loop {
            let frame = self.hear().await;
            if frame["action"] == action {
                return frame;
            }
        }
    }

    /// Returns the message of the next frame, which must be an error.
    pub async fn hear_refusal(&mut self) -> String {
        let frame = self.hear().await;
        assert_eq!(frame["action"], "error", "{frame}");
        frame["payload"]["message"].as_str().unwrap().to_owned()
    }

    pub async fn next(&mut self) -> Message {
        patiently(self.socket.next()).await.unwrap().unwrap()
    }

    /// Returns the close code of the socket, and drops the frames before it.
    pub async fn hear_close(&mut self) -> u16 {
        loop {
            if let Message::Close(frame) = self.next().await {
                return frame.expect("a close frame with a code").code.into();
            }
        }
    }

    /// Closes the socket with this code, and returns the code that the server answers with.
    pub async fn close(&mut self, code: u16) -> u16 {
        use tokio_tungstenite::tungstenite::protocol::CloseFrame;
        let frame = CloseFrame { code: code.into(), reason: "".into() };
        self.socket.close(Some(frame)).await.unwrap();
        self.hear_close().await
    }
}

/// The answer to an HTTP request.
pub struct Answer {
    pub status: u16,
    /// The status line and the headers, in lower case.
    pub head: String,
    pub body: String,
}

impl Answer {
    /// Parses the complete text of an answer.
    pub fn parse(answer: &str) -> Answer {
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head: format!("{}\r\n", head.to_lowercase()), body: body.to_owned() }
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect(&self.body)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")))
    }
}

/// Sends a GET request. Returns status, headers in lower case, and body.
pub async fn get(address: SocketAddr, path: &str) -> (u16, String, String) {
    let Answer { status, head, body } = ask(address, "GET", path, &[], "").await;
    (status, head, body)
}

pub async fn post(address: SocketAddr, path: &str, body: &Value) -> Answer {
    ask(address, "POST", path, &[("Content-Type", "application/json")], &body.to_string()).await
}

pub async fn ask(address: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut request = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    for (name, value) in headers {
        request += &format!("{name}: {value}\r\n");
    }
    request += &format!("Content-Length: {}\r\n\r\n{body}", body.len());
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    patiently(stream.read_to_string(&mut answer)).await.unwrap();
    Answer::parse(&answer)
}

/// Sends a request with the admin token to `/api:meta/workspace/1/realtime` followed by `below`.
pub async fn admin(address: SocketAddr, method: &str, below: &str, body: &str) -> Answer {
    let authorization = format!("Bearer {ADMIN_TOKEN}");
    let path = format!("/api:meta/workspace/1/realtime{below}");
    ask(address, method, &path, &[("Authorization", &authorization)], body).await
}

/// Returns a token signed with [`KEY`].
pub fn token(claims: &Value) -> String {
    Tokens::new(&Secret::new(KEY)).sign(claims).unwrap()
}

/// Returns a token of this user, valid for one hour.
pub fn token_of(dbo_id: i64, id: i64, extras: Value) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    token(&json!({ "dbo_id": dbo_id, "id": id, "extras": extras, "exp": now + 3600 }))
}

pub async fn patiently<T>(future: impl Future<Output = T>) -> T {
    timeout(PATIENCE, future).await.expect("nothing came for 20 s")
}
