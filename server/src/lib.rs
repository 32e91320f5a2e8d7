//! The reference server of the Xano Realtime protocol, for local development and tests.
//!
//! # Layout
//!
//! - [`run`]: runs a server from start to stop.
//! - [`config`]: the configuration of a server.
//! - [`hub`]: channels, members, permissions and history; a separate crate without I/O.
//! - `exchange`: the hub, the outboxes of the sockets, and the lock around both.
//! - `socket`: connections, and the sockets that they become.
//! - `outbox`: the frames that wait for one socket; the exchange fills it, and its source flushes it.
//! - `cluster`: several servers on one Redis.
//! - `http`: the HTTP endpoints, except for the WebSocket handshake.
//! - `triggers`: requests to the trigger URLs of the settings.
//! - [`settings`]: the settings of the workspace, limits and keys.
//! - [`logging`]: a log that never blocks the server.
//! - `metrics`: the counters of the server.

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing))]

mod cluster;
pub mod config;
mod exchange;
mod http;
pub mod logging;
mod metrics;
mod outbox;
pub mod settings;
mod socket;
mod triggers;

use std::io;
use std::pin::{Pin, pin};
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

pub use cluster::RedisUrl;
pub use config::Config;
pub use http::TrustedProxies;
pub use http::admin::{AdminToken, TokenFile};
pub use http::auth::{self, Origins};
pub use http::demo::BuiltInFiles;
pub use settings::{Limits, Secret, Settings, limits};
pub use socket::descriptors;
pub use socket::tls::{Tls, TlsError};
pub use xano_realtime_hub as hub;
pub use xano_realtime_protocol as protocol;

use cluster::{Directory, Link, LogRequests};
use exchange::{ClusterFollower, Exchange};
use http::admin::{self, AdminDoor, Workspace};
use http::auth::Tokens;
use http::host::{AllowedHosts, require_allowed_host};
use http::{demo, panel, probes, www as files};
use hub::Hub;
use metrics::Metrics;
use settings::random_name;
use socket::{Front, Gate, Terms, TlsDoor, serve, upgrade, upgrade_v2};
use triggers::Triggers;

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
        tracing::warn!("limits contradict each other: {misfit}");
    }
    let limits = descriptors::fit(limits, descriptors, tls.is_some());
    let name = random_name()?;
    let counts = Metrics::new(dropped_log_lines).map_err(io::Error::other)?;
    let Some(base) = base(redis, settings, secret, &limits.of_hub(), name, shutdown.as_mut()).await? else {
        return Ok(());
    };
    let Base { hub, secret, directory, link } = base;
    let (link, requests) = link.unzip();
    let triggers = Triggers::new(timings.trigger, limits.largest_frame_bytes(), trigger_secret.as_ref());
    let exchange = Arc::new(Exchange::new(hub, requests, triggers, counts));
    let follower = ClusterFollower::new(Arc::clone(&exchange));
    let follows = link.map(|link| tokio::spawn(link.run(Arc::new(follower))));
    let workspace = Arc::new(Workspace::new(Arc::clone(&exchange), settings_file, directory.clone()));
    let tokens = Arc::new(Tokens::new(&secret.map_or_else(Secret::random, Ok)?));
    let door = Arc::new(AdminDoor::new(admin_token));
    let place = Place { is_on_loopback: listener.local_addr()?.ip().to_canonical().is_loopback(), dev, allowed_hosts };
    let auth = || auth::routes(Arc::clone(&tokens), origins.clone(), directory.clone());
    let local = local_routes(place, Arc::clone(&exchange), Arc::clone(&door), auth)?;
    let folder = www.map(|folder| files::routes(&folder, Arc::clone(&exchange)));
    let files = folder.or_else(|| demo.map(|files| demo::routes(files, Arc::clone(&exchange))));
    let stopping = CancellationToken::new();
    let gate =
        Arc::new(Gate::new(Arc::clone(&exchange), tokens, origins, &limits, Terms::new(&limits, &timings, &stopping)));
    let routes = Router::new()
        .merge(probes::routes(directory.clone()))
        .route("/rt/{hash}", get(upgrade).with_state(Arc::clone(&gate)))
        .route("/ws/{address}", get(upgrade_v2).with_state(Arc::clone(&gate)))
        .merge(admin::routes(Arc::clone(&workspace), Arc::clone(&exchange), door))
        .merge(local)
        .merge(files.unwrap_or_else(|| Router::new().fallback(nothing_here)))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, timings.request));

    let tls = tls.map(|tls| TlsDoor::new(tls, &timings, &stopping));
    let front = Front::new(routes, tls, trusted_proxies, &limits, &timings, &exchange.metrics);
    let mut serving = pin!(serve(listener, front, stopping.clone()));
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
        directory.end().await;
    };
    if timeout(GRACE, finished).await.is_err() {
        tracing::warn!(open = gate.open(), "stopped with connections still open");
    }
    if let Some(follows) = follows {
        follows.abort();
    }
    Ok(())
}

/// The hub, with the store of settings and users, and the connection to the shared log.
struct Base {
    hub: Hub,
    secret: Option<Secret>,
    directory: Directory,
    /// The connection to the log that several servers share.
    link: Option<(Link, LogRequests)>,
}

/// Builds the hub in memory, or over Redis as soon as Redis is reachable. Returns `None` if the server is told to stop
/// before that.
async fn base(
    redis: Option<RedisUrl>,
    settings: Settings,
    secret: Option<Secret>,
    limits: &hub::Limits,
    name: String,
    shutdown: Pin<&mut impl Future<Output = ()>>,
) -> io::Result<Option<Base>> {
    let Some(url) = redis else {
        let hub = Hub::new(settings, limits, name);
        return Ok(Some(Base { hub, secret, directory: Directory::in_memory(), link: None }));
    };
    cluster::check_shareable(&settings).map_err(io::Error::other)?;
    let (cluster, mut link) = cluster::cluster(url, &name, limits).map_err(io::Error::other)?;
    let (settings, rows, secret) = select! {
        shared = link.bootstrap(&settings, secret) => shared,
        () = shutdown => return Ok(None),
    };
    let requests = cluster.requests();
    let hub = Hub::replicated(settings, rows, limits, &name, requests.load());
    let (secret, directory) = (Some(secret), Directory::Redis(cluster));
    Ok(Some(Base { hub, secret, directory, link: Some((link, requests)) }))
}

/// The address that the server listens on, and who may use the local routes there.
struct Place {
    is_on_loopback: bool,
    dev: bool,
    allowed_hosts: Vec<String>,
}

/// Returns the routes that are meant for this machine, and that need protection on other addresses: metrics, the
/// settings panel, sign-up and login.
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

/// The time in which everything must close. It includes the two seconds that sockets have for the close handshake.
const GRACE: Duration = Duration::from_secs(4);
