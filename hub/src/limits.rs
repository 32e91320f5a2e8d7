//! The limits that the hub enforces.

/// The limits on the channels of one hub. `usize::MAX` switches a limit off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The number of channels that one socket may join.
    pub channels_per_socket: usize,
    /// The number of members that the presence list of a channel names.
    pub presence_members: usize,
    /// The number of bytes that the histories of all channels may hold. Above it, the channel that was unused for the
    /// longest time is removed first.
    pub history_bytes: usize,
    /// The number of bytes that the history of one channel may hold. Above it, its oldest messages are removed first.
    pub history_bytes_per_channel: usize,
    /// The number of seconds that a message is kept.
    pub history_age_seconds: usize,
    /// The number of channels that the hub keeps, with and without members.
    pub channels: usize,
    /// The number of cursors that the hub keeps. Above it, the cursor that was unused for the longest time is removed.
    pub cursors: usize,
}

impl Limits {
    /// The default limits.
    pub const DEFAULT: Limits = Limits {
        channels_per_socket: 1_000,
        presence_members: 1_000,
        history_bytes: 268_435_456,
        history_bytes_per_channel: 16_777_216,
        history_age_seconds: 604_800,
        channels: 100_000,
        cursors: 100_000,
    };
}

impl Default for Limits {
    fn default() -> Limits {
        Limits::DEFAULT
    }
}
