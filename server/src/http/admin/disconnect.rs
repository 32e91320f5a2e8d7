//! The endpoint that closes all sockets of a user.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use xano_realtime_protocol::frame::Permissions;

use super::Workspace;
use crate::http::api_error::{ApiError, JsonBody};

/// A user, identified by table and row as in presence lists.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct User {
    dbo_id: i64,
    row_id: i64,
}

pub(super) async fn disconnect(
    State(workspace): State<Arc<Workspace>>,
    JsonBody(User { dbo_id, row_id }): JsonBody<User>,
) -> Result<Json<Value>, ApiError> {
    if dbo_id <= 0 || row_id <= 0 {
        return Err(ApiError::input("dbo_id and row_id must be whole numbers above 0: the user's table and row"));
    }
    let (sockets, told) = workspace.disconnect(Permissions { dbo_id, row_id }).await;
    if told.is_err() {
        return Err(ApiError::unavailable(format!(
            "{sockets} sockets of this server are closed, but the other servers cannot be told; try again later"
        )));
    }
    tracing::info!(dbo_id, row_id, sockets, "disconnected a user");
    Ok(Json(json!({ "sockets": sockets })))
}
