//! What a channel may be called.

/// What is said about a name that is none.
pub const CHANNEL_NAME_RULE: &str = "must be 1 to 255 bytes without control characters";

/// Whether a channel may be called so. Names are kept as long as somebody is on the channel, and shown to admins.
pub fn is_channel_name(name: &str) -> bool {
    (1..=255).contains(&name.len()) && !name.contains(char::is_control)
}
