//! The realtime settings of a workspace: for V1 the connection hash and the rows of its channel permissions, for V2 the
//! Realtime servers.
//!
//! # Layout
//!
//! - [`Settings`]: finds the row that applies to a channel.
//! - `document`: the settings as JSON, in the shape of Xano's Metadata API.
//! - `triggers`: the trigger URLs of a channel.
//!
//! The servers of V2 are in `v2::settings`.

mod document;
mod triggers;

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

pub use document::{ChannelRules, SettingsError};
pub use triggers::{TriggerUrl, Triggers};

use crate::v2::settings::Servers;
pub use crate::v2::settings::{ServerSettings, ServersError};

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
    /// Returns the built-in settings: `marvel-chat-room` admits all clients, `avengers-only` admits authenticated
    /// clients.
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
        let mut settings = Settings::without_rows(true, hash);
        for rules in [open, members_only] {
            settings.add(Arc::new(rules));
        }
        settings
    }
}

const DEFAULT_HASH: &str = "1lK90n16tnnylJpJ0Xa7Km6_KxA";
