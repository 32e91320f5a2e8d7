//! The reference server of the Xano Realtime protocol: the other end of the wire, on a laptop.
//!
//! # Layout
//!
//! - [`run`]: serves until told to stop.
//! - [`config`]: what a server is started with.
//! - [`hub`]: who is on which channel and what they may do; pure.
//! - [`settings`]: the realtime settings of a workspace, with the permissions of its channels.
//! - [`limits`]: what one client may cost.
//! - [`auth`]: who somebody is.
//! - [`admin`]: what the owner of the workspace does.
//! - `listen`: takes connections.
//! - `upgrade`: from an HTTP request to a socket, or to a refusal with a name.
//! - `admission`: how many sockets may be open.
//! - `connection`: one socket, one task.
//! - `outbox`: what waits to be sent to one socket, and who writes it.
//! - `stream`: the bytes of one socket, for the WebSocket library.
//! - `heartbeat`: whether a client is still there.
//! - `random_name`: names that nobody guesses.
//! - `line`: one socket's end of the exchange.
//! - `pace`: how fast one socket may send.
//! - `cluster`: what several servers share, so that they act as one.
//! - `exchange`: between the sockets and the hub.
//! - `triggers`: asks the URLs of the settings.
//! - `channel_name`: what a channel may be called.
//! - `metrics`: what the server counts.
//! - `api_error`: what an HTTP endpoint refuses.
//! - `panel`: the page for the settings.
//! - `www`: the folder that is served beside the socket.

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing))]

pub mod admin;
mod admission;
mod api_error;
pub mod auth;
mod channel_name;
mod cluster;
pub mod config;
mod connection;
mod exchange;
mod heartbeat;
pub mod hub;
pub mod limits;
mod line;
mod listen;
mod metrics;
mod outbox;
mod pace;
mod panel;
mod random_name;
pub mod settings;
mod stream;
mod triggers;
mod upgrade;
mod www;

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::select;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tower_http::timeout::TimeoutLayer;

pub use admin::AdminToken;
pub use auth::{Origins, Secret};
pub use cluster::RedisUrl;
pub use config::Config;
pub use limits::Limits;
pub use settings::Settings;
pub use xano_realtime_protocol as protocol;

use admin::Workspace;
use api_error::ApiError;
use auth::Tokens;
use exchange::Exchange;
use hub::Hub;
use metrics::Metrics;
use random_name::random_name;
use upgrade::Gate;

/// Serves until `shutdown` resolves; then closes every socket with 1012 and returns within five seconds.
pub async fn run(listener: TcpListener, config: Config, shutdown: impl Future<Output = ()>) -> io::Result<()> {
    let mut shutdown = pin!(shutdown);
    let Config {
        settings,
        settings_file,
        reload,
        admin_token,
        secret,
        origins,
        dev,
        limits,
        timings,
        redis,
        www,
        serving: begun,
    } = config;
    let name = random_name()?;
    let counts = Metrics::new().map_err(io::Error::other)?;
    let (hub, secret, shares) = match redis {
        None => (Hub::new(settings, &limits, name), secret, None),
        Some(url) => {
            let (cluster, mut link) = cluster::cluster(url, &name, &limits).map_err(io::Error::other)?;
            let (settings, rows, secret) = select! {
                shared = link.share(&settings, secret) => shared,
                () = &mut shutdown => return Ok(()),
            };
            (Hub::shared(settings, rows, &limits, &name, cluster.load()), Some(secret), Some((cluster, link)))
        }
    };
    let (cluster, link) = shares.unzip();
    let exchange = Arc::new(Exchange::new(hub, cluster.clone(), &limits, &timings, counts));
    let follows = link.map(|link| tokio::spawn(link.run(Arc::clone(&exchange))));
    let workspace = Arc::new(Workspace::new(Arc::clone(&exchange), settings_file, cluster.clone()));
    let tokens = Arc::new(Tokens::new(&secret.map_or_else(Secret::random, Ok)?));
    let is_for_development = dev || listener.local_addr()?.ip().to_canonical().is_loopback();
    let auth = is_for_development.then(|| auth::routes(Arc::clone(&tokens), &origins, cluster.clone()));
    let panel = is_for_development.then(panel::routes);
    let files = www.map(|folder| www::routes(&folder, Arc::clone(&exchange)));
    let gate = Arc::new(Gate::new(Arc::clone(&exchange), tokens, origins, &limits, timings.ping));
    let routes = Router::new()
        .route("/health", get("ok\n"))
        .route("/metrics", get(metrics).with_state(Arc::clone(&exchange)))
        .route("/rt/{hash}", get(upgrade::upgrade).with_state(Arc::clone(&gate)))
        .merge(admin::routes(Arc::clone(&workspace), Arc::clone(&exchange), admin_token))
        .merge(auth.unwrap_or_default())
        .merge(panel.unwrap_or_default())
        .merge(files.unwrap_or_else(|| Router::new().fallback(nothing_here)))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, timings.request));

    let stopping = CancellationToken::new();
    let mut serving = pin!(listen::serve(listener, routes, timings.handshake, stopping.clone()));
    if let Some(begun) = begun {
        let _ = begun.send(());
    }
    select! {
        () = &mut serving => {}
        () = workspace.follow(&reload) => {}
        () = &mut shutdown => {}
    }

    tracing::info!("stopping");
    stopping.cancel();
    exchange.stop();
    let finished = async {
        tokio::join!(serving, gate.closed());
        if let Some(cluster) = &cluster {
            cluster.end().await;
        }
    };
    if timeout(GRACE, finished).await.is_err() {
        tracing::warn!(open = gate.open(), "stopped with connections still open");
    }
    if let Some(follows) = follows {
        follows.abort();
    }
    Ok(())
}

async fn nothing_here() -> (StatusCode, &'static str) {
    (StatusCode::NOT_FOUND, "there is nothing at this address\n")
}

/// Counts alone: no names, no payloads.
async fn metrics(State(exchange): State<Arc<Exchange>>) -> Result<impl IntoResponse, ApiError> {
    let text = exchange.metrics.text(&exchange.census()).map_err(|error| ApiError::fatal(error.to_string()))?;
    Ok(([(CONTENT_TYPE, prometheus::TEXT_FORMAT)], text))
}

/// Sockets have two seconds of it to say goodbye.
const GRACE: Duration = Duration::from_secs(4);
