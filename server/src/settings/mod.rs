//! The settings of a workspace, and the file that they are kept in.

mod file;

pub use xano_realtime_hub::settings::{ChannelRules, Settings, SettingsError, TriggerUrl, Triggers};

pub(crate) use file::Prepared;
pub use file::{SettingsFileError, read};
