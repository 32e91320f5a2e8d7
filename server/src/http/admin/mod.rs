//! `/api:meta/workspace/{id}/realtime`: the settings and what else the owner of a workspace does, as Xano's Metadata
//! API has it. The server has one workspace; it answers to every id.
//!
//! # Layout
//!
//! - `token`: who may.
//! - `token_file`: where a token that was made at start is found.
//! - `live`: what goes on right now.
//! - `disconnect`: closes the sockets of a user.
//! - `workspace`: the settings in force and the file that they are kept in.

mod disconnect;
mod live;
mod token;
mod token_file;
mod workspace;

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, State};
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

pub use token::AdminToken;
pub(crate) use token::{AdminDoor, require_admin};
pub use token_file::TokenFile;
use workspace::ReplaceError;
pub(crate) use workspace::Workspace;

use crate::exchange::Exchange;
use crate::http::api_error::{ApiError, JsonBody, TextBody};
use crate::hub::Refusal;
use crate::hub::channel_name::{CHANNEL_NAME_RULE, is_channel_name};

/// The endpoints, for the admin alone.
pub(crate) fn routes(workspace: Arc<Workspace>, exchange: Arc<Exchange>, door: Arc<AdminDoor>) -> Router {
    let settings = Router::new()
        .route("/api:meta/workspace/{id}/realtime", get(settings).put(replace_settings))
        .route("/api:meta/workspace/{id}/realtime/reload", post(reload_settings))
        .route("/api:meta/workspace/{id}/realtime/disconnect", post(disconnect::disconnect))
        .with_state(workspace);
    let channels = Router::new()
        .route("/api:meta/workspace/{id}/realtime/event", post(send_event))
        .route("/api:meta/workspace/{id}/realtime/live", get(live::live))
        .with_state(exchange);
    settings
        .merge(channels)
        .layer(middleware::from_fn_with_state(door, require_admin))
        .layer(DefaultBodyLimit::max(BODY_BYTES))
}

async fn settings(State(workspace): State<Arc<Workspace>>) -> Json<Value> {
    Json(workspace.settings())
}

async fn replace_settings(
    State(workspace): State<Arc<Workspace>>,
    TextBody(json): TextBody,
) -> Result<Json<Value>, ApiError> {
    workspace.replace(json).await.map_err(refused)?;
    Ok(Json(workspace.settings()))
}

async fn reload_settings(State(workspace): State<Arc<Workspace>>) -> Result<Json<Value>, ApiError> {
    workspace.reload().await.map_err(refused)?;
    Ok(Json(workspace.settings()))
}

/// What a Realtime Event function sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Event {
    channel: String,
    /// As sent, byte for byte.
    #[serde(default)]
    data: Option<Box<RawValue>>,
}

async fn send_event(
    State(exchange): State<Arc<Exchange>>,
    JsonBody(event): JsonBody<Event>,
) -> Result<Json<Value>, ApiError> {
    if !is_channel_name(&event.channel) {
        return Err(ApiError::input(format!("channel: {CHANNEL_NAME_RULE}")));
    }
    let sent = exchange.event(&event.channel, event.data.as_deref()).await;
    let members = sent.map_err(|refusal| match refusal {
        Refusal::Unavailable | Refusal::TooManyChannelsInAll(_) => ApiError::unavailable(refusal.to_string()),
        Refusal::TooDeep => ApiError::input(format!("data: {refusal}")),
        _ => ApiError::not_found(format!("channel: {refusal}")),
    })?;
    Ok(Json(json!({ "members": members })))
}

fn refused(error: ReplaceError) -> ApiError {
    match error {
        ReplaceError::File(error) => ApiError::input(error.to_string()),
        ReplaceError::Settings(error) => ApiError::input(error.to_string()),
        ReplaceError::NoFile => ApiError::not_found(error.to_string()),
        ReplaceError::Unshared(_) => ApiError::unavailable(error.to_string()),
        ReplaceError::Unsaved(_) | ReplaceError::InForceUnsaved(_) => ApiError::fatal(error.to_string()),
    }
}

/// Room for some thousand rows.
const BODY_BYTES: usize = 2 * 1024 * 1024;
