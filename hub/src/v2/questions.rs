//! The requests to handlers and triggers.

use std::sync::Arc;

use serde::Serialize;
use serde_json::value::RawValue;
use xano_realtime_protocol::frame::Permissions;

use super::broadcast::Outgoing;
use super::command::Broadcast;
use super::connection::Connection;
use super::pending::Asked;
use super::service::Service;
use crate::ConnectionId;
use crate::settings::TriggerUrl;
use crate::settings::v2::Params;
use crate::triggers::{Call, Ticket};

/// What a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Matter {
    /// Whether a socket may connect.
    Connection,
    /// The join, the message or the leave that the socket waits for on the channel.
    Command,
    /// The copy of a message for one recipient.
    Copy(u64),
    /// Nothing: the trigger is told of a disconnection, or of a leave behind which no frame waits.
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

    /// Tells the trigger of a leave. Further frames for the channel wait for its answer, whatever that is: the trigger would
    /// take a join that it hears of first for the state of the channel.
    pub(super) fn tell_of_leave(&mut self, id: ConnectionId, key: &Arc<str>) {
        let (Some(state), Some(connection)) = (self.channels.get(key), self.connections.get_mut(&id)) else {
            return;
        };
        if let Some(url) = state.settings.triggers.leave.clone() {
            let body = Body::of_channel("leave", &state.name, &state.params, Some(&connection.client));
            // Changed settings remove a member while one of its questions is open.
            let matter = if connection.waiting.has(&state.name) { Matter::Notice } else { Matter::Command };
            self.calls.push(body.call(url, id, key, matter));
            if matter == Matter::Command {
                connection.waiting.start(&state.name, Asked::Leave);
            }
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
}

/// Returns the request that tells a trigger that a connection has ended.
pub(super) fn end_of_connection(id: ConnectionId, connection: &Connection) -> Option<Call> {
    let url = connection.server.as_ref()?.triggers.disconnect.clone()?;
    Some(Body::of_server("disconnect", connection).call(url, id, &server_key(connection), Matter::Notice))
}

/// Returns the request that tells the trigger of a channel that a socket has left. The trigger has admitted the socket to
/// the channel, and the socket had closed before that.
pub(super) fn end_of_join(id: ConnectionId, connection: &Connection, key: &Arc<str>) -> Option<Call> {
    let channel = connection.address.name_in(key);
    let (settings, params) = connection.server.as_ref()?.channel_for(channel).ok()?;
    let body = Body::of_channel("leave", channel, &params, Some(&connection.client));
    Some(body.call(settings.triggers.leave.clone()?, id, key, Matter::Notice))
}

/// Returns the name under which the questions about connections share the time of a trigger.
fn server_key(connection: &Connection) -> Arc<str> {
    connection.address.canonical().into()
}
