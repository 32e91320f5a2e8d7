//! The reasons why a handshake fails, as HTTP answers.

use axum::http::header::{ALLOW, SEC_WEBSOCKET_VERSION, UPGRADE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::admission::Full;

/// The reason why a handshake failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Rejection {
    #[error("no realtime connection has this hash, or realtime is not enabled")]
    UnknownHash,
    #[error("a WebSocket connection is opened with GET")]
    NotGet,
    #[error("pages of this origin may not open a socket here; the server allows others with --allow-origin")]
    ForeignOrigin,
    #[error("this path accepts WebSocket connections only")]
    NotAWebSocket,
    #[error("this server speaks version 13 of the WebSocket protocol")]
    UnknownVersion,
    #[error("the header Sec-WebSocket-Key is missing")]
    NoKey,
    #[error("the header Sec-WebSocket-Key must be 16 bytes in base64")]
    BadKey,
    #[error("the server has reached its limit of connections; try again later")]
    TooManyConnections,
    #[error("this address has reached its limit of connections; close one first")]
    TooManyFromThisAddress,
}

impl From<Full> for Rejection {
    fn from(full: Full) -> Rejection {
        match full {
            Full::InAll => Rejection::TooManyConnections,
            Full::ForThisAddress => Rejection::TooManyFromThisAddress,
        }
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        let status = match self {
            Rejection::UnknownHash => StatusCode::NOT_FOUND,
            Rejection::ForeignOrigin => StatusCode::FORBIDDEN,
            Rejection::NotAWebSocket | Rejection::UnknownVersion => StatusCode::UPGRADE_REQUIRED,
            Rejection::NotGet => StatusCode::METHOD_NOT_ALLOWED,
            Rejection::NoKey | Rejection::BadKey => StatusCode::BAD_REQUEST,
            Rejection::TooManyConnections => StatusCode::SERVICE_UNAVAILABLE,
            Rejection::TooManyFromThisAddress => StatusCode::TOO_MANY_REQUESTS,
        };
        let mut response = (status, format!("{self}\n")).into_response();
        let headers = response.headers_mut();
        if status == StatusCode::METHOD_NOT_ALLOWED {
            headers.insert(ALLOW, HeaderValue::from_static("GET"));
        }
        if status == StatusCode::UPGRADE_REQUIRED {
            headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
            headers.insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
        }
        response
    }
}
