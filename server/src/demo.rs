//! Pages that are built into the program: what `--demo` serves.

use std::sync::Arc;

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::exchange::Exchange;
use crate::www;

/// Files with their paths, without a slash in front.
pub type BuiltInFiles = &'static [(&'static str, &'static [u8])];

/// The files, and what a page needs to connect to this server.
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
    // The next version of the program may serve other files at the same address.
    ([(CONTENT_TYPE, content_type), (CACHE_CONTROL, "no-cache")], bytes).into_response()
}
