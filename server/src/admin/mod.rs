//! `/api:meta/workspace/{id}/realtime`: the settings and what else the owner of a workspace does, as Xano's Metadata
//! API has it. The server has one workspace; it answers to every id.
//!
//! # Layout
//!
//! - `token`: who may.
//! - `workspace`: the settings in force and the file that they are kept in.

mod token;
mod workspace;

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, State};
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use serde_json::Value;

pub use token::AdminToken;
use workspace::ReplaceError;
pub(crate) use workspace::Workspace;

use crate::api_error::ApiError;

/// The endpoints; without a token nobody is let in.
pub(crate) fn routes(workspace: Arc<Workspace>, token: Option<AdminToken>) -> Router {
    Router::new()
        .route("/api:meta/workspace/{id}/realtime", get(settings).put(replace_settings))
        .route("/api:meta/workspace/{id}/realtime/reload", post(reload_settings))
        .layer(middleware::from_fn_with_state(Arc::new(token), token::require))
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .with_state(workspace)
}

async fn settings(State(workspace): State<Arc<Workspace>>) -> Json<Value> {
    Json(workspace.settings())
}

async fn replace_settings(State(workspace): State<Arc<Workspace>>, body: String) -> Result<Json<Value>, ApiError> {
    workspace.replace(body).await.map_err(refused)?;
    Ok(Json(workspace.settings()))
}

async fn reload_settings(State(workspace): State<Arc<Workspace>>) -> Result<Json<Value>, ApiError> {
    workspace.reload().await.map_err(refused)?;
    Ok(Json(workspace.settings()))
}

fn refused(error: ReplaceError) -> ApiError {
    match error {
        ReplaceError::Settings(error) => ApiError::input(error.to_string()),
        ReplaceError::NoFile => ApiError::not_found(error.to_string()),
        ReplaceError::Unsaved(_) => ApiError::fatal(error.to_string()),
    }
}

/// Room for some thousand rows.
const BODY_BYTES: usize = 2 * 1024 * 1024;
