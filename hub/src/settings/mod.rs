//! The realtime settings of a workspace: for V1 the connection hash and the rows of its channel permissions, for V2 the
//! Realtime servers.
//!
//! # Layout
//!
//! - [`Settings`]: finds the row that applies to a channel.
//! - `document`: the settings as JSON, in the shape of Xano's Metadata API.
//! - `built_in.json`: the settings of a server that is given none. `npm start` adds the URL of a message handler to them.
//! - `triggers`: the trigger URLs of a channel.
//! - `v2`: the Realtime servers with their channels and messages.

mod document;
mod triggers;
pub mod v2;

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

pub use document::{ChannelRules, SettingsError};
pub use triggers::{TriggerUrl, Triggers};

use v2::{ServerSettings, Servers};

/// The realtime settings of a workspace.
#[derive(Debug)]
pub struct Settings {
    /// Whether clients may open sockets.
    pub enabled: bool,
    /// The last segment of the socket's URL.
    pub hash: String,
    /// The rows, in their original order.
    channels: Vec<Arc<ChannelRules>>,
    exact: HashMap<String, Arc<ChannelRules>>,
    /// The wildcard rows by the prefix before the `*`, which ends in `/`.
    nested: HashMap<String, Arc<ChannelRules>>,
    servers: Servers,
}

impl Settings {
    /// Returns the built-in settings: `marvel-chat-room` admits all clients, `avengers-only` admits authenticated clients,
    /// with V1 and with V2.
    pub fn built_in() -> Settings {
        // A test parses them. Without them, no client could connect, which the program says at its start.
        Settings::parse(BUILT_IN).unwrap_or_else(|_| Settings::without_rows(false, DEFAULT_HASH.to_owned()))
    }

    /// Returns the Realtime servers of V2 in their original order, switched on or not.
    pub fn servers(&self) -> &[Arc<ServerSettings>] {
        self.servers.all()
    }

    /// Returns the Realtime server of V2 with this canonical, switched on or not.
    pub fn server(&self, canonical: &str) -> Option<&Arc<ServerSettings>> {
        self.servers.get(canonical)
    }

    /// Returns the row that applies to a channel: the row with its exact name, or else the wildcard row with the
    /// longest matching prefix.
    pub fn rules_for(&self, channel: &str) -> Option<&Arc<ChannelRules>> {
        let own = self.exact.get(channel);
        own.or_else(|| {
            let prefixes = channel.rmatch_indices('/').filter_map(|(at, _)| channel.get(..=at));
            prefixes.filter_map(|prefix| self.nested.get(prefix)).next()
        })
    }

    /// Returns the rows that are switched on.
    pub fn rows(&self) -> impl Iterator<Item = &ChannelRules> {
        self.channels.iter().map(|rules| &**rules).filter(|rules| rules.enabled)
    }

    /// Creates settings from valid rows.
    fn new(
        enabled: bool,
        hash: String,
        channels: Vec<ChannelRules>,
        servers: Servers,
    ) -> Result<Settings, SettingsError> {
        let mut settings = Settings { servers, ..Settings::without_rows(enabled, hash) };
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

    fn without_rows(enabled: bool, hash: String) -> Settings {
        let (exact, nested) = (HashMap::new(), HashMap::new());
        Settings { enabled, hash, channels: Vec::new(), exact, nested, servers: Servers::default() }
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
    /// Returns the built-in settings without their Realtime server.
    fn default() -> Settings {
        Settings { servers: Servers::default(), ..Settings::built_in() }
    }
}

const BUILT_IN: &str = include_str!("built_in.json");

const DEFAULT_HASH: &str = "1lK90n16tnnylJpJ0Xa7Km6_KxA";
