//! The admin's endpoints, `/api:meta/workspace/{id}/realtime`: the settings and the other tasks of a workspace's owner,
//! in the shape of Xano's Metadata API. The server has one workspace and accepts every id.
//!
//! # Layout
//!
//! - `token`: verifies the admin token.
//! - `token_file`: the file of an admin token that was generated at start.
//! - `live`: live numbers for the settings panel.
//! - `publish`: messages of the workspace on channels of Realtime V2.
//! - `disconnect`: closes all sockets of a user.
//! - `workspace`: the settings in force, and the file that they are saved to.

mod disconnect;
mod live;
mod publish;
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

use crate::cluster::PutError;
use crate::exchange::Exchange;
use crate::http::api_error::{ApiError, JsonBody, TextBody};
use crate::hub::Refusal;
use crate::hub::channel_name::{CHANNEL_NAME_RULE, is_channel_name};

/// Returns the routes. Every request needs the admin token.
pub(crate) fn routes(workspace: Arc<Workspace>, exchange: Arc<Exchange>, door: Arc<AdminDoor>) -> Router {
    let settings = Router::new()
        .route("/api:meta/workspace/{id}/realtime", get(settings).put(replace_settings))
        .route("/api:meta/workspace/{id}/realtime/reload", post(reload_settings))
        .route("/api:meta/workspace/{id}/realtime/disconnect", post(disconnect::disconnect))
        .with_state(workspace);
    let channels = Router::new()
        .route("/api:meta/workspace/{id}/realtime/event", post(send_event))
        .route("/api:meta/workspace/{id}/realtime/publish", post(publish::publish))
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

/// The body of a request to send an event, as Xano's Realtime Event function has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Event {
    channel: String,
    /// The payload is forwarded byte for byte.
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
        ReplaceError::Unshared(PutError::NotShareable(error)) => ApiError::input(error.to_string()),
        ReplaceError::Unshared(_) => ApiError::unavailable(error.to_string()),
        ReplaceError::Unsaved(_) | ReplaceError::InForceUnsaved(_) => ApiError::fatal(error.to_string()),
    }
}

/// The largest body that is accepted. It holds settings with several thousand channel patterns.
const BODY_BYTES: usize = 2 * 1024 * 1024;
