//! Settings as JSON, in the shape of Xano's own Metadata API (`/workspace/{id}/realtime`), so that exported ones load.

use serde::de::{Deserializer, Error as _, IgnoredAny};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::triggers::Triggers;
use super::{DEFAULT_HASH, Settings};
use crate::channel_name::{CHANNEL_NAME_RULE, is_channel_name};

/// One row of the channel permissions: what the members of a channel may do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelRules {
    /// The channel's name; with [`wildcard`](Self::wildcard) a beginning of names, `chat/*`.
    pub pattern: String,
    /// A note for people.
    #[serde(default)]
    pub description: String,
    /// Whether the row counts; off is as if it did not exist.
    #[serde(default)]
    pub enabled: bool,
    /// Whether the row covers every channel whose name starts as the pattern does.
    #[serde(default)]
    pub wildcard: bool,
    /// Whether clients without a token may join.
    #[serde(default)]
    pub anonymous_clients: bool,
    /// Whether members see who is here.
    #[serde(default)]
    pub presence: bool,
    /// How many messages are kept for late joiners.
    #[serde(default, deserialize_with = "history_size")]
    pub history: usize,
    /// Whether clients may send to everybody.
    #[serde(default)]
    pub client_public_messaging: bool,
    /// Whether only authenticated clients may do so.
    #[serde(default)]
    pub client_public_messaging_authenticated_only: bool,
    /// Whether a client may send to one other.
    #[serde(default)]
    pub client_private_messaging: bool,
    /// Whether both of them must be authenticated.
    #[serde(default)]
    pub client_private_messaging_authenticated_only: bool,
    /// Whether a message may be for authenticated members only.
    #[serde(default)]
    pub client_authenticated_messaging: bool,
    /// What is asked before somebody joins, and before a message goes out.
    #[serde(default, skip_serializing_if = "Triggers::is_empty")]
    pub triggers: Triggers,
    #[serde(default, rename = "id", skip_serializing)]
    pub(super) _id: Ignored,
}

/// Something that is accepted and not used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ignored;

/// Why settings were not taken. Starts with the field, where one is at fault.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// Not JSON, an unknown key, or a value of the wrong type.
    #[error("{0}")]
    Malformed(#[from] serde_path_to_error::Error<serde_json::Error>),
    /// Something stands after the settings.
    #[error("{0}")]
    Trailing(#[from] serde_json::Error),
    /// Not the segment of a URL.
    #[error("hash: 1 to 128 characters of A-Z, a-z, 0-9, - and _")]
    Hash,
    /// Two rows for the same channels.
    #[error("channels[{index}].pattern: {pattern:?} stands there twice; keep one of the rows")]
    PatternTwice {
        /// Of the second one.
        index: usize,
        /// What stands there twice.
        pattern: String,
    },
    /// A name that nobody can join.
    #[error("channels[{index}].pattern: {why}")]
    Pattern {
        /// Of the row.
        index: usize,
        /// What is wrong with it.
        why: &'static str,
    },
}

impl Settings {
    /// Reads settings from JSON; `{}` is settings with everything off.
    pub fn parse(json: &str) -> Result<Settings, SettingsError> {
        Settings::parse_over(json, DEFAULT_HASH)
    }

    /// The same, with a hash to take when none is given.
    pub fn parse_over(json: &str, hash: &str) -> Result<Settings, SettingsError> {
        let mut json = serde_json::Deserializer::from_str(json);
        let document: Document = serde_path_to_error::deserialize(&mut json)?;
        json.end()?;
        let hash = document.hash.unwrap_or_else(|| hash.to_owned());
        let is_segment = hash.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        if !(1..=HASH_BYTES).contains(&hash.len()) || !is_segment {
            return Err(SettingsError::Hash);
        }
        Settings::new(document.enabled, hash, document.channels)
    }

    /// The settings as JSON, with every switch of every row.
    pub fn to_json(&self) -> Value {
        serde_json::json!({ "enabled": self.enabled, "hash": self.hash, "channels": self.channels })
    }
}

impl ChannelRules {
    /// What the names of the covered channels start with, if this row covers more than one.
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
    #[serde(default, rename = "id")]
    pub(super) _id: Ignored,
}

impl<'de> Deserialize<'de> for Ignored {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Ignored, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|IgnoredAny| Ignored)
    }
}

/// Xano exports the size as a string in some places and as a number in others.
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
