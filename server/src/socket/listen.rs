//! Accepts connections and passes their requests to the routes, until the server stops.

use std::convert::Infallible;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode};
use axum::response::{IntoResponse, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use prometheus::IntCounter;
use tokio::net::{TcpListener, TcpStream};
use tokio::select;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower_service::Service;

use super::pending::{PendingConnection, PendingConnections};
use super::request_body::{AnswerBody, RequestBody};
use super::tls::Door;
use crate::config::Timings;
use crate::http::TrustedProxies;
use crate::logging::LineRate;
use crate::metrics::Metrics;
use crate::settings::Limits;

/// The routes, limits and timeouts that every accepted connection is served with.
#[derive(Debug)]
pub(crate) struct Front {
    routes: Router,
    /// The TLS handshake; `None` if the server speaks plain HTTP.
    tls: Option<Arc<Door>>,
    handshake_timeout: Duration,
    pending: Arc<PendingConnections>,
    proxies: Arc<TrustedProxies>,
    accept_errors: IntCounter,
}

impl Front {
    pub(crate) fn new(
        routes: Router,
        tls: Option<Door>,
        proxies: TrustedProxies,
        limits: &Limits,
        timings: &Timings,
        metrics: &Metrics,
    ) -> Front {
        let pending = PendingConnections::new(limits, timings.first_request, metrics.unauthenticated.clone());
        Front {
            routes,
            tls: tls.map(Arc::new),
            handshake_timeout: timings.handshake,
            pending: Arc::new(pending),
            proxies: Arc::new(proxies),
            accept_errors: metrics.accept_errors.clone(),
        }
    }
}

/// Accepts connections until `stopping` is cancelled, then waits until all requests in progress are answered.
pub(crate) async fn serve(listener: TcpListener, front: Front, stopping: CancellationToken) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(front.handshake_timeout).max_buf_size(HEAD_BYTES);
    let connections = TaskTracker::new();
    while let Some((stream, peer)) = stopping.run_until_cancelled(next(&listener, &front)).await {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "cannot switch off Nagle's algorithm");
        }
        // The client behind a trusted proxy is unknown until its request has arrived.
        let ip = Some(peer.ip()).filter(|ip| !front.proxies.contain(*ip));
        let pending = Arc::new(front.pending.admit(ip, Instant::now()));
        connections.spawn(serve_connection(http.clone(), stream, peer, pending, &front, stopping.clone()));
    }
    drop(listener);
    connections.close();
    connections.wait().await;
    if let Some(tls) = &front.tls {
        tls.closed().await;
    }
}

/// Returns the next connection as soon as fewer than `unauthenticated` connections are pending.
async fn next(listener: &TcpListener, front: &Front) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => {
                let closed = front.pending.room().await;
                if closed > 0
                    && let Some(left_out) = FULL_LINES.admits(Instant::now())
                {
                    tracing::warn!(
                        left_out,
                        "the limit unauthenticated is reached: for each new connection, the oldest one without a \
                         complete request is closed"
                    );
                }
                return accepted;
            }
            Err(error) if is_of_the_client(&error) => {}
            Err(error) => {
                front.accept_errors.inc();
                if let Some(left_out) = ERROR_LINES.admits(Instant::now()) {
                    tracing::error!(
                        %error,
                        left_out,
                        "cannot accept a connection: raise the limit of open descriptors (ulimit -n, LimitNOFILE=), \
                         or lower the limits connections and unauthenticated"
                    );
                }
                // An error means that no connection may be closed yet. The pause below is the same in both cases.
                let _ = front.pending.close_oldest(Instant::now());
                select! {
                    () = front.pending.freed() => {}
                    () = sleep(AGAIN_AFTER) => {}
                }
            }
        }
    }
}

/// Returns whether the error only says that the client left before its connection was accepted.
fn is_of_the_client(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::ConnectionRefused | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset)
}

/// Serves the requests of one connection until it ends, becomes a socket, or must close to make room for another one.
fn serve_connection(
    http: http1::Builder,
    stream: TcpStream,
    peer: SocketAddr,
    pending: Arc<PendingConnection>,
    front: &Front,
    stopping: CancellationToken,
) -> impl Future<Output = ()> + Send + use<> {
    let (routes, proxies, tls) = (front.routes.clone(), Arc::clone(&front.proxies), front.tls.clone());
    async move {
        let stream = match tls {
            None => stream,
            // The future is boxed so that plain connections do not reserve memory for it.
            Some(tls) => match Box::pin(tls.enter(stream, &pending)).await {
                Some(stream) => stream,
                None => return,
            },
        };
        let service = service_fn(|request| answer(routes.clone(), request, peer, &proxies, &pending));
        let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service).with_upgrades());
        let ended = select! {
            biased;
            ended = connection.as_mut() => ended,
            () = pending.closing() => return,
            () = stopping.cancelled() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a connection ends");
        }
    }
}

async fn answer(
    mut routes: Router,
    request: Request<Incoming>,
    peer: SocketAddr,
    proxies: &TrustedProxies,
    pending: &Arc<PendingConnection>,
) -> Result<Response<AnswerBody>, Infallible> {
    let response = if head_bytes(&request) > HEAD_BYTES {
        (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "the head of the request is too large\n").into_response()
    } else {
        let client = SocketAddr::new(proxies.client(peer.ip(), request.headers()), peer.port());
        let mut request = request.map(|body| Body::new(RequestBody::new(body, pending)));
        // Limits per address count the client's address, not the proxy's.
        request.extensions_mut().insert(ConnectInfo(client));
        request.extensions_mut().insert(Arc::clone(pending));
        let Ok(response) = routes.call(request).await;
        response
    };
    Ok(response.map(|body| AnswerBody::new(body, Arc::clone(pending))))
}

/// Returns the size of a request's head in bytes. The library compares its buffer with the bound only while the head is
/// incomplete, so a larger head passes if its last bytes arrive together.
fn head_bytes(request: &Request<Incoming>) -> usize {
    let request_line = request.method().as_str().len() + request.uri().to_string().len() + "  HTTP/1.1\r\n".len();
    let fields = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len());
    request_line + fields.sum::<usize>() + "\r\n".len()
}

/// The largest head of a request that is accepted: enough for a large token. The library's default is several times
/// larger.
const HEAD_BYTES: usize = 64 * 1024;

const AGAIN_AFTER: Duration = Duration::from_millis(100);

static FULL_LINES: LineRate = LineRate::new();
static ERROR_LINES: LineRate = LineRate::new();
