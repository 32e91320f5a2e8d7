//! The reference server of the Xano Realtime protocol: the other end of the wire, on a laptop.
//!
//! # Layout
//!
//! - [`run`]: a server, from its start to its end.
//! - [`config`]: what a server is started with.
//! - [`hub`]: channels, members, permissions and history; a crate of its own, without I/O.
//! - `exchange`: the hub, the outboxes of the sockets, and the lock around both.
//! - `socket`: connections, the sockets that they become, and their outboxes.
//! - `cluster`: several servers on one Redis.
//! - `http`: the endpoints beside the socket.
//! - `triggers`: requests to the URLs of the settings.
//! - [`settings`]: the settings of the workspace, limits and keys.
//! - [`logging`]: log lines that never stop the server.
//! - `metrics`: counters.

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing))]

mod cluster;
pub mod config;
mod exchange;
mod http;
pub mod logging;
mod metrics;
pub mod settings;
mod socket;
mod triggers;

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

pub use cluster::RedisUrl;
pub use config::Config;
pub use http::TrustedProxies;
pub use http::admin::{AdminToken, TokenFile};
pub use http::auth::{self, Origins};
pub use http::demo::BuiltInFiles;
pub use settings::{Limits, Secret, Settings, limits};
pub use socket::descriptors;
pub use xano_realtime_hub as hub;
pub use xano_realtime_protocol as protocol;

use cluster::Directory;
use exchange::{ClusterFollower, Exchange};
use http::admin::{self, AdminDoor, Workspace};
use http::auth::Tokens;
use http::host::{AllowedHosts, require_allowed_host};
use http::{demo, panel, probes, www as files};
use hub::Hub;
use metrics::Metrics;
use settings::random_name;
use socket::{Front, Gate, Terms, serve, upgrade};
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
        allowed_hosts,
        dropped_log_lines,
        serving: begun,
        ..
    } = config;
    for misfit in limits.misfits() {
        tracing::warn!("limits do not fit each other: {misfit}");
    }
    let limits = descriptors::fit(limits, descriptors);
    let name = random_name()?;
    let counts = Metrics::new(dropped_log_lines).map_err(io::Error::other)?;
    let (hub, secret, directory, link) = match redis {
        None => (Hub::new(settings, &limits.of_hub(), name), secret, Directory::in_memory(), None),
        Some(url) => {
            let (cluster, mut link) = cluster::cluster(url, &name, &limits.of_hub()).map_err(io::Error::other)?;
            let (settings, rows, secret) = select! {
                shared = link.bootstrap(&settings, secret) => shared,
                () = &mut shutdown => return Ok(()),
            };
            let requests = cluster.requests();
            let hub = Hub::replicated(settings, rows, &limits.of_hub(), &name, requests.load());
            (hub, Some(secret), Directory::Redis(cluster), Some((link, requests)))
        }
    };
    let (link, requests) = link.unzip();
    let triggers = Triggers::new(timings.trigger, limits.largest_frame_bytes(), trigger_secret.as_ref());
    let exchange = Arc::new(Exchange::new(hub, requests, triggers, counts));
    let follower = || Arc::new(ClusterFollower::new(Arc::clone(&exchange)));
    let follows = link.map(|link| tokio::spawn(link.run(follower())));
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
        .merge(admin::routes(Arc::clone(&workspace), Arc::clone(&exchange), door))
        .merge(local)
        .merge(files.unwrap_or_else(|| Router::new().fallback(nothing_here)))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, timings.request));

    let front = Front::new(routes, trusted_proxies, &limits, &timings, &exchange.metrics);
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
