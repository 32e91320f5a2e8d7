//! Settings as JSON. V1's are in the shape of Xano's Metadata API (`/workspace/{id}/realtime`), so that exported settings
//! load; `servers` is added for V2.

use serde::de::{Deserializer, Error as _, IgnoredAny};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::triggers::Triggers;
use super::v2::{ServerSettings, Servers, ServersError, rows};
use super::{DEFAULT_HASH, Settings};
use crate::channel_name::{CHANNEL_NAME_RULE, is_channel_name};

/// One row of the channel permissions: the rules for the channels that its pattern matches.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelRules {
    /// The name of the channel; with [`wildcard`](Self::wildcard) a prefix of names, `chat/*`.
    pub pattern: String,
    /// A note for people, without effect.
    #[serde(default)]
    pub description: String,
    /// Whether the row is in use. A row that is switched off is ignored.
    #[serde(default)]
    pub enabled: bool,
    /// Whether the row applies to every channel whose name starts with the pattern.
    #[serde(default)]
    pub wildcard: bool,
    /// Whether clients without a token may join.
    #[serde(default)]
    pub anonymous_clients: bool,
    /// Whether members receive the presence list and its updates.
    #[serde(default)]
    pub presence: bool,
    /// The number of messages kept for clients that join later.
    #[serde(default, deserialize_with = "history_size")]
    pub history: usize,
    /// Whether clients may send public messages.
    #[serde(default)]
    pub client_public_messaging: bool,
    /// Whether only authenticated clients may send public messages.
    #[serde(default)]
    pub client_public_messaging_authenticated_only: bool,
    /// Whether clients may send private messages.
    #[serde(default)]
    pub client_private_messaging: bool,
    /// Whether both sender and recipient of a private message must be authenticated.
    #[serde(default)]
    pub client_private_messaging_authenticated_only: bool,
    /// Whether clients may send messages for authenticated members only.
    #[serde(default)]
    pub client_authenticated_messaging: bool,
    /// The trigger URLs that are asked before a join and before a message.
    #[serde(default, skip_serializing_if = "Triggers::is_empty")]
    pub triggers: Triggers,
    #[serde(default, rename = "id", skip_serializing)]
    pub(super) _id: Ignored,
}

/// A value that is accepted and ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ignored;

/// The reason why settings are not valid. It starts with the path of the field, if a field is wrong.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The text is not JSON, or has an unknown key or a value of the wrong type.
    #[error("{0}")]
    Malformed(#[from] serde_path_to_error::Error<serde_json::Error>),
    /// More text follows the settings.
    #[error("{0}")]
    Trailing(#[from] serde_json::Error),
    /// The hash is not a valid segment of a URL.
    #[error("hash: 1 to 128 characters of A-Z, a-z, 0-9, - and _")]
    Hash,
    /// Two rows have the same pattern.
    #[error("channels[{index}].pattern: {pattern:?} stands there twice; keep one of the rows")]
    PatternTwice {
        /// The index of the second row.
        index: usize,
        /// The pattern.
        pattern: String,
    },
    /// A pattern that is not a valid name.
    #[error("channels[{index}].pattern: {why}")]
    Pattern {
        /// The index of the row.
        index: usize,
        /// The violated rule.
        why: &'static str,
    },
    /// The servers of V2 do not fit together.
    #[error("{0}")]
    Servers(#[from] ServersError),
}

impl Settings {
    /// Parses settings. `{}` stands for settings with everything switched off.
    pub fn parse(json: &str) -> Result<Settings, SettingsError> {
        Settings::parse_over(json, DEFAULT_HASH)
    }

    /// Parses settings, and uses `hash` if they have none.
    pub fn parse_over(json: &str, hash: &str) -> Result<Settings, SettingsError> {
        let mut json = serde_json::Deserializer::from_str(json);
        let document: Document = serde_path_to_error::deserialize(&mut json)?;
        json.end()?;
        let hash = document.hash.unwrap_or_else(|| hash.to_owned());
        let is_segment = hash.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        if !(1..=HASH_BYTES).contains(&hash.len()) || !is_segment {
            return Err(SettingsError::Hash);
        }
        Settings::new(document.enabled, hash, document.channels, Servers::new(document.servers)?)
    }

    /// Returns the settings as JSON, with every field of every row. Without servers, they have the shape of Xano's
    /// Metadata API.
    pub fn to_json(&self) -> Value {
        let mut json = json!({ "enabled": self.enabled, "hash": self.hash, "channels": self.channels });
        if let Some(json) = json.as_object_mut().filter(|_| !self.servers().is_empty()) {
            json.insert("servers".to_owned(), json!(self.servers()));
        }
        json
    }
}

impl ChannelRules {
    /// Returns the prefix of the matching names, if this row is a wildcard.
    pub fn prefix(&self) -> Option<&str> {
        self.wildcard.then(|| self.pattern.strip_suffix('*')).flatten()
    }

    pub(super) fn check(&self, index: usize) -> Result<(), SettingsError> {
        let refuse = |why| Err(SettingsError::Pattern { index, why });
        if !is_channel_name(&self.pattern) {
            return refuse(CHANNEL_NAME_RULE);
        }
        if self.wildcard && !self.pattern.ends_with("/*") {
            return refuse("must end in \"/*\", as the row has wildcard: true");
        }
        Ok(())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    enabled: bool,
    #[serde(default)]
    hash: Option<String>,
    #[serde(default)]
    channels: Vec<ChannelRules>,
    #[serde(default, deserialize_with = "rows")]
    servers: Vec<ServerSettings>,
    #[serde(default, rename = "id")]
    pub(super) _id: Ignored,
}

impl<'de> Deserialize<'de> for Ignored {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Ignored, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|IgnoredAny| Ignored)
    }
}

/// Parses the size of the history, which Xano exports as a string in some places and as a number in others.
fn history_size<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let size = match &value {
        Value::String(text) => text.parse().ok(),
        other => other.as_u64(),
    };
    size.and_then(|size| usize::try_from(size).ok())
        .filter(|size| HISTORY_SIZES.contains(size))
        .ok_or_else(|| D::Error::custom(format!("history is one of {HISTORY_SIZES:?}, not {value}")))
}

/// The sizes that Xano's settings panel offers.
const HISTORY_SIZES: [usize; 6] = [0, 25, 50, 100, 250, 1000];

const HASH_BYTES: usize = 128;
