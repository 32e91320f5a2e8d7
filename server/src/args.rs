//! The command line.

use std::path::PathBuf;

use clap::Parser;
use xano_realtime_server::limits::Limit;
use xano_realtime_server::{Config, Limits, Settings};

/// Reference server of the Xano Realtime protocol, for local development and tests.
#[derive(Debug, Parser)]
#[command(version)]
pub(crate) struct Args {
    /// Address to listen on; port 0 picks a free one.
    #[arg(long, value_name = "ADDR", env = "XANO_LISTEN", default_value = "127.0.0.1:8080")]
    pub(crate) listen: String,

    /// Realtime settings, JSON. Without it, the channel marvel-chat-room is open to everybody.
    #[arg(long, value_name = "FILE", env = "XANO_CONFIG")]
    config: Option<PathBuf>,

    /// Also serve this folder.
    #[arg(long, value_name = "DIR")]
    www: Option<PathBuf>,

    /// A limit: frame_bytes, channels_per_socket, connections or outbox_bytes; 0 switches it off.
    #[arg(long = "limit", value_name = "NAME=VALUE")]
    limits: Vec<Limit>,
}

impl Args {
    /// What the server is started with, or what to tell the user.
    pub(crate) fn into_config(self) -> Result<Config, String> {
        let settings = match &self.config {
            Some(file) => Settings::read(file).map_err(|error| format!("settings file {}: {error}", file.display()))?,
            None => Settings::default(),
        };
        if let Some(folder) = self.www.as_ref().filter(|folder| !folder.is_dir()) {
            return Err(format!("--www {}: there is no such folder", folder.display()));
        }
        let mut limits = Limits::default();
        for limit in limits_from_environment()?.iter().chain(&self.limits) {
            limits.set(limit);
        }
        Ok(Config { settings, limits, www: self.www })
    }
}

/// Read by hand: clap would let a single `--limit` hide the whole variable.
fn limits_from_environment() -> Result<Vec<Limit>, String> {
    let text = std::env::var("XANO_LIMITS").unwrap_or_default();
    let limits = text.split(',').map(str::trim).filter(|limit| !limit.is_empty());
    limits.map(|limit| limit.parse().map_err(|error| format!("XANO_LIMITS: {error}"))).collect()
}
