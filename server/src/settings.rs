//! The realtime settings of a workspace: a connection hash and the rows of its channel permissions.
//!
//! The file has the shape of Xano's own Metadata API (`/workspace/{id}/realtime`), so that an exported one loads.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, IgnoredAny};
use serde_json::Value;

/// The realtime settings of a workspace.
#[derive(Debug)]
pub struct Settings {
    /// Whether sockets are let in at all.
    pub enabled: bool,
    /// The last segment of the socket's URL.
    pub hash: String,
    exact: HashMap<String, Arc<ChannelRules>>,
    /// What stands before the `*`, longest first.
    nested: Vec<(String, Arc<ChannelRules>)>,
}

/// One row of the channel permissions: what the members of a channel may do.
#[derive(Clone, Debug, Default, Deserialize)]
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
    #[serde(default)]
    triggers: Option<IgnoredAny>,
    #[serde(default, rename = "id")]
    _id: Option<IgnoredAny>,
}

/// Why settings were not taken.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file cannot be read.
    #[error("cannot read it: {0}")]
    Unreadable(#[from] std::io::Error),
    /// Not JSON, an unknown key, or a value of the wrong type.
    #[error("{0}")]
    Malformed(#[from] serde_json::Error),
    /// Two rows for the same channels.
    #[error("the pattern {0:?} stands there twice; keep one of the rows")]
    PatternTwice(String),
    /// `wildcard` without a place for the rest of the name.
    #[error("the row {0:?} has wildcard: true, so its pattern must end in \"/*\"")]
    NotAWildcard(String),
    /// Silence would let in what a trigger is there to refuse.
    #[error("the row {0:?} has triggers, which this server does not call yet; remove them")]
    TriggersNotImplemented(String),
}

impl Settings {
    /// Reads a settings file.
    pub fn read(path: &Path) -> Result<Settings, SettingsError> {
        Settings::parse(&std::fs::read_to_string(path)?)
    }

    /// Reads settings from JSON.
    pub fn parse(json: &str) -> Result<Settings, SettingsError> {
        let file: SettingsFile = serde_json::from_str(json)?;
        let mut settings =
            Settings { enabled: file.enabled, hash: file.hash, exact: HashMap::new(), nested: Vec::new() };
        for rules in file.channels {
            settings.add(rules)?;
        }
        settings.nested.sort_by_key(|(prefix, _)| std::cmp::Reverse(prefix.len()));
        Ok(settings)
    }

    /// The row for a channel: its own, else the nested one with the longest beginning of its name.
    pub fn rules_for(&self, channel: &str) -> Option<&Arc<ChannelRules>> {
        let own = self.exact.get(channel).filter(|rules| rules.enabled);
        own.or_else(|| {
            let mut covering = self.nested.iter();
            covering.find(|(prefix, rules)| rules.enabled && channel.starts_with(prefix)).map(|(_, rules)| rules)
        })
    }

    fn add(&mut self, rules: ChannelRules) -> Result<(), SettingsError> {
        let pattern = rules.pattern.clone();
        if rules.triggers.is_some() {
            return Err(SettingsError::TriggersNotImplemented(pattern));
        }
        let twice = if rules.wildcard {
            let Some(prefix) = pattern.strip_suffix('*').filter(|prefix| prefix.ends_with('/')) else {
                return Err(SettingsError::NotAWildcard(pattern));
            };
            let twice = self.nested.iter().any(|(other, _)| other == prefix);
            self.nested.push((prefix.to_owned(), Arc::new(rules)));
            twice
        } else {
            self.exact.insert(pattern.clone(), Arc::new(rules)).is_some()
        };
        if twice {
            return Err(SettingsError::PatternTwice(pattern));
        }
        Ok(())
    }
}

impl Default for Settings {
    /// `marvel-chat-room`, open to everybody.
    fn default() -> Settings {
        let rules = ChannelRules {
            pattern: "marvel-chat-room".to_owned(),
            enabled: true,
            anonymous_clients: true,
            presence: true,
            history: 100,
            client_public_messaging: true,
            client_private_messaging: true,
            client_authenticated_messaging: true,
            ..ChannelRules::default()
        };
        Settings {
            enabled: true,
            hash: DEFAULT_HASH.to_owned(),
            exact: HashMap::from([(rules.pattern.clone(), Arc::new(rules))]),
            nested: Vec::new(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SettingsFile {
    #[serde(default)]
    enabled: bool,
    #[serde(default = "default_hash")]
    hash: String,
    #[serde(default)]
    channels: Vec<ChannelRules>,
    #[serde(default, rename = "id")]
    _id: Option<IgnoredAny>,
}

fn default_hash() -> String {
    DEFAULT_HASH.to_owned()
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

const DEFAULT_HASH: &str = "1lK90n16tnnylJpJ0Xa7Km6_KxA";

#[cfg(test)]
mod tests {
    use super::Settings;

    fn pattern_for(settings: &str, channel: &str) -> Option<String> {
        let settings = Settings::parse(settings).unwrap();
        settings.rules_for(channel).map(|rules| rules.pattern.clone())
    }

    fn refusal(settings: &str) -> String {
        Settings::parse(settings).unwrap_err().to_string()
    }

    #[test]
    fn only_the_pattern_is_required() {
        let settings = Settings::parse(r#"{"channels":[{"pattern":"a"}]}"#).unwrap();
        assert!(!settings.enabled);
        assert!(settings.rules_for("a").is_none(), "an absent `enabled` is false");
        assert!(refusal(r#"{"channels":[{"enabled":true}]}"#).contains("pattern"));
    }

    #[test]
    fn history_is_a_number_or_a_string_of_a_known_size() {
        for history in ["250", "\"250\""] {
            let text = format!(r#"{{"channels":[{{"pattern":"a","enabled":true,"history":{history}}}]}}"#);
            let settings = Settings::parse(&text).unwrap();
            assert_eq!(settings.rules_for("a").unwrap().history, 250);
        }
        for history in ["7", "\"many\"", "-25", "25.5", "true", "null"] {
            let text = format!(r#"{{"channels":[{{"pattern":"a","history":{history}}}]}}"#);
            assert!(refusal(&text).contains("history is one of [0, 25"), "{history}");
        }
    }

    #[test]
    fn an_unknown_key_is_refused_by_its_name() {
        assert!(refusal(r#"{"chanels":[]}"#).contains("`chanels`"));
        assert!(refusal(r#"{"channels":[{"pattern":"a","presense":true}]}"#).contains("`presense`"));
    }

    #[test]
    fn an_exported_id_is_accepted() {
        Settings::parse(r#"{"id":7,"channels":[{"id":"x","pattern":"a"}]}"#).unwrap();
    }

    #[test]
    fn a_pattern_twice_is_refused() {
        let twice = r#"{"channels":[{"pattern":"a"},{"pattern":"a"}]}"#;
        assert!(refusal(twice).contains("\"a\" stands there twice"));
        let twice = r#"{"channels":[{"pattern":"a/*","wildcard":true},{"pattern":"a/*","wildcard":true}]}"#;
        assert!(refusal(twice).contains("\"a/*\" stands there twice"));
    }

    #[test]
    fn triggers_are_refused_as_long_as_nobody_calls_them() {
        let triggers = r#"{"channels":[{"pattern":"a","triggers":{"join":"http://127.0.0.1/"}}]}"#;
        assert!(refusal(triggers).contains("triggers"));
    }

    #[test]
    fn the_own_row_comes_first_then_the_longest_beginning() {
        let settings = r#"{"channels":[
            {"pattern":"chat/*","wildcard":true,"enabled":true},
            {"pattern":"chat/team/*","wildcard":true,"enabled":true},
            {"pattern":"chat/team/1","enabled":true},
            {"pattern":"chat/off","enabled":false},
            {"pattern":"off/*","wildcard":true,"enabled":false}]}"#;
        let expected = [
            ("chat", None),
            ("chat/", Some("chat/*")),
            ("chat/*", Some("chat/*")),
            ("chat/a/b", Some("chat/*")),
            ("chat/team/1", Some("chat/team/1")),
            ("chat/team/2", Some("chat/team/*")),
            ("chat/off", Some("chat/*")),
            ("off/a", None),
            ("__proto__", None),
        ];
        for (channel, pattern) in expected {
            assert_eq!(pattern_for(settings, channel).as_deref(), pattern, "{channel}");
        }
    }

    #[test]
    fn a_wildcard_pattern_ends_in_slash_star() {
        for pattern in ["chat", "chat*", "*", "chat/"] {
            let text = format!(r#"{{"channels":[{{"pattern":"{pattern}","wildcard":true}}]}}"#);
            assert!(refusal(&text).contains("must end in \"/*\""), "{pattern}");
        }
    }
}
