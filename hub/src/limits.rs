//! The limits that the hub keeps.

/// How much the channels of one hub may hold. `usize::MAX` switches a limit off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How many channels one socket may be on.
    pub channels_per_socket: usize,
    /// How many members of a channel the presence list names.
    pub presence_members: usize,
    /// How many bytes the histories of all channels may hold; the oldest unused channel goes first.
    pub history_bytes: usize,
    /// How many of them one channel may hold; its oldest messages go first.
    pub history_bytes_per_channel: usize,
    /// How many seconds a message is kept.
    pub history_age_seconds: usize,
    /// How many channels the hub keeps, with and without members.
    pub channels: usize,
}

impl Limits {
    /// The limits of a hub that is told no others.
    pub const DEFAULT: Limits = Limits {
        channels_per_socket: 1_000,
        presence_members: 1_000,
        history_bytes: 268_435_456,
        history_bytes_per_channel: 16_777_216,
        history_age_seconds: 604_800,
        channels: 100_000,
    };
}

impl Default for Limits {
    fn default() -> Limits {
        Limits::DEFAULT
    }
}
