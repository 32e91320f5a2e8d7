//! Failures in words: what was wrong, and what to do. The codes are part of the public surface.

use wasm_bindgen::JsValue;

use super::app::Connection;
use super::{driver, wire};
use crate::session::{ChannelId, Failure};

/// Tells one channel of a connection, or all of them.
pub(super) fn announce(connection: &Connection, channel: Option<ChannelId>, failure: Failure) {
    let (code, message) = words(failure);
    let address = match failure {
        Failure::CannotConnect => wire::text_of(&connection.url),
        _ => String::new(),
    };
    tell(connection, channel, code, &[message, &address]);
}

/// The browser would not even make a socket: the address is illegal, or there is no WebSocket here.
pub(super) fn announce_no_socket(connection: &Connection, error: &JsValue) {
    let (address, cause) = (wire::text_of(&connection.url), wire::text_of(error));
    let remedy = ". Node before 22 needs: globalThis.WebSocket ??= (await import(\"ws\")).default";
    tell(connection, None, "no_socket", &["No WebSocket for ", &address, ": ", &cause, remedy]);
}

/// The token function threw, rejected, or took too long.
pub(super) fn announce_no_token(connection: &Connection, error: &JsValue) {
    let cause = wire::text_of(error);
    let message = "The function given as realtimeAuthToken gave no token; trying goes on. ";
    tell(connection, None, "no_token", &[message, &cause]);
}

fn tell(connection: &Connection, channel: Option<ChannelId>, code: &str, message: &[&str]) {
    let name = channel.map(|channel| driver::name(connection, channel)).unwrap_or_default();
    wire::announce_error(connection.id as u32, channel, &name, code, &message.concat());
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
