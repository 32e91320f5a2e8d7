//! Where the application stands on a channel, as the server names it (`ext.recover` of docs/protocol.md).

use serde::Serialize;
use serde::ser::SerializeStruct;
use wasm_bindgen::JsValue;

use super::frame::{RawFields, field_of};

/// The newest entry of a channel that the application has.
#[derive(Clone, Debug)]
pub(super) struct Position {
    pub(super) epoch: Option<String>,
    /// As it lies in JavaScript: it changes with each message, and is read at the next join.
    pub(super) id: JsValue,
}

impl Position {
    /// None where the value is no position. Any JSON may come from a server.
    pub(super) fn read(value: &JsValue) -> Option<Position> {
        let epoch = field_of(value, RawFields::epoch).as_string();
        value.is_object().then(|| Position { epoch, id: field_of(value, RawFields::id) })
    }

    /// On Realtime V2, whose service keeps it.
    pub(super) fn of_service() -> Position {
        Position { epoch: None, id: JsValue::UNDEFINED }
    }

    /// The application gets an entry. Private messages have no id.
    pub(super) fn got(&mut self, id: JsValue) {
        if !id.is_undefined() {
            self.id = id;
        }
    }

    /// Whether a server that stands at the other position counts as this one does.
    pub(super) fn is_of_epoch(&self, other: Option<&Position>) -> bool {
        other.is_some_and(|other| other.epoch == self.epoch)
    }

    /// Whether both name the same entry.
    pub(super) fn is_at(&self, other: &Position) -> bool {
        self.id == other.id
    }
}

impl Serialize for Position {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Position", 2)?;
        fields.serialize_field("epoch", &self.epoch)?;
        fields.serialize_field("id", &self.id.as_string())?;
        fields.end()
    }
}
