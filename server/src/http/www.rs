//! The files of the folder that `--www` names, for pages that use the server.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use tokio::task::spawn_blocking;
use tower_http::services::ServeDir;

use crate::exchange::Exchange;

/// Returns the routes of a folder's files, and of `/connection.json`, which tells a page how to connect.
pub(crate) fn routes(folder: &Path, exchange: Arc<Exchange>) -> Router {
    let files = Router::new().fallback_service(ServeDir::new(folder));
    beside_connection(files.layer(from_fn_with_state(Arc::<Path>::from(folder), keep_inside)), exchange)
}

/// Adds `/connection.json` and content types to the routes of files.
pub(crate) fn beside_connection(files: Router, exchange: Arc<Exchange>) -> Router {
    let connection = async move || Json(connection(&exchange));
    files.route("/connection.json", get(connection)).layer(map_response(with_types))
}

/// Returns what a client's settings need: the hash for V1, and the canonical for V2 if the settings have a Realtime server.
fn connection(exchange: &Exchange) -> Value {
    let mut connection = json!({ "realtimeConnectionHash": exchange.hash() });
    if let (Some(connection), Some(canonical)) = (connection.as_object_mut(), exchange.canonical()) {
        connection.insert("realtimeV2Canonical".to_owned(), canonical.into());
    }
    connection
}

/// Answers 404 for hidden files, and for symbolic links that lead out of the folder.
async fn keep_inside(State(folder): State<Arc<Path>>, request: Request, next: Next) -> Response {
    let path = percent_decode_str(request.uri().path()).decode_utf8().ok().map(String::from);
    let served = path.filter(|path| !has_hidden_part(path)).map(|path| file_of(&folder, &path));
    let is_inside = match served {
        Some(file) => spawn_blocking(move || is_inside(&folder, &file).unwrap_or(true)).await.unwrap_or(false),
        None => false,
    };
    if is_inside {
        next.run(request).await
    } else {
        (StatusCode::NOT_FOUND, "there is nothing at this address\n").into_response()
    }
}

/// Returns whether a path has a hidden part. Hidden files may hold keys or a source repository. `.well-known` is
/// public.
fn has_hidden_part(path: &str) -> bool {
    path.split(['/', '\\']).any(|part| part.starts_with('.') && part != ".well-known")
}

/// Returns the file that the library serves for a path.
fn file_of(folder: &Path, path: &str) -> PathBuf {
    let file = folder.join(path.trim_start_matches('/'));
    if path.ends_with('/') { file.join("index.html") } else { file }
}

/// Returns whether the file is inside the folder. Fails if there is no such file.
fn is_inside(folder: &Path, file: &Path) -> io::Result<bool> {
    Ok(fs::canonicalize(file)?.starts_with(fs::canonicalize(folder)?))
}

/// Completes the headers of a file: browsers must not guess its type, and must read texts as UTF-8.
async fn with_types(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let Some(content_type) = content_type else {
        return response;
    };
    if content_type.contains("charset=") || !is_text(content_type) {
        return response;
    }
    if let Ok(value) = HeaderValue::try_from(format!("{content_type}; charset=utf-8")) {
        headers.insert(CONTENT_TYPE, value);
    }
    response
}

fn is_text(content_type: &str) -> bool {
    content_type.starts_with("text/")
        || matches!(content_type, "application/javascript" | "application/json" | "image/svg+xml")
}
