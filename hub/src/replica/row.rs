//! The rows of the settings, in the form in which Redis compares them between servers.

use std::collections::HashMap;

use crate::settings::{ChannelRules, Settings};
use crate::{Hub, Output};

/// The row that applies to a channel on a server, with the past changes of its history size.
///
/// Redis stores with each channel the row that was last in force. So a channel that no server has in memory loses, at
/// its next use, the messages that the settings no longer allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The unique name of the row. A row that is removed and added again gets a new name.
    pub name: String,
    /// The version of the settings in force on the server.
    pub settings: u64,
    /// The number of messages that clients may see.
    pub history: usize,
    /// The past changes of the row.
    pub past: RowPast,
}

/// The past changes of a row, as versions of the settings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RowPast {
    /// The version that added the row.
    pub since: u64,
    /// The newest version that lowered its `history`; 0 if none did.
    pub lowered: u64,
    /// The lowest `history` that the row ever had.
    pub lowest: usize,
}

/// The rows of one version of the settings.
#[derive(Debug, Default)]
pub struct Rows {
    version: u64,
    /// The past changes by [`identity`].
    pasts: HashMap<String, RowPast>,
}

impl Rows {
    /// Creates the rows of a version from their past changes by [`identity`].
    pub fn new(version: u64, pasts: HashMap<String, RowPast>) -> Rows {
        Rows { version, pasts }
    }

    pub(crate) fn row(&self, rules: &ChannelRules) -> Row {
        let identity = identity(rules);
        let unknown = RowPast { lowest: rules.history, ..RowPast::default() };
        let past = self.pasts.get(&identity).copied().unwrap_or(unknown);
        Row { name: format!("{}:{identity}", past.since), settings: self.version, history: rules.history, past }
    }
}

impl Hub {
    /// Puts shared settings in force. Requests a snapshot of each channel whose row has changed, so that Redis learns
    /// the change.
    pub(crate) fn adopt(&mut self, settings: Settings, rows: Rows) -> Vec<Output> {
        if let Some(replica) = self.log.replica_mut() {
            replica.rows = rows;
        }
        let deliveries = self.apply(settings);
        if let Some(replica) = self.log.replica_mut() {
            for (channel, state) in &mut self.channels {
                let row = replica.row(&state.rules);
                let Some(channel_replica) = &mut state.replica else { continue };
                let before = std::mem::replace(&mut channel_replica.row, row);
                let is_same =
                    |row: &Row| (&row.name, row.history, row.past) == (&before.name, before.history, before.past);
                if !is_same(&channel_replica.row) {
                    replica.reopen(channel, state);
                }
            }
        }
        deliveries
    }
}

/// Returns the identity of a row within its settings. A row that matches other channels than before has another
/// identity.
pub fn identity(rules: &ChannelRules) -> String {
    format!("{}:{}", if rules.wildcard { "nested" } else { "own" }, rules.pattern)
}
