//! The types of path parameters and of the fields of a payload.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::text::{name, word};

/// The type of a path parameter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object")]
pub struct Parameter {
    /// The name, as it stands in the template between braces.
    pub name: String,
    /// The type of the values.
    #[serde(rename = "type", deserialize_with = "word")]
    pub kind: ParameterType,
    /// A note for people, without effect.
    #[serde(default)]
    pub description: String,
}

/// The types of path parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParameterType {
    /// A whole number of 64 bits.
    Int,
    /// A number.
    Decimal,
    /// `true` or `false`.
    Bool,
    /// Every value.
    Text,
    /// A UUID with its hyphens.
    Uuid,
}

impl ParameterType {
    /// Returns whether a value has the type. A value is a segment of a channel's name, so a decimal has no fraction.
    pub(super) fn accepts(self, value: &str) -> bool {
        match self {
            ParameterType::Int => value.parse::<i64>().is_ok(),
            ParameterType::Decimal => {
                let digits = value.strip_prefix('-').unwrap_or(value);
                !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
            }
            ParameterType::Bool => matches!(value, "true" | "false"),
            ParameterType::Text => true,
            ParameterType::Uuid => is_uuid(value),
        }
    }

    /// Returns what a value must be, as error messages state it.
    pub fn rule(self) -> &'static str {
        match self {
            ParameterType::Int => "a whole number",
            ParameterType::Decimal => "a number",
            ParameterType::Bool => "true or false",
            ParameterType::Text => "a text",
            ParameterType::Uuid => "a UUID",
        }
    }
}

/// A field of a payload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object")]
pub struct InputField {
    /// The key in the payload.
    #[serde(deserialize_with = "name")]
    pub name: String,
    /// The type of the value.
    #[serde(rename = "type", deserialize_with = "word")]
    pub kind: InputType,
    /// Whether a payload without this field is refused.
    #[serde(default)]
    pub required: bool,
    /// A note for people, without effect.
    #[serde(default)]
    pub description: String,
}

/// The types of the fields of a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InputType {
    /// A whole number of 64 bits.
    Int,
    /// A number.
    Decimal,
    /// `true` or `false`.
    Bool,
    /// A string.
    Text,
    /// A string that is a UUID with its hyphens.
    Uuid,
    /// Every value.
    Json,
}

impl InputType {
    /// Returns whether a value has the type. Values are not converted: the text `"5"` is no number.
    fn accepts(self, value: &RawValue) -> bool {
        let json = value.get();
        let text = || serde_json::from_str::<String>(json).ok();
        match self {
            InputType::Int => serde_json::from_str::<i64>(json).is_ok(),
            InputType::Decimal => serde_json::from_str::<f64>(json).is_ok(),
            InputType::Bool => matches!(json, "true" | "false"),
            InputType::Text => text().is_some(),
            InputType::Uuid => text().is_some_and(|text| is_uuid(&text)),
            InputType::Json => true,
        }
    }

    fn rule(self) -> &'static str {
        match self {
            InputType::Int => "a whole number",
            InputType::Decimal => "a number",
            InputType::Bool => "true or false",
            InputType::Text => "a string",
            InputType::Uuid => "a string with a UUID",
            InputType::Json => "JSON",
        }
    }
}

/// The reason why a payload is not accepted. It is sent to the client.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefusedInput {
    /// The payload is not an object, so that it has no fields.
    #[error("payload must be an object, as the message has input fields")]
    NoObject,
    /// A required field is absent.
    #[error("payload.{0} is required")]
    Missing(String),
    /// The value of a field has the wrong type.
    #[error("payload.{name} must be {}", kind.rule())]
    Type {
        /// The name of the field.
        name: String,
        /// The type of the field.
        kind: InputType,
    },
}

/// Checks a payload against the fields of a message. (guess: input-check) A field that is null counts as absent, except for JSON; fields
/// that are not declared are accepted.
pub(super) fn check(fields: &[InputField], payload: &RawValue) -> Result<(), RefusedInput> {
    if fields.is_empty() {
        return Ok(());
    }
    let given: HashMap<String, &RawValue> = serde_json::from_str(payload.get()).map_err(|_| RefusedInput::NoObject)?;
    for InputField { name, kind, required, .. } in fields {
        let value = given.get(name).filter(|value| value.get() != "null" || *kind == InputType::Json);
        match value {
            None if *required => return Err(RefusedInput::Missing(name.clone())),
            Some(value) if !kind.accepts(value) => {
                return Err(RefusedInput::Type { name: name.clone(), kind: *kind });
            }
            _ => {}
        }
    }
    Ok(())
}

/// Returns whether a text is a UUID: 8, 4, 4, 4 and 12 hexadecimal digits between hyphens.
fn is_uuid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}
