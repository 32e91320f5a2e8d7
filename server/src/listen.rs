//! Takes connections and hands their requests to the routes, until told to stop.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::serve::Listener;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::select;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower_service::Service;

/// Serves until `stopping`, then until the requests under way are answered.
pub(crate) async fn serve(
    mut listener: TcpListener,
    routes: Router,
    handshake_timeout: Duration,
    stopping: CancellationToken,
) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(handshake_timeout).max_buf_size(HEAD_BYTES);
    let connections = TaskTracker::new();
    loop {
        let (stream, peer) = select! {
            // Waits a little where there are no file descriptors left.
            accepted = Listener::accept(&mut listener) => accepted,
            () = stopping.cancelled() => break,
        };
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "cannot switch off Nagle's algorithm");
        }
        let routes = routes.clone();
        let service = service_fn(move |request| answer(routes.clone(), request, peer));
        let connection = http.serve_connection(TokioIo::new(stream), service).with_upgrades();
        let stopping = stopping.clone();
        connections.spawn(async move {
            let mut connection = pin!(connection);
            let ended = select! {
                ended = connection.as_mut() => ended,
                () = stopping.cancelled() => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(error) = ended {
                tracing::debug!(%error, "a connection ends");
            }
        });
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

async fn answer(mut routes: Router, request: Request<Incoming>, peer: SocketAddr) -> Result<Response, Infallible> {
    if head_bytes(&request) > HEAD_BYTES {
        return Ok(
            (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "the head of the request is too large\n").into_response()
        );
    }
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    routes.call(request).await
}

/// How many bytes the head of a request has. The library compares its buffer with the bound only while the head is
/// incomplete, so that a larger one passes when its last bytes arrive together.
fn head_bytes(request: &Request<Incoming>) -> usize {
    let request_line = request.method().as_str().len() + request.uri().to_string().len() + "  HTTP/1.1\r\n".len();
    let fields = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len());
    request_line + fields.sum::<usize>() + "\r\n".len()
}

/// Room for the head of a request with a large token; the library would take several times as much.
const HEAD_BYTES: usize = 64 * 1024;
