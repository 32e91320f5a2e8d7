//! The settings of a message handler.

use std::collections::HashSet;

use serde::de::{Deserializer, Error as _};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::error::{ServersError, refuse};
use super::input::{InputField, RefusedInput, check};
use super::lenient::rows;
use super::text::{name, word};
use crate::settings::TriggerUrl;

/// A message handler of a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object")]
pub struct MessageSettings {
    /// The name, which a client gives as the `type` of its broadcast.
    #[serde(deserialize_with = "name")]
    pub name: String,
    /// A note for people, without effect.
    #[serde(default)]
    pub description: String,
    /// Whether the handler is in use. A handler that is switched off is ignored.
    #[serde(default = "yes")]
    pub active: bool,
    /// The table whose users may send, `dbo_id`; `None`: all clients that the channel lets send. In JSON `false` or the
    /// number.
    #[serde(default, deserialize_with = "auth", serialize_with = "write_auth")]
    pub auth: Option<i64>,
    /// The recipients.
    #[serde(default, deserialize_with = "word")]
    pub deliver_to: DeliverTo,
    /// The fields of the payload. Without any, every payload is accepted.
    #[serde(default, deserialize_with = "rows")]
    pub input: Vec<InputField>,
    /// The URL whose answer takes the place of the payload; without one, the payload is passed through.
    #[serde(default)]
    pub handler: Option<TriggerUrl>,
    /// What happens to a message whose handler has failed.
    #[serde(default, deserialize_with = "word")]
    pub on_failure: OnFailure,
}

/// The recipients of a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliverTo {
    /// All members, the sender included.
    #[default]
    Channel,
    /// The sender alone.
    Sender,
    /// All members but the sender.
    Others,
    /// No client.
    Explicit,
}

/// What happens to a message whose handler has failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnFailure {
    /// The sender gets an error.
    #[default]
    Refuse,
    /// The payload is delivered as it was sent.
    Deliver,
}

impl MessageSettings {
    /// Checks a payload against the fields. The error names the field.
    pub fn check_payload(&self, payload: &RawValue) -> Result<(), RefusedInput> {
        check(&self.input, payload)
    }

    /// Checks the fields together.
    pub(super) fn check(&self, place: &str) -> Result<(), ServersError> {
        let mut names = HashSet::new();
        for (at, field) in self.input.iter().enumerate() {
            if !names.insert(&field.name) {
                return refuse(format!("{place}.input[{at}].name"), format!("{:?} stands there twice", field.name));
            }
        }
        Ok(())
    }
}

fn yes() -> bool {
    true
}

fn auth<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    match value.as_i64() {
        _ if value == Value::Bool(false) => Ok(None),
        Some(dbo_id) if dbo_id > 0 => Ok(Some(dbo_id)),
        _ => Err(D::Error::custom(format!(
            "must be false, or the dbo_id of the table whose users may send, not {value}"
        ))),
    }
}

fn write_auth<S: Serializer>(auth: &Option<i64>, serializer: S) -> Result<S::Ok, S::Error> {
    match auth {
        None => serializer.serialize_bool(false),
        Some(dbo_id) => serializer.serialize_i64(*dbo_id),
    }
}
