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
//! - `pending`: connections that have not become a socket.
//! - `request_body`: bodies that tell when a request has come to its end, and when its answer has.
//! - `proxies`: the client's address behind trusted proxies.
//! - `demo`: the pages that are built into the program.
//! - [`descriptors`]: how many connections the file descriptors of the process allow.
//! - `upgrade`: from an HTTP request to a socket, or to a refusal with a name.
//! - `admission`: how many sockets may be open.
//! - `connection`: one socket, one task.
//! - `outbox`: what waits to be sent to one socket, and who writes it.
//! - `stream`: the bytes of one socket, for the WebSocket library.
//! - `fragments`: whether a client splits its messages into too many fragments.
//! - `heartbeat`: whether a client is still there, and its token valid.
//! - `progress`: whether a client that reads slowly still reads fast enough.
//! - `farewell`: how a socket ends.
//! - `random_name`: names that nobody guesses.
//! - `line`: one socket's end of the exchange.
//! - `pace`: how fast one socket may send.
//! - `cluster`: what several servers share, so that they act as one.
//! - `exchange`: between the sockets and the hub.
//! - `tls`: encrypted connections, which are served as plain ones.
//! - `triggers`: asks the URLs of the settings.
//! - [`logging`]: log lines that never stop the server.
//! - `channel_name`: what a channel may be called.
//! - `metrics`: what the server counts.
//! - `attempts`: how often one address may try a password or a token.
//! - `api_error`: what an HTTP endpoint refuses.
//! - `host`: the names that a server on loopback answers to.
//! - `panel`: the page for the settings.
//! - `private_file`: files that their owner alone may read.
//! - `probes`: health, readiness and metrics.
//! - `www`: the folder that is served beside the socket.

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing))]

pub mod admin;
mod admission;
mod api_error;
mod attempts;
pub mod auth;
mod channel_name;
mod cluster;
pub mod config;
mod connection;
mod demo;
pub mod descriptors;
mod exchange;
mod farewell;
mod fragments;
mod heartbeat;
mod host;
pub mod hub;
pub mod limits;
mod line;
mod listen;
pub mod logging;
mod metrics;
mod outbox;
mod pace;
mod panel;
mod pending;
mod private_file;
mod probes;
mod progress;
mod proxies;
mod random_name;
mod request_body;
pub mod settings;
mod stream;
mod tls;
mod triggers;
mod upgrade;
mod www;

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::select;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tower_http::timeout::TimeoutLayer;

pub use admin::{AdminToken, TokenFile};
pub use auth::{Origins, Secret};
pub use cluster::RedisUrl;
pub use config::Config;
pub use demo::BuiltInFiles;
pub use limits::Limits;
pub use proxies::TrustedProxies;
pub use settings::Settings;
pub use tls::{Tls, TlsError};
pub use xano_realtime_protocol as protocol;

use admin::{AdminDoor, Workspace};
use auth::Tokens;
use connection::Terms;
use exchange::Exchange;
use host::{AllowedHosts, require_allowed_host};
use hub::Hub;
use listen::Front;
use metrics::Metrics;
use random_name::random_name;
use upgrade::Gate;

/// Serves until `shutdown` resolves; then closes every socket with 1012 and returns within five seconds.
pub async fn run(listener: TcpListener, config: Config, shutdown: impl Future<Output = ()>) -> io::Result<()> {
    let mut shutdown = pin!(shutdown);
    let Config { settings, settings_file, reload, admin_token, secret, trigger_secret, origins, dev, limits, .. } =
        config;
    let Config {
        trusted_proxies,
        descriptors,
        timings,
        redis,
        www,
        demo,
        tls,
        allowed_hosts,
        dropped_log_lines,
        serving: begun,
        ..
    } = config;
    for misfit in limits.misfits() {
        tracing::warn!("limits do not fit each other: {misfit}");
    }
    let limits = descriptors::fit(limits, descriptors, tls.is_some());
    let name = random_name()?;
    let counts = Metrics::new(dropped_log_lines).map_err(io::Error::other)?;
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
    let exchange = Arc::new(Exchange::new(hub, cluster.clone(), &limits, &timings, trigger_secret.as_ref(), counts));
    let follows = link.map(|link| tokio::spawn(link.run(Arc::clone(&exchange))));
    let workspace = Arc::new(Workspace::new(Arc::clone(&exchange), settings_file, cluster.clone()));
    let tokens = Arc::new(Tokens::new(&secret.map_or_else(Secret::random, Ok)?));
    let door = Arc::new(AdminDoor::new(admin_token));
    let place = Place { is_on_loopback: listener.local_addr()?.ip().to_canonical().is_loopback(), dev, allowed_hosts };
    let auth = || auth::routes(Arc::clone(&tokens), origins.clone(), cluster.clone());
    let local = local_routes(place, Arc::clone(&exchange), Arc::clone(&door), auth)?;
    let folder = www.map(|folder| www::routes(&folder, Arc::clone(&exchange)));
    let files = folder.or_else(|| demo.map(|files| demo::routes(files, Arc::clone(&exchange))));
    let stopping = CancellationToken::new();
    let gate =
        Arc::new(Gate::new(Arc::clone(&exchange), tokens, origins, &limits, Terms::new(&limits, &timings, &stopping)));
    let routes = Router::new()
        .merge(probes::routes(cluster.clone()))
        .route("/rt/{hash}", get(upgrade::upgrade).with_state(Arc::clone(&gate)))
        .merge(admin::routes(Arc::clone(&workspace), Arc::clone(&exchange), door))
        .merge(local)
        .merge(files.unwrap_or_else(|| Router::new().fallback(nothing_here)))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, timings.request));

    let tls = tls.map(|tls| tls::Door::new(tls, &timings, &stopping));
    let front = Front::new(routes, tls, trusted_proxies, &limits, &timings, &exchange.metrics);
    let mut serving = pin!(listen::serve(listener, front, stopping.clone()));
    if let Some(begun) = begun {
        let _ = begun.send(());
    }
    select! {
        () = &mut serving => {}
        () = workspace.follow(&reload) => {}
        () = exchange.tell_presence() => {}
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

/// Where the server listens, and for whom.
struct Place {
    is_on_loopback: bool,
    dev: bool,
    allowed_hosts: Vec<String>,
}

/// What is for this machine, or needs more care elsewhere: metrics, the settings panel, sign-up and login.
fn local_routes(
    place: Place,
    exchange: Arc<Exchange>,
    door: Arc<AdminDoor>,
    auth: impl FnOnce() -> io::Result<Router>,
) -> io::Result<Router> {
    let mut routes = probes::metrics_routes(exchange, (!place.is_on_loopback).then_some(door));
    if place.is_on_loopback || place.dev {
        routes = routes.merge(panel::routes()).merge(auth()?);
    }
    if place.is_on_loopback {
        let hosts = Arc::new(AllowedHosts::new(place.allowed_hosts));
        routes = routes.layer(from_fn_with_state(hosts, require_allowed_host));
    }
    Ok(routes)
}

async fn nothing_here() -> (StatusCode, &'static str) {
    (StatusCode::NOT_FOUND, "there is nothing at this address\n")
}

/// Sockets have two seconds of it to say goodbye.
const GRACE: Duration = Duration::from_secs(4);
