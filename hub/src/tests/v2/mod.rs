//! Tests of Realtime V2 that read as sentences. A [`Scene`] is a hub with everything that each of its clients has
//! received.

mod broadcast;
mod census;
mod connecting;
mod copies;
mod golden;
mod handlers;
mod limits;
mod presence;
mod reform;
mod replay;
mod rooms;

use std::time::Duration;

use serde_json::{Value, json};
use xano_realtime_protocol::frame::Permissions;

use super::driver::{Delivery, Driver};
use super::inboxes::Inboxes;
use crate::v2::{Address, Publication, User, Visitor};
use crate::{Answer, Call, ConnectionId, Limits, Settings};
use rooms::{HANDLER, TRIGGER, channel, channels, server};

/// The time at the beginning of a scene, in milliseconds since 1970.
const START_MS: u64 = 1_788_471_242_950;

pub(super) struct Scene {
    hub: Driver,
    now_ms: u64,
    inboxes: Inboxes,
}

impl Scene {
    pub(super) fn new() -> Scene {
        Scene::with_channels(channels())
    }

    fn with_channels(channels: Value) -> Scene {
        Scene::limited(&server(channels), &Limits::default())
    }

    /// Creates a scene with one channel, `rooms/{room_id}`, that admits all clients and has the message handler `send`.
    fn with_channel(changes: Value) -> Scene {
        Scene::with_channels(json!([channel(changes)]))
    }

    fn limited(settings: &Value, limits: &Limits) -> Scene {
        let settings = Settings::parse(&settings.to_string()).unwrap();
        let mut scene =
            Scene { hub: Driver::new(settings, limits, "epoch"), now_ms: START_MS, inboxes: Inboxes::default() };
        scene.hub.advance(Duration::from_millis(START_MS));
        scene
    }

    /// Lets time pass.
    fn after_ms(&mut self, ms: u64) {
        self.now_ms += ms;
        self.hub.advance(Duration::from_millis(self.now_ms));
    }

    /// Opens the socket of a client that is not ready yet. A user of table 5 is named by its row.
    fn knocks(&mut self, address: &str, row: Option<i64>) -> ConnectionId {
        let user = row.map(|row_id| User {
            row: Permissions { dbo_id: 5, row_id },
            extras: json!({ "name": name_of(row_id) }).as_object().unwrap().clone(),
        });
        self.hub.open_v2(Visitor { address: Address::parse(address), user: Ok(user) })
    }

    fn is_authenticated(&mut self, id: ConnectionId) {
        let deliveries = self.hub.authenticate(id);
        self.deliver(deliveries);
    }

    /// Opens the socket of an anonymous client that is ready.
    fn opens(&mut self) -> ConnectionId {
        let id = self.knocks("rtmain01", None);
        self.is_authenticated(id);
        id
    }

    /// Opens the socket of a user that is ready.
    fn opens_as(&mut self, row: i64) -> ConnectionId {
        let id = self.knocks("rtmain01", Some(row));
        self.is_authenticated(id);
        id
    }

    /// Opens the socket of an anonymous client that joins and reads the answers.
    pub(super) fn joins(&mut self, channel: &str) -> ConnectionId {
        let id = self.opens();
        self.join(id, channel);
        self.hears(id);
        id
    }

    /// Opens the socket of a user that joins and reads the answers.
    fn joins_as(&mut self, row: i64, channel: &str) -> ConnectionId {
        let id = self.opens_as(row);
        self.join(id, channel);
        self.hears(id);
        id
    }

    pub(super) fn join(&mut self, id: ConnectionId, channel: &str) {
        self.says(id, json!({ "action": "join", "options": { "channel": channel } }));
    }

    fn join_with(&mut self, id: ConnectionId, channel: &str, client_id: &str) {
        self.says(id, json!({ "action": "join", "options": { "channel": channel, "client_id": client_id } }));
    }

    fn leaves(&mut self, id: ConnectionId, channel: &str) {
        self.says(id, json!({ "action": "leave", "options": { "channel": channel }, "payload": null }));
    }

    fn broadcasts(&mut self, id: ConnectionId, channel: &str, payload: impl Into<Value>) {
        self.broadcasts_type(id, channel, "send", payload);
    }

    fn broadcasts_type(&mut self, id: ConnectionId, channel: &str, name: &str, payload: impl Into<Value>) {
        let options = json!({ "channel": channel });
        self.says(id, json!({ "action": "broadcast", "type": name, "options": options, "payload": payload.into() }));
    }

    fn acks(&mut self, id: ConnectionId, channel: &str, message: &str, client_id: Option<&str>) {
        let options = json!({ "channel": channel, "client_id": client_id });
        self.says(id, json!({ "action": "ack", "id": message, "options": options }));
    }

    fn says(&mut self, id: ConnectionId, frame: Value) {
        self.sends(id, &frame.to_string());
    }

    pub(super) fn sends(&mut self, id: ConnectionId, text: &str) {
        let deliveries = self.hub.receive(id, text);
        self.deliver(deliveries);
    }

    pub(super) fn closes(&mut self, id: ConnectionId) {
        let deliveries = self.hub.close(id);
        self.deliver(deliveries);
    }

    /// Publishes a message of the workspace.
    fn publishes(&mut self, channel: &str, message: Option<&str>, data: Value) {
        let data = serde_json::value::to_raw_value(&data).unwrap();
        let publication = Publication { server: "main", channel, message, data: Some(&data) };
        let deliveries = self.hub.publish(publication).unwrap();
        self.deliver(deliveries);
    }

    fn applies(&mut self, settings: &Value) {
        let deliveries = self.hub.apply(Settings::parse(&settings.to_string()).unwrap());
        self.deliver(deliveries);
    }

    /// Returns the frames that a client has received since the last call.
    fn hears(&mut self, id: ConnectionId) -> Vec<Value> {
        self.inboxes.take(id)
    }

    /// Returns the texts that a client has received since the last call.
    pub(super) fn hears_texts(&mut self, id: ConnectionId) -> Vec<String> {
        self.inboxes.take_texts(id)
    }

    fn hears_actions(&mut self, id: ConnectionId) -> Vec<String> {
        self.inboxes.take_actions(id)
    }

    /// Returns the payloads of the frames with this action that a client has received since the last call.
    fn hears_payloads(&mut self, id: ConnectionId, action: &str) -> Vec<Value> {
        let frames = self.hears(id).into_iter().filter(|frame| frame["action"] == action);
        frames.map(|mut frame| frame["payload"].take()).collect()
    }

    /// Returns the message of the only frame that a client has received, which is an error.
    fn hears_refusal(&mut self, id: ConnectionId) -> String {
        self.inboxes.take_refusal(id)
    }

    /// Returns the only open question.
    fn asks(&mut self) -> Call {
        let mut calls = self.asks_all();
        assert_eq!(calls.len(), 1, "{calls:?}");
        calls.remove(0)
    }

    pub(super) fn asks_all(&mut self) -> Vec<Call> {
        self.hub.take_calls()
    }

    fn answers(&mut self, call: Call, answer: Value) {
        self.answers_with(call, Answer::Json(serde_json::value::to_raw_value(&answer).unwrap()));
    }

    fn answers_with(&mut self, call: Call, answer: Answer) {
        let deliveries = self.hub.answer(call.ticket, answer);
        self.deliver(deliveries);
    }

    fn deliver(&mut self, deliveries: Vec<Delivery>) {
        self.inboxes.put(deliveries);
    }
}

/// Returns the body of a question.
fn body(call: &Call) -> Value {
    serde_json::from_str(&call.input).unwrap()
}

fn name_of(row: i64) -> String {
    match row {
        7 => "Jack".to_owned(),
        row => format!("user {row}"),
    }
}
