//! The reference server of the Xano Realtime protocol: the other end of the wire, on a laptop.
//!
//! # Layout
//!
//! - [`run`]: serves until told to stop.
//! - [`hub`]: who is on which channel and what they may do; pure.
//! - [`settings`]: the realtime settings of a workspace, with the permissions of its channels.
//! - [`limits`]: what one client may cost.
//! - [`auth`]: who somebody is.
//! - `upgrade`: from an HTTP request to a socket, or to a refusal with a name.
//! - `connection`: one socket, one task.
//! - `outbox`: what waits to be sent to one socket.
//! - `exchange`: between the sockets and the hub.
//! - `api_error`: what an HTTP endpoint refuses.
//! - `www`: the folder that is served beside the socket.

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing))]

mod api_error;
pub mod auth;
mod connection;
mod exchange;
pub mod hub;
pub mod limits;
mod outbox;
pub mod settings;
mod upgrade;
mod www;

use std::io;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio::select;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use auth::{Origins, Secret};
pub use limits::Limits;
pub use settings::Settings;
pub use xano_realtime_protocol as protocol;

use auth::Tokens;
use exchange::Exchange;

/// What a server is started with.
#[derive(Debug, Default)]
pub struct Config {
    /// The realtime settings of the workspace.
    pub settings: Settings,
    /// What one client may cost.
    pub limits: Limits,
    /// A folder to serve beside the socket.
    pub www: Option<PathBuf>,
    /// The key that signs auth tokens; made at start when there is none.
    pub secret: Option<Secret>,
    /// The pages that may use the server.
    pub origins: Origins,
    /// Whether strangers may sign up even though the address is not a loopback one.
    pub dev: bool,
}

/// Serves until `shutdown` resolves; then closes every socket with 1012 and returns within five seconds.
pub async fn run(listener: TcpListener, config: Config, shutdown: impl Future<Output = ()>) -> io::Result<()> {
    let www = config.www.as_ref().map(|folder| www::routes(folder, &config.settings.hash));
    let secret = config.secret.clone().map_or_else(Secret::random, Ok)?;
    let tokens = Arc::new(Tokens::new(&secret));
    let is_for_development = config.dev || listener.local_addr()?.ip().is_loopback();
    let auth = is_for_development.then(|| auth::routes(Arc::clone(&tokens), &config.origins));
    let server = Arc::new(Server::new(config, tokens));
    let routes = Router::new()
        .route("/health", get("ok\n"))
        .route("/rt/{hash}", get(upgrade::upgrade))
        .with_state(Arc::clone(&server))
        .merge(auth.unwrap_or_default())
        .merge(www.unwrap_or_default());

    let stopping = CancellationToken::new();
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "cannot switch off Nagle's algorithm");
        }
    });
    let serving = axum::serve(listener, routes).with_graceful_shutdown(stopping.clone().cancelled_owned());
    let mut serving = pin!(serving.into_future());
    select! {
        served = &mut serving => return served,
        () = shutdown => {}
    }

    tracing::info!("stopping");
    stopping.cancel();
    server.exchange.stop();
    server.sockets.close();
    let finished = async { tokio::join!(serving, server.sockets.wait()) };
    match timeout(GRACE, finished).await {
        Ok((served, ())) => served,
        Err(_) => {
            tracing::warn!(open = server.sockets.len(), "stopped with connections still open");
            Ok(())
        }
    }
}

/// What every handshake needs.
#[derive(Debug)]
struct Server {
    /// `None` while realtime is not enabled.
    hash: Option<String>,
    frame_bytes: usize,
    tokens: Arc<Tokens>,
    origins: Origins,
    exchange: Arc<Exchange>,
    /// A permit for each socket that may be open.
    connections: Arc<Semaphore>,
    /// The tasks of the open sockets.
    sockets: TaskTracker,
}

impl Server {
    fn new(config: Config, tokens: Arc<Tokens>) -> Server {
        let Config { settings, limits, origins, .. } = config;
        Server {
            hash: settings.enabled.then(|| settings.hash.clone()),
            frame_bytes: limits.frame_bytes,
            tokens,
            origins,
            exchange: Arc::new(Exchange::new(settings, &limits)),
            connections: Arc::new(Semaphore::new(limits.connections.min(Semaphore::MAX_PERMITS))),
            sockets: TaskTracker::new(),
        }
    }
}

/// Sockets have two seconds of it to say goodbye.
const GRACE: Duration = Duration::from_secs(4);
