//! The settings that several servers can share. Realtime servers (V2) keep their channels in the memory of one server.

use crate::settings::{Settings, SettingsError};

/// The settings have Realtime servers (V2).
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error(
    "servers: Realtime V2 is kept in the memory of one server, and cannot be shared over Redis yet; \
     remove this key from the settings, or start the server without --redis"
)]
pub(crate) struct NotShareable;

/// The reason why shared settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unusable {
    #[error("{0}")]
    Settings(#[from] SettingsError),
    #[error("{0}")]
    NotShareable(#[from] NotShareable),
}

/// Returns an error if these settings cannot be shared.
pub(crate) fn check(settings: &Settings) -> Result<(), NotShareable> {
    if settings.servers().is_empty() { Ok(()) } else { Err(NotShareable) }
}

/// Parses settings that servers share.
pub(super) fn parse(json: &str) -> Result<Settings, Unusable> {
    let settings = Settings::parse(json)?;
    check(&settings)?;
    Ok(settings)
}
