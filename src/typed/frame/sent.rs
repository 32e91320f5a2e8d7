//! What a client sends on Realtime V1.

use serde::Serialize;
use xano_realtime_protocol::Action;

use crate::engine::JoinOptions;
use crate::typed::codec;
use crate::typed::position::Position;

/// What is sent.
#[derive(Serialize)]
struct Sent<'a, P> {
    action: &'a str,
    options: SentOptions<'a>,
    payload: P,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SentOptions<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    socket_id: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    authenticated: bool,
    channel: &'a str,
}

#[derive(Serialize)]
struct JoinPayload<'a> {
    history: bool,
    presence: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<&'a Position>,
}

/// For whom a message is.
#[derive(Clone, Copy, Default)]
pub(in crate::typed) struct Recipients<'a> {
    /// One socket alone.
    pub(in crate::typed) socket_id: Option<&'a str>,
    /// Authenticated members alone.
    pub(in crate::typed) authenticated: bool,
}

/// With the position behind which something may have been missed, where that is asked for.
pub(in crate::typed) fn join(channel: &str, options: JoinOptions, since: Option<&Position>) -> String {
    let payload = JoinPayload {
        history: options.contains(JoinOptions::HISTORY),
        presence: options.contains(JoinOptions::PRESENCE),
        since: since.filter(|_| options.contains(JoinOptions::RECOVER)),
    };
    text(Action::Join, channel, Recipients::default(), &payload).unwrap_or_default()
}

/// A frame that says no more than its action: `leave`, `history`.
pub(in crate::typed) fn bare(action: Action, channel: &str) -> String {
    text(action, channel, Recipients::default(), &()).unwrap_or_default()
}

pub(in crate::typed) fn message<P: Serialize + ?Sized>(
    channel: &str,
    recipients: Recipients<'_>,
    payload: &P,
) -> Result<String, String> {
    text(Action::Message, channel, recipients, payload)
}

pub(in crate::typed) const PING: &str = r#"{"action":"ping"}"#;

fn text<P: Serialize + ?Sized>(
    action: Action,
    channel: &str,
    Recipients { socket_id, authenticated }: Recipients<'_>,
    payload: &P,
) -> Result<String, String> {
    let options = SentOptions { socket_id, authenticated, channel };
    codec::to_json(&codec::encode(&Sent { action: action.name(), options, payload })?)
}
