//! The realtime settings of a workspace: a connection hash and the rows of its channel permissions.
//!
//! # Layout
//!
//! - [`Settings`]: finds the row of a channel.
//! - `document`: settings as JSON, in the shape of Xano's own Metadata API.
//! - `triggers`: the URLs that are asked before something happens.

mod document;
mod triggers;

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

pub use document::{ChannelRules, SettingsError};
pub use triggers::{TriggerUrl, Triggers};

/// The realtime settings of a workspace.
#[derive(Debug)]
pub struct Settings {
    /// Whether sockets are let in at all.
    pub enabled: bool,
    /// The last segment of the socket's URL.
    pub hash: String,
    /// The rows, in the order in which they were given.
    channels: Vec<Arc<ChannelRules>>,
    exact: HashMap<String, Arc<ChannelRules>>,
    /// By what stands before the `*`, which ends in `/`.
    nested: HashMap<String, Arc<ChannelRules>>,
}

impl Settings {
    /// The row for a channel: its own, else the nested one with the longest beginning of its name.
    pub fn rules_for(&self, channel: &str) -> Option<&Arc<ChannelRules>> {
        let own = self.exact.get(channel);
        own.or_else(|| {
            let prefixes = channel.rmatch_indices('/').filter_map(|(at, _)| channel.get(..=at));
            prefixes.filter_map(|prefix| self.nested.get(prefix)).next()
        })
    }

    /// The rows that are switched on.
    pub fn rows(&self) -> impl Iterator<Item = &ChannelRules> {
        self.channels.iter().map(|rules| &**rules).filter(|rules| rules.enabled)
    }

    /// Settings of checked rows.
    fn new(enabled: bool, hash: String, channels: Vec<ChannelRules>) -> Result<Settings, SettingsError> {
        let mut settings =
            Settings { enabled, hash, channels: Vec::new(), exact: HashMap::new(), nested: HashMap::new() };
        let mut patterns = HashSet::new();
        for (index, rules) in channels.into_iter().enumerate() {
            rules.check(index)?;
            if !patterns.insert(rules.pattern.clone()) {
                return Err(SettingsError::PatternTwice { index, pattern: rules.pattern });
            }
            settings.add(Arc::new(rules));
        }
        Ok(settings)
    }

    fn add(&mut self, rules: Arc<ChannelRules>) {
        self.channels.push(Arc::clone(&rules));
        if !rules.enabled {
            return;
        }
        match rules.prefix() {
            Some(prefix) => self.nested.insert(prefix.to_owned(), rules),
            None => self.exact.insert(rules.pattern.clone(), rules),
        };
    }
}

impl Default for Settings {
    /// `marvel-chat-room`, open to everybody, and `avengers-only`, for those who logged in.
    fn default() -> Settings {
        let open = ChannelRules {
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
        let members_only = ChannelRules {
            pattern: "avengers-only".to_owned(),
            anonymous_clients: false,
            client_public_messaging_authenticated_only: true,
            client_private_messaging_authenticated_only: true,
            ..open.clone()
        };
        let hash = DEFAULT_HASH.to_owned();
        let mut settings =
            Settings { enabled: true, hash, channels: Vec::new(), exact: HashMap::new(), nested: HashMap::new() };
        for rules in [open, members_only] {
            settings.add(Arc::new(rules));
        }
        settings
    }
}

const DEFAULT_HASH: &str = "1lK90n16tnnylJpJ0Xa7Km6_KxA";
