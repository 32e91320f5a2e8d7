//! The golden frames of `protocol/fixtures`, which the tests of the client read too.

use serde::Deserialize;
use serde_json::Value;

/// A frame that one side sends to the other.
#[derive(Deserialize)]
pub(super) struct Golden {
    pub(super) name: String,
    pub(super) frame: Value,
}

/// A text that the server refuses.
#[derive(Deserialize)]
pub(super) struct Refused {
    pub(super) text: String,
    #[serde(default)]
    pub(super) channel: Option<String>,
    /// The code of the refusal. Frames of V2 have none.
    #[serde(default)]
    pub(super) code: String,
    pub(super) message: String,
}

/// Reads the frames of a file.
pub(super) fn fixture<T: for<'de> Deserialize<'de>>(text: &str) -> Vec<T> {
    serde_json::from_str(text).unwrap()
}

/// Fails unless every golden frame of a file is among the frames that a server has made.
pub(super) fn assert_are_produced(text: &str, made: &[Value]) {
    for Golden { name, frame } in fixture(text) {
        assert!(made.contains(&frame), "{name}: {frame}\nis not in {made:#?}");
    }
}
