//! The texts in the settings: names, and words of a fixed list.

use serde::Deserialize;
use serde::de::value::StringDeserializer;
use serde::de::{Deserializer, Error as _, IntoDeserializer};

/// Reads the name of a server or of a message.
pub(super) fn name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let name = String::deserialize(deserializer)?;
    if (1..=NAME_BYTES).contains(&name.len()) && !name.contains(char::is_control) {
        return Ok(name);
    }
    Err(D::Error::custom(format!("must be 1 to {NAME_BYTES} bytes without control characters")))
}

/// Reads a canonical. It has no colon, which ends the name of a tenant in the address of a socket.
pub(super) fn canonical<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let canonical = String::deserialize(deserializer)?;
    if (1..=CANONICAL_BYTES).contains(&canonical.len()) && canonical.bytes().all(is_word_byte) {
        return Ok(canonical);
    }
    Err(D::Error::custom(format!("must be 1 to {CANONICAL_BYTES} characters of A-Z, a-z, 0-9, - and _")))
}

/// Reads one of several words. A value that is no string is refused as such.
pub(super) fn word<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let word: StringDeserializer<D::Error> = String::deserialize(deserializer)?.into_deserializer();
    T::deserialize(word)
}

/// Returns whether a byte may stand in a canonical and in the value of a parameter.
pub(super) fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_".contains(&byte)
}

const NAME_BYTES: usize = 255;
const CANONICAL_BYTES: usize = 128;
