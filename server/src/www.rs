//! The folder that is served beside the socket, for pages that use it.

use std::path::Path;
use std::sync::Arc;

use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;
use tower_http::services::ServeDir;

use crate::exchange::Exchange;

/// The files of a folder, and what a page needs to connect to this server.
pub(crate) fn routes(folder: &Path, exchange: Arc<Exchange>) -> Router {
    Router::new()
        .route("/connection.json", get(async move || Json(json!({ "realtimeConnectionHash": exchange.hash() }))))
        .fallback_service(ServeDir::new(folder))
        .layer(axum::middleware::map_response(with_charset))
}

/// Without it a browser may read a script in the encoding of the page that loads it.
async fn with_charset(mut response: Response) -> Response {
    let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let Some(content_type) = content_type else {
        return response;
    };
    if content_type.contains("charset=") || !is_text(content_type) {
        return response;
    }
    if let Ok(value) = HeaderValue::try_from(format!("{content_type}; charset=utf-8")) {
        response.headers_mut().insert(CONTENT_TYPE, value);
    }
    response
}

fn is_text(content_type: &str) -> bool {
    content_type.starts_with("text/")
        || matches!(content_type, "application/javascript" | "application/json" | "image/svg+xml")
}
