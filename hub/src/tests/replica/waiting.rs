//! Tests of joins that wait for the shared log, on a hub whose requests are answered by hand.

use std::collections::HashMap;

use serde_json::{Value, json};
use xano_realtime_protocol::frame::Client;

use super::super::driver::{Delivery, Driver};
use crate::{ConnectionId, Load, LogRequest, Rows, Snapshot};
use crate::{Limits, Settings};

pub(super) fn hub(limits: &Limits) -> Driver {
    let row = json!({ "pattern": "room/*", "wildcard": true, "enabled": true, "anonymous_clients": true });
    let settings = Settings::parse(&json!({ "channels": [row] }).to_string()).unwrap();
    Driver::replicated(settings, Rows::default(), limits, "node", Load::default())
}

impl Driver {
    pub(super) fn asked(&mut self, from: ConnectionId, action: &str, channel: &str) -> Vec<Delivery> {
        let frame = json!({ "action": action, "options": { "channel": channel }, "payload": null });
        self.receive(from, &frame.to_string())
    }

    /// Answers all requests: each channel has the members that were announced.
    pub(super) fn opens_all(&mut self) -> Vec<Delivery> {
        let mut questions = Vec::new();
        let mut members: HashMap<_, Vec<_>> = HashMap::new();
        for request in self.take_requests() {
            match request {
                LogRequest::Open { channel, question, .. } => questions.push((channel, question)),
                LogRequest::Join { channel, socket_id, member, .. } => {
                    members.entry(channel).or_default().push((socket_id, member));
                }
                _ => {}
            }
        }
        let opened = questions.into_iter().flat_map(|(channel, question)| {
            let members = members.remove(&channel).unwrap_or_default();
            self.opened(&channel, question, snapshot(members))
        });
        opened.collect()
    }
}

/// Returns the snapshot of a channel without entries.
pub(super) fn snapshot(members: Vec<(String, Box<str>)>) -> Snapshot {
    let (newest, hidden, entries) = (None, None, Vec::new());
    Snapshot { epoch: "epoch".into(), version: 1, said: 0, newest, hidden, entries, members }
}

/// Returns the receivers of each frame, with the code of an error or else the action.
pub(super) fn told(deliveries: &[Delivery]) -> Vec<(ConnectionId, String)> {
    let told = deliveries.iter().flat_map(|Delivery { to, frame, .. }| {
        let frame: Value = serde_json::from_str(&frame.to_text()).unwrap();
        let what = frame["payload"]["code"].as_str().or(frame["action"].as_str()).unwrap().to_owned();
        to.iter().map(move |&id| (id, what.clone()))
    });
    told.collect()
}

#[test]
fn a_join_that_waits_while_the_row_is_removed_is_refused_and_the_commands_behind_it_are_handled() {
    let mut hub = hub(&Limits::default());
    let [jill, jack] = ["jill", "jack"].map(|name| hub.open(Client::anonymous(name.to_owned())));
    for id in [jill, jack] {
        assert_eq!(hub.asked(id, "join", "room/1"), []);
    }
    assert_eq!(hub.asked(jill, "leave", "room/1"), [], "it waits");
    hub.take_requests();
    let deliveries = hub.apply(Settings::parse(r#"{ "channels": [] }"#).unwrap());
    let expected = [(jill, "no_settings"), (jill, "leave"), (jack, "no_settings")];
    assert_eq!(told(&deliveries), expected.map(|(id, what)| (id, what.to_owned())));
    let gone = hub.take_requests();
    assert_eq!(gone.iter().filter(|request| matches!(request, LogRequest::Leave { .. })).count(), 2, "{gone:?}");
    assert_eq!(hub.channel_count(), 0);
    let again = hub.asked(jack, "join", "room/1");
    assert_eq!(told(&again), [(jack, "no_settings".to_owned())], "nothing is waited for any more");
}

#[test]
fn waiting_joins_count_as_channels_of_their_socket() {
    let mut hub = hub(&Limits { channels_per_socket: 2, ..Limits::default() });
    let jill = hub.open(Client::anonymous("jill".to_owned()));
    for channel in ["room/1", "room/2"] {
        assert_eq!(hub.asked(jill, "join", channel), []);
    }
    assert_eq!(told(&hub.asked(jill, "join", "room/3")), [(jill, "too_many_channels".to_owned())]);
    assert_eq!(told(&hub.opens_all()), [(jill, "join".to_owned()), (jill, "join".to_owned())]);
    hub.asked(jill, "leave", "room/1");
    assert_eq!(hub.asked(jill, "join", "room/3"), [], "there is room for it again");
}

#[test]
fn a_private_message_that_arrives_during_a_snapshot_request_survives_another_request() {
    let mut hub = hub(&Limits::default());
    let jill = hub.open(Client::anonymous("jill".to_owned()));
    hub.asked(jill, "join", "room/1");
    hub.opens_all();
    hub.mark_stale();
    let frame = json!({ "action": "message", "payload": "psst" });
    assert_eq!(hub.hear("room/1", &json!({ "whisper": { "to": "jill", "frame": frame } }).to_string()), []);
    hub.mark_stale();
    assert_eq!(told(&hub.opens_all()), [(jill, "message".to_owned())]);
}

#[test]
fn joins_that_wait_behind_another_are_answered_even_if_the_row_of_the_channel_is_replaced() {
    let mut hub = hub(&Limits::default());
    let jill = hub.open(Client::anonymous("jill".to_owned()));
    for action in ["join", "leave", "join"] {
        assert_eq!(hub.asked(jill, action, "room/1"), []);
    }
    hub.take_requests();
    let row = json!({ "pattern": "room/1", "enabled": true, "anonymous_clients": true });
    let mut deliveries = hub.apply(Settings::parse(&json!({ "channels": [row] }).to_string()).unwrap());
    deliveries.extend(hub.opens_all());
    let expected = ["settings_replaced", "leave", "join"];
    assert_eq!(told(&deliveries), expected.map(|what| (jill, what.to_owned())));
    assert_eq!(told(&hub.asked(jill, "history", "room/1")), [(jill, "history".to_owned())]);
}

#[test]
fn channels_with_only_a_waiting_join_count_as_channels_of_the_server() {
    let mut hub = hub(&Limits { channels: 2, ..Limits::default() });
    let jill = hub.open(Client::anonymous("jill".to_owned()));
    let answers: Vec<_> = (0..3).flat_map(|number| hub.asked(jill, "join", &format!("room/{number}"))).collect();
    assert_eq!(told(&answers), [(jill, "busy".to_owned())]);
    assert_eq!(hub.channel_count(), 2);
}
