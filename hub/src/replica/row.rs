//! The rows of settings that several servers share, in the form in which Redis compares them.

use std::collections::HashMap;

use crate::settings::{ChannelRules, Settings};
use crate::{Hub, Output};

/// The row that a channel follows on a server, and how its history changed before.
///
/// Redis notes with each channel which row it last followed. That is how a channel that no server has in memory loses
/// what its settings no longer allow: at its next use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Unlike that of any other row. A row that is removed and added again is another row.
    pub name: String,
    /// The version of the settings in force on the server.
    pub settings: u64,
    /// How many messages may be shown.
    pub history: usize,
    /// How the row changed before.
    pub past: RowPast,
}

/// How a row changed, as versions of the settings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RowPast {
    /// The version that added the row.
    pub since: u64,
    /// The newest version that lowered its `history`; 0 where none did.
    pub lowered: u64,
    /// The lowest `history` that it ever had.
    pub lowest: usize,
}

/// One version of the settings.
#[derive(Debug, Default)]
pub struct Rows {
    version: u64,
    /// By [`identity`].
    pasts: HashMap<String, RowPast>,
}

impl Rows {
    /// The rows of that version, by [`identity`].
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
    /// Puts shared settings in force. Channels whose row changed are asked for again, so that Redis notes the change.
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

/// Tells a row from the others of the same settings. A row that covers other channels than before is another one.
pub fn identity(rules: &ChannelRules) -> String {
    format!("{}:{}", if rules.wildcard { "nested" } else { "own" }, rules.pattern)
}
