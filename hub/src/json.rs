//! The JSON of clients' frames, of both dialects. A dialect leaves all fields unparsed at first, and reads them one by
//! one.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::error::Category;
use serde_json::value::RawValue;

use crate::depth::is_too_deep;
use crate::refusal::Refusal;

/// Parses a whole frame. The error says what is wrong with it.
pub(crate) fn frame<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Refusal> {
    if is_too_deep(text) { Err(Refusal::TooDeep) } else { object(text) }
}

/// Parses an object. serde would also parse an array into a derived struct, so the brace is checked first.
pub(crate) fn object<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Refusal> {
    let is_object = text.trim_ascii_start().starts_with('{');
    match serde_json::from_str(text) {
        Ok(value) if is_object => Ok(value),
        Err(problem) if problem.classify() != Category::Data => {
            Err(Refusal::NotJson { line: problem.line(), column: problem.column() })
        }
        // All fields are unparsed, so a duplicate key is the only possible error of an object.
        _ if is_object => Err(Refusal::KeyTwice),
        _ => Err(Refusal::NotAnObject),
    }
}

/// Returns the text of a string; `None` for any other value.
pub(crate) fn string(value: &RawValue) -> Option<Cow<'_, str>> {
    let borrowed: Result<&str, _> = serde_json::from_str(value.get());
    match borrowed {
        Ok(text) => Some(Cow::Borrowed(text)),
        // A string with escapes, as in "\u0063hat", cannot be borrowed.
        Err(_) => serde_json::from_str(value.get()).map(Cow::Owned).ok(),
    }
}
