//! The configuration that the operator provides: the settings of the workspace, limits and keys.
//!
//! # Layout
//!
//! - `file`: reads the settings file of a workspace, and replaces it in one step.
//! - [`limits`]: the limits that keep one client from exhausting the server.
//! - `secret`: the keys that the server signs with.
//! - `private_file`: files that only their owner can read.
//! - `random_name`: random names that cannot be guessed.

mod file;
pub mod limits;
mod private_file;
mod random_name;
mod secret;

pub use xano_realtime_hub::settings::{ChannelRules, Settings, SettingsError, TriggerUrl, Triggers};

pub(crate) use file::Prepared;
pub use file::{SettingsFileError, read};
pub use limits::Limits;
pub(crate) use private_file::new_private_file;
pub(crate) use random_name::random_name;
pub use secret::Secret;
