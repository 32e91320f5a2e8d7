//! The frames of the server in the words of Realtime V2. The rest of V2 passes in data and never names a field of a
//! frame.

use serde::Serialize;
use serde_json::value::RawValue;
use xano_realtime_protocol::frame::Permissions;
use xano_realtime_protocol::v2::Action;
use xano_realtime_protocol::v2::error::RATE_LIMITED;

use super::refusal::Refusal;
use crate::Encoded;
use crate::encoded::Ends;
use crate::message_id::MessageId;
use crate::presence::{Change, ChangeKind};
use crate::settings::v2::Params;

/// Returns the answer to a ping.
pub(super) fn pong() -> Encoded {
    encoded::<()>(Action::Pong, None, None)
}

/// Returns the acknowledgement of a join. `position` is the cursor of the reader, on a channel with a stream.
pub(super) fn joined(channel: &str, params: &Params, position: Option<&Position>) -> Encoded {
    #[derive(Serialize)]
    struct Joined<'a> {
        joined: bool,
        /// guess: params-empty
        params: &'a Params,
        #[serde(flatten)]
        position: Option<&'a Position>,
    }
    encoded(Action::Join, Some(channel), Some(Joined { joined: true, params, position }))
}

/// The position of a reader at a join.
#[derive(Debug, Serialize)]
pub(super) struct Position {
    cursor: String,
    resumed: bool,
}

impl Position {
    /// Returns the position of a reader with this cursor. (guess: first-join-resumed)
    pub(super) fn at(cursor: Option<MessageId>) -> Position {
        Position { cursor: cursor_text(cursor), resumed: cursor.is_some() }
    }
}

/// Returns the answer to a leave, which also tells a client that the server has removed it. (guess: leave-answer)
pub(super) fn left(channel: &str) -> Encoded {
    encoded(Action::Leave, Some(channel), Some(Empty {}))
}

/// Returns a message. The frame begins with [`MESSAGE`].
pub(super) fn message(channel: &str, name: Option<&str>, id: Option<MessageId>, payload: Option<&RawValue>) -> Encoded {
    let payload = payload.map_or("null", RawValue::get);
    let mut text = String::with_capacity(MESSAGE.len() + channel.len() + payload.len() + 96);
    text.push_str(MESSAGE);
    push_field(&mut text, "channel", channel);
    if let Some(name) = name {
        text.push(',');
        push_field(&mut text, "type", name);
    }
    if let Some(id) = id {
        text.push(',');
        push_field(&mut text, "id", &id.to_string());
    }
    text.push_str(",\"payload\":");
    text.push_str(payload);
    text.push('}');
    Encoded::text(&text)
}

/// Returns missed messages, oldest first. They are variants of the frames that `message` has returned.
pub(super) fn replay(messages: &[Encoded]) -> Encoded {
    let ends = Ends { instead_of: MESSAGE, opening: REPLAY, closing: &|_| "}".to_owned() };
    Encoded::series(messages.iter(), &ends)
}

/// Returns the beginning of a transcript of this number of messages.
pub(super) fn conversation_start(channel: &str, count: usize) -> Encoded {
    #[derive(Serialize)]
    struct Start {
        count: usize,
    }
    encoded(Action::ConversationStart, Some(channel), Some(Start { count }))
}

/// Returns the messages of a transcript. They are variants of the frames that `message` has returned.
/// (guess: transcript-id)
pub(super) fn transcript(messages: &[(MessageId, Encoded)]) -> Encoded {
    let closing = |place: usize| {
        let ms = messages.get(place).map(|(id, _)| id.ms()).unwrap_or_default();
        format!(",\"conversation\":true,\"ts\":{}}}", ms / 1_000)
    };
    let ends = Ends { instead_of: MESSAGE, opening: MESSAGE, closing: &closing };
    Encoded::series(messages.iter().map(|(_, frame)| frame), &ends)
}

/// Returns the end of a transcript. (guess: conversation-end)
pub(super) fn conversation_end(channel: &str) -> Encoded {
    encoded(Action::ConversationEnd, Some(channel), Some(Empty {}))
}

/// The outcome of a broadcast, for its sender.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct Receipt {
    /// The number of recipients on this server.
    pub(super) delivered_local: usize,
    /// The id of the message in the stream.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "as_text")]
    pub(super) id: Option<MessageId>,
    /// Whether the handler has dropped the message.
    #[serde(skip_serializing_if = "is_false")]
    pub(super) dropped: bool,
    /// Whether the message was for one user.
    #[serde(skip_serializing_if = "is_false")]
    pub(super) direct: bool,
}

/// Returns the receipt of a broadcast.
pub(super) fn receipt(channel: &str, receipt: Receipt) -> Encoded {
    encoded(Action::Broadcast, Some(channel), Some(receipt))
}

/// Returns the confirmation of an acknowledgement.
pub(super) fn acknowledged(channel: &str, cursor: Option<MessageId>) -> Encoded {
    #[derive(Serialize)]
    struct Cursor {
        cursor: String,
    }
    encoded(Action::Ack, Some(channel), Some(Cursor { cursor: cursor_text(cursor) }))
}

/// One entry of the presence list: a user, or a socket without one.
#[derive(Debug, Serialize)]
pub(super) struct Member<'a> {
    id: String,
    dbo_id: i64,
    authenticated: bool,
    extras: &'a RawValue,
    joined_at: u64,
}

impl Member<'_> {
    /// Returns the entry of a client. Without a user, it has the id 0. (guess: anonymous-id)
    pub(super) fn new(user: Option<Permissions>, extras: &RawValue, joined_at_ms: u64) -> Member<'_> {
        let Permissions { dbo_id, row_id } = user.unwrap_or_default();
        Member {
            id: row_id.to_string(),
            dbo_id,
            authenticated: user.is_some(),
            extras,
            joined_at: joined_at_ms / 1_000,
        }
    }
}

/// Returns the presence list. `more` is the number of members that it does not name, which is an extension.
pub(super) fn presence_full(channel: &str, members: &[&RawValue], more: usize) -> Encoded {
    #[derive(Serialize)]
    struct Members<'a> {
        members: &'a [&'a RawValue],
        #[serde(skip_serializing_if = "is_zero")]
        more: usize,
    }
    encoded(Action::PresenceFull, Some(channel), Some(Members { members, more }))
}

/// Returns a change of the presence list.
pub(super) fn presence_change(channel: &str, change: &Change) -> Encoded {
    #[derive(Serialize)]
    struct Changed<'a> {
        member: &'a RawValue,
    }
    let action = match change.kind {
        ChangeKind::Join => Action::PresenceJoin,
        ChangeKind::Leave => Action::PresenceLeave,
    };
    encoded(action, Some(channel), Some(Changed { member: &change.client }))
}

/// Returns the error frame of a refusal. It names the channel that the frame named. (guess: error-channel)
pub(super) fn refusal(channel: Option<&str>, why: &Refusal) -> Encoded {
    #[derive(Serialize)]
    struct Error {
        message: String,
        #[serde(flatten)]
        limit: Option<Limit>,
    }
    #[derive(Serialize)]
    struct Limit {
        code: &'static str,
        limit: u32,
        retry_after: u64,
    }
    let limit = match *why {
        Refusal::RateLimited { limit, retry_after } => Some(Limit { code: RATE_LIMITED, limit, retry_after }),
        _ => None,
    };
    encoded(Action::Error, channel, Some(Error { message: why.to_string(), limit }))
}

#[derive(Serialize)]
struct Empty {}

fn encoded<P: Serialize>(action: Action, channel: Option<&str>, payload: Option<P>) -> Encoded {
    #[derive(Serialize)]
    struct Frame<'a, P> {
        action: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        channel: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        payload: Option<P>,
    }
    let text = serde_json::to_string(&Frame { action: action.name(), channel, payload });
    Encoded::text(&text.unwrap_or_default())
}

fn push_field(text: &mut String, name: &str, value: &str) {
    text.push('"');
    text.push_str(name);
    text.push_str("\":");
    text.push_str(&serde_json::to_string(value).unwrap_or_default());
}

fn cursor_text(cursor: Option<MessageId>) -> String {
    cursor.map_or_else(|| START.to_owned(), |cursor| cursor.to_string())
}

fn as_text<S: serde::Serializer>(id: &Option<MessageId>, serializer: S) -> Result<S::Ok, S::Error> {
    match id {
        Some(id) => serializer.collect_str(id),
        None => serializer.serialize_none(),
    }
}

fn is_false(flag: &bool) -> bool {
    !flag
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// The beginning of a message, before its channel.
const MESSAGE: &str = r#"{"action":"message","#;
const REPLAY: &str = r#"{"action":"replay","#;

/// The cursor of a reader that has acknowledged nothing.
const START: &str = "0";
