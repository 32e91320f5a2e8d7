//! The requests to handlers and triggers, and what their answers mean.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Serialize;
use serde_json::value::RawValue;
use xano_realtime_protocol::frame::Permissions;

use super::broadcast::Outgoing;
use super::command::Broadcast;
use super::connection::{Connection, Stage};
use super::gates::{Denied, admits};
use super::pending::Asked;
use super::refusal::Refusal;
use super::service::{Service, refusal};
use crate::depth::is_too_deep;
use crate::settings::TriggerUrl;
use crate::settings::v2::{OnFailure, Params};
use crate::triggers::{Answer, Call, Ticket};
use crate::{Closing, ConnectionId, Output};

/// What a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Matter {
    /// Whether a socket may connect.
    Connection,
    /// The join or the message that the socket waits for on the channel.
    Command,
    /// The copy of a message for one recipient.
    Copy(u64),
    /// Nothing: the trigger is told of a leave or a disconnection, and its answer has no effect.
    Notice,
}

/// The body of a request.
#[derive(Serialize)]
struct Body<'a> {
    action: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    realtime_server: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<&'a str>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    params: Option<&'a Params>,
    client: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recipient: Option<&'a RawValue>,
    options: Options<'a>,
    payload: Option<&'a RawValue>,
}

#[derive(Default, Serialize)]
struct Options<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<Permissions>,
}

impl<'a> Body<'a> {
    fn of_server(action: &'static str, connection: &'a Connection) -> Body<'a> {
        Body {
            action,
            realtime_server: connection.server.as_ref().map(|server| &*server.name),
            channel: None,
            message: None,
            params: None,
            client: Some(&connection.client),
            recipient: None,
            options: Options::default(),
            payload: None,
        }
    }

    fn of_channel(
        action: &'static str,
        channel: &'a str,
        params: &'a Params,
        client: Option<&'a RawValue>,
    ) -> Body<'a> {
        Body {
            action,
            realtime_server: None,
            channel: Some(channel),
            message: None,
            params: Some(params),
            client,
            recipient: None,
            options: Options { channel: Some(channel), ..Options::default() },
            payload: None,
        }
    }

    fn call(&self, url: TriggerUrl, connection: ConnectionId, fairly_with: &Arc<str>, matter: Matter) -> Call {
        let input = serde_json::to_string(self).unwrap_or_default().into();
        let matter = crate::triggers::Matter::V2(matter);
        Call { url, input, ticket: Ticket { connection, channel: Arc::clone(fairly_with), matter } }
    }
}

impl Service {
    pub(super) fn ask_about_connection(&mut self, id: ConnectionId, url: TriggerUrl) {
        if let Some(connection) = self.connections.get(&id) {
            let call =
                Body::of_server("connect", connection).call(url, id, &server_key(connection), Matter::Connection);
            self.calls.push(call);
        }
    }

    pub(super) fn tell_of_disconnection(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.get(&id) else {
            return;
        };
        if let Some(url) = connection.server.as_ref().and_then(|server| server.triggers.disconnect.clone()) {
            let call = Body::of_server("disconnect", connection).call(url, id, &server_key(connection), Matter::Notice);
            self.calls.push(call);
        }
    }

    pub(super) fn ask_about_join(
        &mut self,
        id: ConnectionId,
        channel: &str,
        client_id: Option<&str>,
        url: &TriggerUrl,
    ) {
        let (Some(connection), Ok((_, params))) = (self.connections.get(&id), self.settings_for(id, channel)) else {
            return;
        };
        let mut body = Body::of_channel("join", channel, &params, Some(&connection.client));
        body.options.client_id = client_id;
        let call = body.call(url.clone(), id, &connection.address.key(channel).into(), Matter::Command);
        self.calls.push(call);
    }

    pub(super) fn tell_of_leave(&mut self, id: ConnectionId, key: &Arc<str>) {
        let (Some(state), Some(connection)) = (self.channels.get(key), self.connections.get(&id)) else {
            return;
        };
        if let Some(url) = state.settings.triggers.leave.clone() {
            let body = Body::of_channel("leave", &state.name, &state.params, Some(&connection.client));
            let call = body.call(url, id, key, Matter::Notice);
            self.calls.push(call);
        }
    }

    pub(super) fn ask_handler(
        &mut self,
        from: ConnectionId,
        key: &Arc<str>,
        url: TriggerUrl,
        broadcast: &Broadcast<'_>,
    ) {
        let (Some(state), Some(connection)) = (self.channels.get(key), self.connections.get(&from)) else {
            return;
        };
        let mut body = Body::of_channel("broadcast", &state.name, &state.params, Some(&connection.client));
        body.message = Some(&broadcast.message);
        body.options.to = broadcast.to;
        body.payload = broadcast.payload.as_deref();
        let call = body.call(url, from, key, Matter::Command);
        self.calls.push(call);
    }

    /// Asks about the copy of one recipient, whose share of the trigger's time the question takes.
    pub(super) fn ask_about_copy(
        &mut self,
        to: ConnectionId,
        number: u64,
        key: &Arc<str>,
        url: TriggerUrl,
        outgoing: &Outgoing<'_>,
    ) {
        let (Some(state), Some(recipient)) = (self.channels.get(key), self.connections.get(&to)) else {
            return;
        };
        let sender = outgoing.from.and_then(|from| self.connections.get(&from));
        let client = sender.map(|sender| &*sender.client);
        let mut body = Body::of_channel("deliver", &state.name, &state.params, client);
        body.message = outgoing.name;
        body.recipient = Some(&recipient.client);
        body.payload = outgoing.payload;
        let call = body.call(url, to, key, Matter::Copy(number));
        self.calls.push(call);
    }

    /// Handles an answer.
    pub(crate) fn answer(&mut self, ticket: Ticket, answer: Answer, sink: &mut Vec<Output>) {
        let Ticket { connection: id, channel: key, matter } = ticket;
        let crate::triggers::Matter::V2(matter) = matter else {
            return;
        };
        match matter {
            Matter::Notice => {}
            Matter::Connection => self.decide_connection(id, answer, sink),
            Matter::Copy(number) => self.decide_copy(id, &key, number, &answer, sink),
            Matter::Command => {
                let Some(connection) = self.connections.get(&id) else {
                    return;
                };
                let channel = connection.address.name_in(&key);
                self.go_on(id, channel, sink, |service, asked, sink| {
                    if let Err(why) = service.settle(id, channel, asked, answer, sink) {
                        sink.push(refusal(id, Some(channel), &why));
                    }
                });
            }
        }
    }

    fn decide_connection(&mut self, id: ConnectionId, answer: Answer, sink: &mut Vec<Output>) {
        let Some(connection) = self.connections.get_mut(&id).filter(|it| matches!(it.stage, Stage::Asked)) else {
            return;
        };
        match admits(answer) {
            Ok(()) => connection.stage = Stage::Ready,
            Err(Denied::Busy) => {
                self.turn_away(id, &crate::Refusal::TriggerBusy.into(), Closing::Busy, sink);
            }
            Err(Denied::For(reason)) => {
                self.turn_away(id, &Refusal::ConnectionDenied(reason), Closing::Refused, sink);
            }
        }
    }

    /// Carries out the action that was asked about, if the answer allows it.
    fn settle(
        &mut self,
        id: ConnectionId,
        channel: &str,
        asked: Asked,
        answer: Answer,
        sink: &mut Vec<Output>,
    ) -> Result<(), Refusal> {
        match asked {
            Asked::Join { client_id, url } => match admits(answer) {
                Ok(()) => self.admit(id, channel, client_id.as_deref(), &url, sink),
                Err(Denied::Busy) => Err(crate::Refusal::TriggerBusy.into()),
                Err(Denied::For(reason)) => Err(Refusal::JoinDenied(reason)),
            },
            Asked::Broadcast { mut broadcast, message } => match answer {
                Answer::Json(json) if json.get() == "null" => self.note_dropped(id, channel, &broadcast, sink),
                Answer::Json(json) if !is_too_deep(json.get()) => {
                    self.send_handled(id, channel, &broadcast, Some(Cow::Owned(json)), sink)
                }
                _ if message.on_failure == OnFailure::Deliver => {
                    let payload = broadcast.payload.take();
                    self.send_handled(id, channel, &broadcast, payload, sink)
                }
                Answer::Busy => Err(Refusal::HandlerBusy),
                Answer::Json(_) | Answer::NotJson | Answer::Failed => Err(Refusal::HandlerFailed),
            },
        }
    }
}

/// Returns the name under which the questions about connections share the time of a trigger.
fn server_key(connection: &Connection) -> Arc<str> {
    connection.address.canonical().into()
}
