//! The names of all keys and notification channels in Redis.

use std::fmt::Write;

use ring::digest::{SHA256, digest};

use crate::hub::MessageId;

/// The names of the notification channels of one database.
#[derive(Clone, Debug)]
pub(super) struct Names {
    /// Notifications reach all databases, so their names contain the number of the database.
    database: i64,
}

/// The keys of one channel. They share a hash tag, so that a Redis Cluster stores them together.
#[derive(Debug)]
pub(super) struct ChannelKeys {
    tag: String,
}

impl Names {
    pub(super) fn new(database: i64) -> Names {
        Names { database }
    }

    /// Returns the notification channel of a channel's replica events.
    pub(super) fn notices(&self, channel: &str) -> String {
        format!("{}{channel}", self.notices_prefix())
    }

    pub(super) fn notices_prefix(&self) -> String {
        format!("xano:{}:channel:", self.database)
    }

    /// Returns the notification channel for changed settings.
    pub(super) fn settings_notices(&self) -> String {
        format!("xano:{}:settings", self.database)
    }

    /// Returns the notification channel for disconnected users.
    pub(super) fn disconnect_notices(&self) -> String {
        format!("xano:{}:disconnect", self.database)
    }
}

impl ChannelKeys {
    pub(super) fn of(channel: &str) -> ChannelKeys {
        let digest = digest(&SHA256, channel.as_bytes());
        let mut tag = String::with_capacity(TAG_BYTES * 2);
        for byte in digest.as_ref().iter().take(TAG_BYTES) {
            let _ = write!(tag, "{byte:02x}");
        }
        ChannelKeys { tag }
    }

    /// Returns the key of a channel's state, a hash whose fields `scripts/channel.lua` describes.
    pub(super) fn state(&self) -> String {
        self.key("state")
    }

    /// Returns the key of a channel's log, a stream.
    pub(super) fn said(&self) -> String {
        self.key("said")
    }

    /// Returns the key of a channel's members, a hash by socket id.
    pub(super) fn members(&self) -> String {
        self.key("members")
    }

    /// Returns the key of a message's outcome. It contains the row, because another row has its own idempotency keys.
    pub(super) fn outcome(&self, row: &str, key: &str) -> String {
        format!("xano:{{{}}}:key:{row}:{key}", self.tag)
    }

    /// Returns the key of a list with the names and times of all outcomes of a channel, oldest first.
    pub(super) fn outcomes(&self) -> String {
        self.key("keys")
    }

    fn key(&self, what: &str) -> String {
        format!("xano:{{{}}}:{what}", self.tag)
    }
}

/// Returns the key of a server's lease, which exists while the server is alive.
pub(super) fn lease(node: &str) -> String {
    format!("xano:lease:{node}")
}

/// Returns the key of a set with the channels on which a server has or had members.
pub(super) fn channels_of(node: &str) -> String {
    format!("xano:channels:{node}")
}

/// A set with the names of all servers.
pub(super) const NODES: &str = "xano:nodes";
/// The realtime settings, as JSON.
pub(super) const SETTINGS: &str = "xano:settings";
/// The version of the settings.
pub(super) const SETTINGS_VERSION: &str = "xano:settings:version";
/// A hash with the past changes of each row of the settings.
pub(super) const SETTINGS_ROWS: &str = "xano:settings:rows";
/// A list with the names of the outcomes of all channels, as in [`ChannelKeys::outcomes`].
pub(super) const OUTCOMES: &str = "xano:keys";
/// The key that signs tokens, if no server was given one.
pub(super) const SECRET: &str = "xano:secret";
/// A hash with users as JSON, by id.
pub(super) const USERS: &str = "xano:users";
/// A hash with the ids of users, by e-mail address.
pub(super) const EMAILS: &str = "xano:emails";

/// Returns the start of a range in a stream: an id, or the beginning.
pub(super) fn from(id: Option<MessageId>) -> String {
    id.map_or_else(|| "-".to_owned(), |id| id.to_string())
}

/// Half of the digest is enough, because finding two names with the same half is infeasible.
const TAG_BYTES: usize = 16;
