//! Endpoints for operators: liveness, readiness and metrics.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Router, middleware};

use super::admin::{AdminDoor, require_admin};
use super::api_error::ApiError;
use crate::cluster::Directory;
use crate::exchange::Exchange;

/// Returns the routes of `/health` and `/ready`. They need no token, because they reveal only a state.
pub(crate) fn routes(directory: Directory) -> Router {
    Router::new().route("/health", get("ok\n")).route("/ready", get(ready).with_state(directory))
}

/// Returns the route of `/metrics`. With `door`, it needs the admin token.
pub(crate) fn metrics_routes(exchange: Arc<Exchange>, door: Option<Arc<AdminDoor>>) -> Router {
    let routes = Router::new().route("/metrics", get(metrics).with_state(exchange));
    match door {
        Some(door) => routes.layer(middleware::from_fn_with_state(door, require_admin)),
        None => routes,
    }
}

/// Answers 503 while this server could serve no client, so that a load balancer sends new clients elsewhere.
async fn ready(State(directory): State<Directory>) -> (StatusCode, &'static str) {
    if directory.is_ready() {
        (StatusCode::OK, "ready\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "the Redis that the servers share does not answer\n")
    }
}

/// Answers with counters only: no names and no payloads.
async fn metrics(State(exchange): State<Arc<Exchange>>) -> Result<impl IntoResponse, ApiError> {
    let text = exchange.metrics.text(&exchange.census(), exchange.outbox_bytes());
    let text = text.map_err(|error| ApiError::fatal(error.to_string()))?;
    Ok(([(CONTENT_TYPE, prometheus::TEXT_FORMAT)], text))
}
