//! Messages of the workspace on channels of Realtime V2, as Xano's `realtime.publish` sends them.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::exchange::Exchange;
use crate::http::api_error::{ApiError, JsonBody};
use crate::hub;
use crate::hub::channel_name::{CHANNEL_NAME_RULE, is_channel_name};
use crate::hub::v2::{Publication, Refusal};

/// The body of a request.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Body {
    /// The name or the canonical of the server, or `tenant:canonical`.
    server: String,
    channel: String,
    /// The `type` of the message.
    #[serde(default)]
    message: Option<String>,
    /// The payload is forwarded byte for byte.
    #[serde(default)]
    data: Option<Box<RawValue>>,
}

pub(super) async fn publish(
    State(exchange): State<Arc<Exchange>>,
    JsonBody(body): JsonBody<Body>,
) -> Result<Json<Value>, ApiError> {
    let Body { server, channel, message, data } = &body;
    if !is_channel_name(channel) {
        return Err(ApiError::input(format!("channel: {CHANNEL_NAME_RULE}")));
    }
    let publication = Publication { server, channel, message: message.as_deref(), data: data.as_deref() };
    let members = exchange.publish(publication).map_err(|refusal| match refusal {
        Refusal::UnknownConnection => ApiError::not_found(format!("server: no server has the name {server:?}")),
        Refusal::Shared(hub::Refusal::TooManyChannelsInAll(_)) => ApiError::unavailable(refusal.to_string()),
        Refusal::Shared(hub::Refusal::TooDeep) => ApiError::input(format!("data: {refusal}")),
        _ => ApiError::not_found(format!("channel: {refusal}")),
    })?;
    Ok(Json(json!({ "members": members })))
}
