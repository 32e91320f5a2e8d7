//! What the operator decides: the settings of the workspace and their file, limits and keys.
//!
//! # Layout
//!
//! - `file`: reads the settings of a workspace, and replaces their file in one step.
//! - [`limits`]: the bounds that keep one client from costing the others their service.
//! - `secret`: keys that a server signs with.
//! - `private_file`: files that only their owner can read.
//! - `random_name`: names that cannot be guessed.

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
