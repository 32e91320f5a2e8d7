//! The frames of messages, and what is spliced from them: missed messages and transcripts.

use serde_json::value::RawValue;

use crate::Encoded;
use crate::encoded::Ends;
use crate::message_id::MessageId;

/// Returns a message. The frame begins with [`MESSAGE`].
pub(in crate::v2) fn message(
    channel: &str,
    name: Option<&str>,
    id: Option<MessageId>,
    payload: Option<&RawValue>,
) -> Encoded {
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
pub(in crate::v2) fn replay(messages: &[Encoded]) -> Encoded {
    let ends = Ends { instead_of: MESSAGE, opening: REPLAY, closing: &|_| "}".to_owned() };
    Encoded::series(messages.iter(), &ends)
}

/// Returns the messages of a transcript. They are variants of the frames that `message` has returned.
/// (guess: transcript-id)
pub(in crate::v2) fn transcript(messages: &[(MessageId, Encoded)]) -> Encoded {
    let closing = |place: usize| {
        let ms = messages.get(place).map(|(id, _)| id.ms()).unwrap_or_default();
        format!(",\"conversation\":true,\"ts\":{}}}", ms / 1_000)
    };
    let ends = Ends { instead_of: MESSAGE, opening: MESSAGE, closing: &closing };
    Encoded::series(messages.iter().map(|(_, frame)| frame), &ends)
}

fn push_field(text: &mut String, name: &str, value: &str) {
    text.push('"');
    text.push_str(name);
    text.push_str("\":");
    text.push_str(&serde_json::to_string(value).unwrap_or_default());
}

/// The beginning of a message, before its channel.
const MESSAGE: &str = r#"{"action":"message","#;
const REPLAY: &str = r#"{"action":"replay","#;
