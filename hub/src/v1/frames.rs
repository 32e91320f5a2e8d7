//! The frames of the server in the words of Realtime V1. The rest of the hub passes in data and never names a field of
//! a frame.

use serde::Deserialize;
use serde_json::value::RawValue;
use xano_realtime_protocol::Action;
use xano_realtime_protocol::extensions::{Extensions, Position};
use xano_realtime_protocol::frame::{Options, Payload, PresenceAction, ServerFrame};

use crate::idempotency::Outcome;
use crate::log_entry::LogEntry;
use crate::message_id::MessageId;
use crate::presence::{Change, ChangeKind};
use crate::{Encoded, Refusal};

/// Returns the answer to a ping.
pub(crate) fn pong() -> Encoded {
    Encoded::text(PONG)
}

/// Returns the acknowledgement of a join, which announces the server's protocol extensions.
pub(crate) fn joined(channel: &str, epoch: &str, newest: Option<MessageId>) -> Encoded {
    let id = newest.map(|id| id.to_string());
    let ext = Extensions::all(Position { epoch, id: id.as_deref() });
    from_server(channel, Action::Join, Payload::Joined { ext })
}

/// Returns the acknowledgement of a leave, which also tells a client that the server has removed it.
pub(crate) fn left(channel: &str) -> Encoded {
    from_server(channel, Action::Leave, Payload::Empty {})
}

/// Returns the presence list. `more` is the number of members that it does not name.
pub(crate) fn presence_list(channel: &str, presence: Vec<&RawValue>, more: usize) -> Encoded {
    from_server(channel, Action::PresenceFull, Payload::PresenceFull { presence, more })
}

/// Returns a presence update.
pub(crate) fn presence_update(channel: &str, change: &Change) -> Encoded {
    let action = match change.kind {
        ChangeKind::Join => PresenceAction::Join,
        ChangeKind::Leave => PresenceAction::Leave,
    };
    from_server(channel, Action::PresenceUpdate, Payload::PresenceUpdate { action, presence: &change.client })
}

/// Returns a history answer. `complete` says whether it contains all messages after the position that the reader named.
pub(crate) fn history(channel: &str, frames: &[Encoded], complete: Option<bool>) -> Encoded {
    let payload = Payload::History { history: [], complete };
    let frame = ServerFrame { action: Action::History, client: None, options: Options::channel(channel), payload };
    let frame = frame.encode();
    // The payload is the last field of the frame, so its list is the last list.
    let (opening, closing) = frame.get().rsplit_once("[]").unwrap_or_default();
    Encoded::spliced(&format!("{opening}["), frames.iter(), &format!("]{closing}"))
}

/// Returns the frame of a log entry. Only the sender's own copy contains the key.
pub(crate) fn log_entry(channel: &str, id: MessageId, entry: &LogEntry<'_>, key: Option<&str>) -> Encoded {
    let id = &id.to_string();
    let frame = match *entry {
        LogEntry::Message { client, authenticated, payload } => ServerFrame {
            action: Action::Message,
            client: Some(client),
            options: Options::Message { authenticated, socket_id: None, channel, id: Some(id), key },
            payload: Payload::AsSent(payload),
        },
        LogEntry::Event { data } => ServerFrame {
            action: Action::Event,
            client: None,
            options: Options::Event { channel, id },
            payload: Payload::Event { data, dbo_id: 0, row_id: 0 },
        },
    };
    encoded(&frame)
}

/// Returns the text of a private message, which has no place in the log of the channel.
pub(crate) fn private_message(
    channel: &str,
    client: &RawValue,
    authenticated: bool,
    recipient: &str,
    payload: Option<&RawValue>,
) -> Box<RawValue> {
    let socket_id = Some(recipient);
    let frame = ServerFrame {
        action: Action::Message,
        client: Some(client),
        options: Options::Message { authenticated, socket_id, channel, id: None, key: None },
        payload: Payload::AsSent(payload),
    };
    frame.encode()
}

/// Returns the answer to a repeated message: the echo of the first one while that is kept, or else an acknowledgement.
pub(crate) fn answer(channel: &str, key: &str, outcome: Outcome, kept: Option<(MessageId, &Encoded)>) -> Encoded {
    let echo = kept.and_then(|(id, frame)| echo(channel, key, id, frame));
    echo.unwrap_or_else(|| ack(channel, key, outcome))
}

/// Returns the acknowledgement of a message without an echo.
pub(crate) fn ack(channel: &str, key: &str, outcome: Outcome) -> Encoded {
    let id = outcome.id.map(|id| id.to_string());
    encoded(&ServerFrame {
        action: Action::Ack,
        client: None,
        options: Options::Channel { channel, key: Some(key) },
        payload: Payload::Ack { id: id.as_deref(), dropped: outcome.is_dropped },
    })
}

/// Returns the `error` frame of a refusal. It names the channel, and the key of the message, if there are any.
pub(crate) fn refusal(channel: Option<&str>, key: Option<&str>, why: &Refusal) -> Encoded {
    let options = match channel {
        Some(channel) => Options::Channel { channel, key },
        None => Options::Socket {},
    };
    encoded(&ServerFrame {
        action: Action::Error,
        client: None,
        options,
        payload: Payload::Error { message: &why.to_string(), code: why.code().name() },
    })
}

/// Encodes a kept message again, with the key.
fn echo(channel: &str, key: &str, id: MessageId, kept: &Encoded) -> Option<Encoded> {
    let text = kept.to_text();
    let Kept { client, options, payload } = serde_json::from_str(&text).ok()?;
    let entry = LogEntry::Message { client, authenticated: options.authenticated, payload };
    Some(log_entry(channel, id, &entry, Some(key)))
}

/// The parts of a kept frame from which an echo is encoded again.
#[derive(Deserialize)]
struct Kept<'a> {
    #[serde(borrow)]
    client: &'a RawValue,
    options: KeptOptions,
    #[serde(borrow)]
    payload: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct KeptOptions {
    authenticated: bool,
}

/// Encodes a frame about a channel that has no sending client.
fn from_server(channel: &str, action: Action, payload: Payload<'_>) -> Encoded {
    encoded(&ServerFrame { action, client: None, options: Options::channel(channel), payload })
}

fn encoded(frame: &ServerFrame<'_>) -> Encoded {
    Encoded::text(frame.encode().get())
}

const PONG: &str = r#"{"action":"pong"}"#;
