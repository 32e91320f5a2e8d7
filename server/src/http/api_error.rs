//! The error responses of all endpoints, in the shape that Xano uses: `{"code": "ERROR_…", "message": "…"}`.

use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// An error response: its status, code and message.
#[derive(Debug, Serialize)]
pub(crate) struct ApiError {
    #[serde(skip)]
    status: StatusCode,
    code: &'static str,
    message: String,
    #[serde(skip)]
    retry_after: Option<Duration>,
}

impl ApiError {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> ApiError {
        ApiError { status, code, message: message.into(), retry_after: None }
    }

    /// The input is not valid. The message names the field.
    pub(crate) fn input(message: impl Into<String>) -> ApiError {
        ApiError::new(StatusCode::BAD_REQUEST, "ERROR_CODE_INPUT_ERROR", message)
    }

    /// The token is missing or not accepted.
    pub(crate) fn unauthorized(message: impl Into<String>) -> ApiError {
        ApiError::new(StatusCode::UNAUTHORIZED, "ERROR_CODE_UNAUTHORIZED", message)
    }

    /// The client is known, but the request is not allowed.
    pub(crate) fn denied(message: impl Into<String>) -> ApiError {
        ApiError::new(StatusCode::FORBIDDEN, "ERROR_CODE_ACCESS_DENIED", message)
    }

    /// The body was not sent as JSON.
    pub(crate) fn not_json() -> ApiError {
        let message = "Send the body as JSON, with the header Content-Type: application/json.";
        ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "ERROR_CODE_INPUT_ERROR", message)
    }

    /// The rate limit was exceeded. The client may retry after the given time.
    pub(crate) fn too_many(message: impl Into<String>, retry_after: Duration) -> ApiError {
        let error = ApiError::new(StatusCode::TOO_MANY_REQUESTS, "ERROR_CODE_TOO_MANY_REQUESTS", message);
        ApiError { retry_after: Some(retry_after), ..error }
    }

    /// The host name in the request is not one that the server accepts.
    pub(crate) fn misdirected(message: impl Into<String>) -> ApiError {
        ApiError::new(StatusCode::MISDIRECTED_REQUEST, "ERROR_CODE_ACCESS_DENIED", message)
    }

    /// The requested thing does not exist.
    pub(crate) fn not_found(message: impl Into<String>) -> ApiError {
        ApiError::new(StatusCode::NOT_FOUND, "ERROR_CODE_NOT_FOUND", message)
    }

    /// The server cannot answer at the moment; a retry may succeed.
    pub(crate) fn unavailable(message: impl Into<String>) -> ApiError {
        ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "ERROR_UNAVAILABLE", message)
    }

    /// The server failed.
    pub(crate) fn fatal(message: impl Into<String>) -> ApiError {
        ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "ERROR_FATAL", message)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let retry_after = self.retry_after.map(|wait| [(RETRY_AFTER, wait.as_secs_f64().ceil().to_string())]);
        (self.status, retry_after, Json(self)).into_response()
    }
}

/// The JSON body of a request with any content type. A refusal names the path of the invalid field.
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<JsonBody<T>, ApiError> {
        let body = Bytes::from_request(request, state).await.map_err(unreadable)?;
        let mut json = serde_json::Deserializer::from_slice(&body);
        let value = serde_path_to_error::deserialize(&mut json).map_err(|error| ApiError::input(error.to_string()))?;
        json.end().map_err(|error| ApiError::input(error.to_string()))?;
        Ok(JsonBody(value))
    }
}

/// The body of a request as text.
pub(crate) struct TextBody(pub(crate) String);

impl<S: Send + Sync> FromRequest<S> for TextBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<TextBody, ApiError> {
        let body = Bytes::from_request(request, state).await.map_err(unreadable)?;
        String::from_utf8(body.into()).map(TextBody).map_err(|_| ApiError::input("the body is not UTF-8"))
    }
}

fn unreadable(rejection: BytesRejection) -> ApiError {
    ApiError { status: rejection.status(), ..ApiError::input(rejection.body_text()) }
}
