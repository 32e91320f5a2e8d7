//! Tests of the hub that read as sentences. A [`Scene`] is a hub with everything that each of its clients has received.

mod driver;
mod events;
mod fuzz;
mod golden;
mod golden_frames;
mod history;
mod inboxes;
mod matrix;
mod messages;
mod permissions;
mod ping;
mod presence;
mod publish;
mod recovery;
mod reform;
mod replica;
mod retention;
mod rooms;
mod triggers;
mod v2;

use serde_json::{Value, json};
use xano_realtime_protocol::frame::{Client, Permissions};

use crate::{Answer, Call, ConnectionId, Limits, Settings};
use driver::{Delivery, Driver};
use inboxes::Inboxes;

const MARVEL: &str = "marvel-chat-room";
const EPOCH: &str = "epoch-of-the-hub";

struct Scene {
    hub: Driver,
    inboxes: Inboxes,
}

impl Scene {
    /// Creates a scene with the built-in settings.
    fn new() -> Scene {
        Scene::with(Settings::default())
    }

    /// Creates a scene with one row, which allows joins and nothing else unless `row` says so.
    fn with_row(pattern: &str, row: Value) -> Scene {
        let mut rules = json!({ "pattern": pattern, "enabled": true, "anonymous_clients": true });
        let (Value::Object(rules_map), Value::Object(row)) = (&mut rules, row) else {
            panic!("a row is an object");
        };
        rules_map.extend(row);
        Scene::with(Settings::parse(&json!({ "channels": [rules] }).to_string()).unwrap())
    }

    fn with(settings: Settings) -> Scene {
        Scene::limited(settings, &Limits::default())
    }

    fn limited(settings: Settings, limits: &Limits) -> Scene {
        Scene { hub: Driver::new(settings, limits, EPOCH), inboxes: Inboxes::default() }
    }

    /// Opens the socket of an anonymous client.
    fn opens(&mut self, name: &str) -> ConnectionId {
        self.hub.open(Client::anonymous(socket_of(name)))
    }

    /// Opens the socket of an authenticated client.
    fn opens_authenticated(&mut self, name: &str) -> ConnectionId {
        let mut client = Client::anonymous(socket_of(name));
        client.extras.insert("name".to_owned(), name.into());
        client.permissions = Permissions { dbo_id: 5, row_id: 7 };
        self.hub.open(client)
    }

    /// Opens the socket of an anonymous client that joins a channel and reads the answers.
    fn joins(&mut self, name: &str, channel: &str) -> ConnectionId {
        let id = self.opens(name);
        self.join(id, channel, json!({ "presence": true }));
        self.hears(id);
        id
    }

    fn join(&mut self, id: ConnectionId, channel: &str, wishes: Value) {
        self.says(id, "join", json!({ "channel": channel }), wishes);
    }

    fn leaves(&mut self, id: ConnectionId, channel: &str) {
        self.says(id, "leave", json!({ "channel": channel }), Value::Null);
    }

    fn messages(&mut self, id: ConnectionId, channel: &str, payload: impl Into<Value>) {
        self.says(id, "message", json!({ "channel": channel }), payload.into());
    }

    fn says(&mut self, id: ConnectionId, action: &str, options: Value, payload: Value) {
        let frame = json!({ "action": action, "options": options, "payload": payload });
        self.sends(id, &frame.to_string());
    }

    fn sends(&mut self, id: ConnectionId, text: &str) {
        let deliveries = self.hub.receive(id, text);
        self.deliver(deliveries);
    }

    /// Sends an event of the workspace.
    fn event(&mut self, channel: &str, data: Value) {
        let data = serde_json::value::to_raw_value(&data).unwrap();
        let deliveries = self.hub.event(channel, Some(&data)).unwrap();
        self.deliver(deliveries);
    }

    fn closes(&mut self, id: ConnectionId) {
        let deliveries = self.hub.close(id);
        self.deliver(deliveries);
    }

    /// Returns the texts that a client has received since the last call.
    fn hears_text(&mut self, id: ConnectionId) -> Vec<String> {
        self.inboxes.take_texts(id)
    }

    /// Returns the frames that a client has received since the last call.
    fn hears(&mut self, id: ConnectionId) -> Vec<Value> {
        self.inboxes.take(id)
    }

    fn hears_actions(&mut self, id: ConnectionId) -> Vec<String> {
        self.inboxes.take_actions(id)
    }

    fn hears_payloads(&mut self, id: ConnectionId) -> Vec<Value> {
        self.hears(id).into_iter().map(|mut frame| frame["payload"].take()).collect()
    }

    /// Returns the message of the only refusal that a client has received.
    fn hears_refusal(&mut self, id: ConnectionId) -> String {
        self.inboxes.take_refusal(id)
    }

    /// Returns the only open question.
    fn asks(&mut self) -> Call {
        let mut calls = self.hub.take_calls();
        assert_eq!(calls.len(), 1, "{calls:?}");
        calls.remove(0)
    }

    fn asks_nothing(&mut self) -> bool {
        self.hub.take_calls().is_empty()
    }

    fn is_answered(&mut self, call: Call, answer: Answer) {
        let deliveries = self.hub.answer(call.ticket, answer);
        self.deliver(deliveries);
    }

    fn deliver(&mut self, deliveries: Vec<Delivery>) {
        self.inboxes.put(deliveries);
    }
}

fn socket_of(name: &str) -> String {
    format!("socket-of-{name}").to_lowercase()
}
