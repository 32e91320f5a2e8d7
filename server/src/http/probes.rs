//! Endpoints for operators: whether the server lives, whether it is ready for clients, and what it has counted.

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

/// `/health` and `/ready`. They need no token: they tell nothing but a state.
pub(crate) fn routes(directory: Directory) -> Router {
    Router::new().route("/health", get("ok\n")).route("/ready", get(ready).with_state(directory))
}

/// `/metrics`; with a door for the admin alone.
pub(crate) fn metrics_routes(exchange: Arc<Exchange>, door: Option<Arc<AdminDoor>>) -> Router {
    let routes = Router::new().route("/metrics", get(metrics).with_state(exchange));
    match door {
        Some(door) => routes.layer(middleware::from_fn_with_state(door, require_admin)),
        None => routes,
    }
}

/// A balancer sends new clients elsewhere while this one could serve none.
async fn ready(State(directory): State<Directory>) -> (StatusCode, &'static str) {
    if directory.is_ready() {
        (StatusCode::OK, "ready\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "the Redis that the servers share does not answer\n")
    }
}

/// Counts alone: no names, no payloads.
async fn metrics(State(exchange): State<Arc<Exchange>>) -> Result<impl IntoResponse, ApiError> {
    let text = exchange.metrics.text(&exchange.census(), exchange.outbox_bytes());
    let text = text.map_err(|error| ApiError::fatal(error.to_string()))?;
    Ok(([(CONTENT_TYPE, prometheus::TEXT_FORMAT)], text))
}
