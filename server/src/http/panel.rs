//! The Realtime Settings panel at `/settings`, a page that is built into the program. It contains no secrets: its data
//! comes from the admin's endpoints, with the token that the user enters.

use axum::Router;
use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

/// Returns the routes of the page and of the files that it loads.
pub(crate) fn routes() -> Router {
    Router::new()
        .route("/settings", get(async || served("text/html", include_str!("../../panel/index.html"))))
        .route("/settings/{*file}", get(file))
}

async fn file(Path(name): Path<String>) -> Response {
    let found = FILES.iter().find(|(path, _)| *path == name);
    match found.and_then(|(path, text)| Some((content_type(path)?, *text))) {
        Some((content_type, text)) => served(content_type, text),
        None => (StatusCode::NOT_FOUND, "the settings panel has no such file\n").into_response(),
    }
}

fn content_type(path: &str) -> Option<&'static str> {
    match path.rsplit_once('.')?.1 {
        "js" => Some("text/javascript"),
        "css" => Some("text/css"),
        "svg" => Some("image/svg+xml"),
        _ => None,
    }
}

fn served(content_type: &str, text: &'static str) -> Response {
    ([(CONTENT_TYPE, format!("{content_type}; charset=utf-8"))], HEADERS, text).into_response()
}

/// The page may run only code from this server and may connect only to this server, because it holds the admin token.
const HEADERS: [(HeaderName, &str); 3] = [
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (CACHE_CONTROL, "no-store"),
];

/// The files that the page loads. Colours and icon are shared with the chat.
const FILES: &[(&str, &str)] = &[
    ("base.css", include_str!("../../../www/base.css")),
    ("icon.svg", include_str!("../../../www/icon.svg")),
    ("panel.css", include_str!("../../panel/panel.css")),
    ("panel.js", include_str!("../../panel/panel.js")),
    ("admin-api.js", include_str!("../../panel/admin-api.js")),
    ("consequences.js", include_str!("../../panel/consequences.js")),
    ("draft.js", include_str!("../../panel/draft.js")),
    ("fields.js", include_str!("../../panel/fields.js")),
    ("kinds/channel.js", include_str!("../../panel/kinds/channel.js")),
    ("kinds/input.js", include_str!("../../panel/kinds/input.js")),
    ("kinds/kind.js", include_str!("../../panel/kinds/kind.js")),
    ("kinds/message.js", include_str!("../../panel/kinds/message.js")),
    ("kinds/realtime-channel.js", include_str!("../../panel/kinds/realtime-channel.js")),
    ("kinds/realtime-server.js", include_str!("../../panel/kinds/realtime-server.js")),
    ("live-look.js", include_str!("../../panel/live-look.js")),
    ("live-view.js", include_str!("../../panel/live-view.js")),
    ("plot.js", include_str!("../../panel/plot.js")),
    ("row-form.js", include_str!("../../panel/row-form.js")),
    ("rows.js", include_str!("../../panel/rows.js")),
    ("server-consequences.js", include_str!("../../panel/server-consequences.js")),
    ("settings-form.js", include_str!("../../panel/settings-form.js")),
    ("token-form.js", include_str!("../../panel/token-form.js")),
    ("vendor/lit-html.js", include_str!("../../panel/vendor/lit-html.js")),
];
