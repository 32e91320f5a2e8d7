//! The settings in force, and the file that they are saved to.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::{Mutex, Notify};
use tokio::task::spawn_blocking;
use xano_realtime_protocol::frame::Permissions;

use crate::cluster::{Directory, PutError, Unavailable};
use crate::exchange::{ClusterFollower, Exchange};
use crate::settings::{self, Prepared, Settings, SettingsError, SettingsFileError};

/// The workspace as the admin's endpoints change it.
#[derive(Debug)]
pub(crate) struct Workspace {
    exchange: Arc<Exchange>,
    /// `None` if the server runs with built-in settings. Changes are then lost at a restart.
    file: Option<PathBuf>,
    directory: Directory,
    /// Serializes changes, so that the file always agrees with the settings in force.
    changing: Mutex<()>,
}

/// The reason why settings were not accepted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReplaceError {
    #[error("{0}")]
    Settings(#[from] SettingsError),
    #[error("{0}")]
    File(#[from] SettingsFileError),
    #[error("the server was started without a settings file; there is nothing to reload")]
    NoFile,
    #[error("{0}")]
    Unshared(#[from] PutError),
    #[error("the settings file cannot be written, so nothing was changed: {0}")]
    Unsaved(#[source] io::Error),
    #[error("the settings are in force, but the settings file cannot be replaced: {0}")]
    InForceUnsaved(#[source] io::Error),
}

impl Workspace {
    pub(crate) fn new(exchange: Arc<Exchange>, file: Option<PathBuf>, directory: Directory) -> Workspace {
        Workspace { exchange, file, directory, changing: Mutex::new(()) }
    }

    pub(crate) fn settings(&self) -> Value {
        self.exchange.settings()
    }

    /// Replaces the settings in force. JSON without a hash keeps the current hash. The new file is prepared first and
    /// put in place last, so settings that cannot be saved never come into force, and settings that do not come into
    /// force are never saved.
    pub(crate) async fn replace(&self, json: String) -> Result<(), ReplaceError> {
        let _changing = self.changing.lock().await;
        let mut settings = Settings::parse_over(&json, &self.exchange.hash())?;
        let mut prepared = None;
        if let Some(file) = self.file.clone() {
            let work = move || Prepared::new(&settings, &file).map(|prepared| (settings, prepared));
            let (unchanged, new) = blocking(work).await.map_err(ReplaceError::Unsaved)?;
            (settings, prepared) = (unchanged, Some(new));
        }
        self.put_in_force(settings).await?;
        if let Some(prepared) = prepared {
            blocking(move || prepared.commit()).await.map_err(ReplaceError::InForceUnsaved)?;
        }
        tracing::info!("new settings are in force");
        Ok(())
    }

    /// Reloads the settings file at every notification. A file that cannot be loaded is logged and changes nothing.
    pub(crate) async fn follow(&self, reload: &Notify) {
        loop {
            reload.notified().await;
            if let Err(error) = self.reload().await {
                tracing::error!(%error, "the settings stay as they are");
            }
        }
    }

    /// Loads the settings file and puts its content in force.
    pub(crate) async fn reload(&self) -> Result<(), ReplaceError> {
        let file = self.file.clone().ok_or(ReplaceError::NoFile)?;
        let _changing = self.changing.lock().await;
        let settings = blocking(move || Ok(settings::read(&file))).await.map_err(SettingsFileError::from)??;
        self.put_in_force(settings).await?;
        tracing::info!("the settings file is in force");
        Ok(())
    }

    async fn put_in_force(&self, settings: Settings) -> Result<(), PutError> {
        let follower = ClusterFollower::new(Arc::clone(&self.exchange));
        self.directory.put_settings(settings, &follower).await
    }

    /// Closes the sockets of a user on all servers. Returns the number of sockets on this server, and whether the other
    /// servers were notified.
    pub(crate) async fn disconnect(&self, user: Permissions) -> (usize, Result<(), Unavailable>) {
        let sockets = self.exchange.disconnect(user);
        (sockets, self.directory.disconnect(user).await)
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    spawn_blocking(work).await.map_err(io::Error::other)?
}
