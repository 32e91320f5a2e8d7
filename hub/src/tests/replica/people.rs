//! The clients of the simulation: what they do and what they receive.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Value, json};
use xano_realtime_protocol::frame::Client;

use super::super::driver::Delivery;
use super::{CHANNEL, World};
use crate::{ConnectionId, MessageId};

/// A client that connects to any server, leaves, and later continues from its last position.
#[derive(Default)]
pub(super) struct Person {
    /// The number of its server, and its socket there.
    pub(super) at: Option<(usize, ConnectionId)>,
    pub(super) socket_id: String,
    pub(super) has_joined: bool,
    pub(super) position: Option<(Value, Value)>,
    pub(super) present: HashSet<String>,
    pub(super) heard: Vec<Heard>,
    /// The messages without an answer, by idempotency key, with their payloads.
    pub(super) unanswered: BTreeMap<String, u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// The client has received everything after this entry. `None` is its first visit.
    After(Option<MessageId>),
    Message(MessageId, u64),
    Gap,
}

impl Heard {
    pub(super) fn id(self) -> Option<MessageId> {
        match self {
            Heard::After(id) => id,
            Heard::Message(id, _) => Some(id),
            Heard::Gap => None,
        }
    }
}

impl World {
    /// Connects a client, which continues from its last position and repeats its unanswered messages.
    pub(super) fn comes(&mut self, person: usize, node: usize) {
        if self.people[person].at.is_some() {
            return;
        }
        let socket_id = self.name("socket");
        let id = self.nodes[node].hub.open(Client::anonymous(socket_id.clone()));
        let somebody = &mut self.people[person];
        somebody.at = Some((node, id));
        somebody.socket_id = socket_id;
        let mut wishes = json!({ "presence": true });
        if let Some((epoch, seen)) = &somebody.position {
            wishes["since"] =
                if seen.is_null() { json!({ "epoch": epoch }) } else { json!({ "epoch": epoch, "id": seen }) };
        }
        let again: Vec<_> = somebody.unanswered.iter().map(|(key, payload)| (key.clone(), *payload)).collect();
        self.sends(person, "join", json!({ "channel": CHANNEL }), wishes);
        for (key, payload) in again {
            self.sends(person, "message", json!({ "channel": CHANNEL, "key": key }), payload.into());
        }
    }

    pub(super) fn goes(&mut self, person: usize) {
        let somebody = &mut self.people[person];
        somebody.has_joined = false;
        let Some((node, id)) = somebody.at.take() else {
            return;
        };
        let deliveries = self.nodes[node].hub.close(id);
        self.deliver(node, deliveries);
    }

    pub(super) fn says(&mut self, person: usize) {
        if self.people[person].at.is_none() {
            return;
        }
        self.next_payload += 1;
        let payload = self.next_payload;
        let key = format!("{payload:032}");
        self.people[person].unanswered.insert(key.clone(), payload);
        self.sends(person, "message", json!({ "channel": CHANNEL, "key": key }), payload.into());
    }

    pub(super) fn sends(&mut self, person: usize, action: &str, options: Value, payload: Value) {
        let Some((node, id)) = self.people[person].at else {
            return;
        };
        let frame = json!({ "action": action, "options": options, "payload": payload }).to_string();
        let deliveries = self.nodes[node].hub.receive(id, &frame);
        self.deliver(node, deliveries);
    }

    pub(super) fn deliver(&mut self, node: usize, deliveries: Vec<Delivery>) {
        for Delivery { to, frame, .. } in deliveries {
            let frame: Value = serde_json::from_str(&frame.to_text()).unwrap();
            for id in to {
                if let Some(person) = self.people.iter_mut().find(|person| person.at == Some((node, id))) {
                    person.is_told(&frame);
                }
            }
        }
        let node = &mut self.nodes[node];
        node.requests.extend(node.hub.take_requests());
    }
}

impl Person {
    pub(super) fn is_told(&mut self, frame: &Value) {
        let (options, payload) = (&frame["options"], &frame["payload"]);
        if let Some(key) = options["key"].as_str() {
            self.unanswered.remove(key);
        }
        match frame["action"].as_str().unwrap() {
            "join" => {
                let position = &payload["ext"]["recover"];
                self.has_joined = true;
                if self.heard.is_empty() {
                    self.heard.push(Heard::After(position["id"].as_str().and_then(MessageId::parse)));
                }
                self.position = Some((position["epoch"].clone(), position["id"].clone()));
            }
            "history" => {
                if payload["complete"] == false {
                    self.heard.push(Heard::Gap);
                }
                // The client may have received some of this history before.
                for entry in payload["history"].as_array().unwrap() {
                    self.hears(entry, payload["complete"] == false);
                }
            }
            "message" => self.hears(frame, false),
            "error" if payload["code"] == "gap" => {
                self.heard.push(Heard::Gap);
                // The answers may be among the lost data. A client gives them up after a timeout.
                self.unanswered.clear();
            }
            "presence_full" => {
                let present = payload["presence"].as_array().unwrap();
                self.present = present.iter().map(socket_id).collect();
            }
            "presence_update" if payload["action"] == "join" => {
                assert!(self.present.insert(socket_id(&payload["presence"])), "nobody comes twice: {frame}");
            }
            "presence_update" => {
                assert!(self.present.remove(&socket_id(&payload["presence"])), "nobody goes twice: {frame}");
            }
            _ => {}
        }
    }

    pub(super) fn hears(&mut self, frame: &Value, may_be_known: bool) {
        let id = MessageId::parse(frame["options"]["id"].as_str().unwrap()).unwrap();
        let message = Heard::Message(id, frame["payload"].as_u64().unwrap());
        if frame["options"]["key"].is_string() && self.heard.contains(&message) {
            // The answer to a repeated message.
            return;
        }
        if may_be_known && self.heard.iter().any(|heard| heard.id() >= Some(id)) {
            return;
        }
        self.heard.push(message);
        if let Some((_, seen)) = &mut self.position {
            *seen = frame["options"]["id"].clone();
        }
    }
}

fn socket_id(client: &Value) -> String {
    client["socketId"].as_str().unwrap().to_owned()
}
