//! The rule for names of channels.

/// The rule, as error messages state it.
pub const CHANNEL_NAME_RULE: &str = "must be 1 to 255 bytes without control characters";

/// Returns whether a name is valid. Names are kept in memory and shown to admins, so their length and characters are
/// limited.
pub fn is_channel_name(name: &str) -> bool {
    (1..=255).contains(&name.len()) && !name.contains(char::is_control)
}
