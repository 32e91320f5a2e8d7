//! What the clients of a scene have received.

use std::collections::HashMap;

use serde_json::Value;

use super::driver::Delivery;
use crate::{ConnectionId, Encoded};

/// The texts that each client has received and not taken yet.
#[derive(Default)]
pub(super) struct Inboxes(HashMap<ConnectionId, Vec<String>>);

impl Inboxes {
    pub(super) fn put(&mut self, deliveries: Vec<Delivery>) {
        for Delivery { to, frame } in deliveries {
            for id in to {
                self.0.entry(id).or_default().extend(texts(&frame));
            }
        }
    }

    pub(super) fn take_texts(&mut self, id: ConnectionId) -> Vec<String> {
        self.0.remove(&id).unwrap_or_default()
    }

    pub(super) fn take(&mut self, id: ConnectionId) -> Vec<Value> {
        self.take_texts(id).iter().map(|text| serde_json::from_str(text).unwrap()).collect()
    }

    pub(super) fn take_actions(&mut self, id: ConnectionId) -> Vec<String> {
        self.take(id).iter().map(|frame| frame["action"].as_str().unwrap().to_owned()).collect()
    }

    /// Takes the only frame of a client, which is an error, and returns its message.
    pub(super) fn take_refusal(&mut self, id: ConnectionId) -> String {
        let frames = self.take(id);
        assert_eq!(frames.len(), 1, "{frames:?}");
        assert_eq!(frames[0]["action"], "error", "{frames:?}");
        frames[0]["payload"]["message"].as_str().unwrap().to_owned()
    }
}

/// Returns the texts of the frames that leave together.
fn texts(encoded: &Encoded) -> Vec<String> {
    let bytes: Vec<u8> = encoded.pieces().flatten().copied().collect();
    let mut rest = &bytes[..];
    let mut texts = Vec::new();
    while let [0x81, len, ..] = rest {
        let (header, len) = match len {
            126 => (4, usize::from(u16::from_be_bytes([rest[2], rest[3]]))),
            127 => (10, usize::try_from(u64::from_be_bytes(rest[2..10].try_into().unwrap())).unwrap()),
            len => (2, usize::from(*len)),
        };
        texts.push(String::from_utf8(rest[header..header + len].to_vec()).unwrap());
        rest = &rest[header + len..];
    }
    assert!(rest.is_empty(), "{rest:?}");
    texts
}
