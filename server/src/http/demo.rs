//! The files of the demo, which are built into the program and served with `--demo`.

use std::sync::Arc;

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::www;
use crate::exchange::Exchange;

/// The files with their paths, which have no leading slash.
pub type BuiltInFiles = &'static [(&'static str, &'static [u8])];

/// Returns the routes of the files, and of `/connection.json`, which tells a page how to connect.
pub(crate) fn routes(files: BuiltInFiles, exchange: Arc<Exchange>) -> Router {
    let file = get(async move |uri: Uri| file(files, uri.path()));
    www::beside_connection(Router::new().fallback_service(file), exchange)
}

fn file(files: BuiltInFiles, path: &str) -> Response {
    let name = match path.trim_start_matches('/') {
        "" => "index.html",
        name => name,
    };
    let Some(&(_, bytes)) = files.iter().find(|(path, _)| *path == name) else {
        return (StatusCode::NOT_FOUND, "there is nothing at this address\n").into_response();
    };
    let content_type = mime_guess::from_path(name).first_raw().unwrap_or("application/octet-stream");
    // Caches must ask again: the next version of the program may serve other files at the same path.
    ([(CONTENT_TYPE, content_type), (CACHE_CONTROL, "no-cache")], bytes).into_response()
}
