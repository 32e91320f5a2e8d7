//! Failures in words: what was wrong, and what to do. The codes are part of the public surface.

use wasm_bindgen::JsValue;

use super::app::{self, ConnectionId};
use super::wire;
use crate::session::{ChannelId, Failure};

/// Tells one channel of a connection, or all of them.
pub(super) fn announce(connection: ConnectionId, channel: Option<ChannelId>, failure: Failure) {
    let (code, message) = words(failure);
    let message = match failure {
        Failure::CannotConnect => [message, &url(connection)].concat(),
        _ => message.to_owned(),
    };
    let name = channel.and_then(|channel| {
        let name = app::with(|app| {
            let membership = app
                .connections
                .get(connection)?
                .memberships
                .get(channel as usize)?;
            Some(membership.name.clone())
        })?;
        Some((channel, name))
    });
    let channel = name.as_ref().map(|(channel, name)| (*channel, name));
    wire::announce_error(connection as u32, channel, code, &message);
}

/// The browser would not even make a socket: the address is illegal, or there is no WebSocket here.
pub(super) fn announce_no_socket(connection: ConnectionId, error: &JsValue) {
    let cause = String::from(js_sys::Error::from(error.clone()).to_string());
    let message = [
        "No WebSocket could be made for ",
        &url(connection),
        ": ",
        &cause,
    ]
    .concat();
    wire::announce_error(connection as u32, None, "no_socket", &message);
}

const fn words(failure: Failure) -> (&'static str, &'static str) {
    match failure {
        Failure::Policy => (
            "policy",
            "The server closed the connection because of what this client sent (1008). It is not opened again; realtimeReconnect() opens it.",
        ),
        Failure::Unauthorized => (
            "unauthorized",
            "The server did not accept the realtime auth token (4401). Set another one with setRealtimeAuthToken(), then call realtimeReconnect().",
        ),
        Failure::InvalidToken => (
            "invalid_token",
            "The realtime auth token has characters that a WebSocket handshake cannot carry, a space or a comma for instance. Pass the bare token, without \"Bearer\", then call realtimeReconnect().",
        ),
        Failure::TooLarge => (
            "too_large",
            "The server closed the connection because a message was too large (1009). That message is not sent again.",
        ),
        Failure::CannotConnect => (
            "cannot_connect",
            "Three attempts to connect have failed; trying goes on. Check the connection hash, that Realtime is enabled in the workspace, the network, and the page's CSP (connect-src). The address is ",
        ),
        Failure::NotConnected => (
            "not_connected",
            "The message was not sent: there is no connection, and queueOfflineActions is false for this channel.",
        ),
        Failure::QueueFull => (
            "queue_full",
            "The message was not sent: too many messages are waiting for a connection on this channel (1,000 messages or 1 MiB).",
        ),
    }
}

fn url(connection: ConnectionId) -> String {
    app::with(|app| Some(app.connections.get(connection)?.url.to_string())).unwrap_or_default()
}
