//! What an HTTP endpoint refuses, in the shape that Xano's do: `{"code": "ERROR_…", "message": "…"}`.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// An error body and its status.
#[derive(Debug, Serialize)]
pub(crate) struct ApiError {
    #[serde(skip)]
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl ApiError {
    /// What was sent cannot be used; the message names the field.
    pub(crate) fn input(message: impl Into<String>) -> ApiError {
        ApiError { status: StatusCode::BAD_REQUEST, code: "ERROR_CODE_INPUT_ERROR", message: message.into() }
    }

    /// No token, or none that is accepted.
    pub(crate) fn unauthorized(message: impl Into<String>) -> ApiError {
        ApiError { status: StatusCode::UNAUTHORIZED, code: "ERROR_CODE_UNAUTHORIZED", message: message.into() }
    }

    /// Known, understood, and not allowed.
    pub(crate) fn denied(message: impl Into<String>) -> ApiError {
        ApiError { status: StatusCode::FORBIDDEN, code: "ERROR_CODE_ACCESS_DENIED", message: message.into() }
    }

    /// There is no such thing.
    pub(crate) fn not_found(message: impl Into<String>) -> ApiError {
        ApiError { status: StatusCode::NOT_FOUND, code: "ERROR_CODE_NOT_FOUND", message: message.into() }
    }

    /// Not now.
    pub(crate) fn unavailable(message: impl Into<String>) -> ApiError {
        ApiError { status: StatusCode::SERVICE_UNAVAILABLE, code: "ERROR_UNAVAILABLE", message: message.into() }
    }

    /// The server cannot do what it should.
    pub(crate) fn fatal(message: impl Into<String>) -> ApiError {
        ApiError { status: StatusCode::INTERNAL_SERVER_ERROR, code: "ERROR_FATAL", message: message.into() }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        (self.status, Json(self)).into_response()
    }
}

/// The JSON body of a request, whatever content type it was sent with; refused with the path of the wrong field.
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
