//! What things are called in Redis.

use std::fmt::Write;

use ring::digest::{SHA256, digest};

use crate::hub::MessageId;

/// The names of everything in one database.
#[derive(Clone, Debug)]
pub(super) struct Names {
    /// Notices reach every database, so they say which one they are of.
    database: i64,
}

/// The keys of one channel, which all lie in one place of a Redis Cluster.
#[derive(Debug)]
pub(super) struct ChannelKeys {
    tag: String,
}

impl Names {
    pub(super) fn new(database: i64) -> Names {
        Names { database }
    }

    /// Where the notices of a channel are told.
    pub(super) fn notices(&self, channel: &str) -> String {
        format!("{}{channel}", self.notices_prefix())
    }

    pub(super) fn notices_prefix(&self) -> String {
        format!("xano:{}:channel:", self.database)
    }

    /// Where it is told that the settings have changed.
    pub(super) fn settings_notices(&self) -> String {
        format!("xano:{}:settings", self.database)
    }

    /// Where it is told that a user is disconnected.
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

    /// A hash; its fields are named in `scripts/channel.lua`.
    pub(super) fn state(&self) -> String {
        self.key("state")
    }

    /// A stream.
    pub(super) fn said(&self) -> String {
        self.key("said")
    }

    /// A hash, by socket id.
    pub(super) fn members(&self) -> String {
        self.key("members")
    }

    /// What came of a message with that key, under that row: another row has keys of its own.
    pub(super) fn outcome(&self, row: &str, key: &str) -> String {
        format!("xano:{{{}}}:key:{row}:{key}", self.tag)
    }

    /// A list: the names of the channel's outcomes, oldest first, with when each was made.
    pub(super) fn outcomes(&self) -> String {
        self.key("keys")
    }

    fn key(&self, what: &str) -> String {
        format!("xano:{{{}}}:{what}", self.tag)
    }
}

/// Whether a server is alive: gone when it is not.
pub(super) fn lease(node: &str) -> String {
    format!("xano:lease:{node}")
}

/// A set: the channels that a server has had members on.
pub(super) fn channels_of(node: &str) -> String {
    format!("xano:channels:{node}")
}

/// A set: the servers.
pub(super) const NODES: &str = "xano:nodes";
/// The realtime settings, JSON.
pub(super) const SETTINGS: &str = "xano:settings";
/// The version of the settings.
pub(super) const SETTINGS_VERSION: &str = "xano:settings:version";
/// A hash: how each row of the settings changed.
pub(super) const SETTINGS_ROWS: &str = "xano:settings:rows";
/// A list: the names of the outcomes of all channels, as [`ChannelKeys::outcomes`].
pub(super) const OUTCOMES: &str = "xano:keys";
/// The key that signs tokens, where none was given.
pub(super) const SECRET: &str = "xano:secret";
/// A hash: users by id, JSON.
pub(super) const USERS: &str = "xano:users";
/// A hash: ids of users by e-mail address.
pub(super) const EMAILS: &str = "xano:emails";

/// Of a stream, the first id after that one, or any.
pub(super) fn from(id: Option<MessageId>) -> String {
    id.map_or_else(|| "-".to_owned(), |id| id.to_string())
}

/// Half of the digest: nobody makes two names with the same one.
const TAG_BYTES: usize = 16;
