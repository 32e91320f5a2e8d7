//! A frame with what this client knows of it.

use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;

use super::actions::ActionName;
use super::codec::decode;
use super::delivery::Delivery;
use super::error::DecodeError;
use super::frame::{RawFields, RawFrame};
use super::version::RealtimeVersion;

/// What streams are told of. Frames are decoded by who takes them.
#[derive(Clone)]
pub(super) struct Received {
    pub(super) frame: RawFrame,
    pub(super) version: RealtimeVersion,
    /// Whether it came while there was no connection.
    pub(super) replayed: bool,
    /// Where the service waits for an acknowledgement.
    pub(super) delivery: Option<Delivery>,
}

/// Where a type of messages is read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reads {
    /// The payload.
    Payload,
    /// On Realtime V2 the type of the message and the payload, on V1 the payload.
    TypeAndPayload,
}

impl Received {
    pub(super) fn on_v1(frame: &RawFrame, replayed: bool) -> Received {
        Received { frame: frame.clone(), version: RealtimeVersion::V1, replayed, delivery: None }
    }

    pub(super) fn on_v2(frame: &RawFrame) -> Received {
        let replayed = frame.kind_v2() == Some(xano_realtime_protocol::v2::Action::Replay);
        Received { frame: frame.clone(), version: RealtimeVersion::V2, replayed, delivery: None }
    }

    pub(super) fn is_v2(&self) -> bool {
        self.version == RealtimeVersion::V2
    }

    /// What it is called; none where this client knows nothing of it, and for an error.
    pub(super) fn name(&self) -> Option<ActionName> {
        if self.is_v2() {
            self.frame.kind_v2().and_then(ActionName::of_v2)
        } else {
            self.frame.kind().and_then(ActionName::of_v1)
        }
    }

    /// What names it, on channels that count what is said.
    pub(super) fn id(&self) -> Option<String> {
        let id = if self.is_v2() { self.frame.top(RawFields::id) } else { self.frame.option(RawFields::id) };
        id.as_string()
    }

    /// Its message as that type.
    pub(super) fn content<T: DeserializeOwned>(&self, reads: Reads) -> Result<T, DecodeError> {
        if self.is_v2() && reads == Reads::TypeAndPayload {
            let whole: &JsValue = self.frame.as_ref();
            decode(whole.clone())
        } else {
            decode(self.frame.payload())
        }
    }
}
