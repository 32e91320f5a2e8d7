//! Parses the JSON of Realtime V2 into commands.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;
use xano_realtime_protocol::frame::Permissions;
use xano_realtime_protocol::v2::Action;

use super::addressee::user;
use super::refusal::Refusal;
use crate::channel_name::is_channel_name;
use crate::command::owned;
use crate::json::{self, object, string};
use crate::message_id::MessageId;

/// A frame of a client. A text that is no frame is one too: a command that is refused in its turn, so that the answers
/// keep the order of the frames.
#[derive(Debug)]
pub struct Command<'a> {
    /// The name of the channel, which is valid; `None` if the frame names none.
    pub channel: Option<Cow<'a, str>>,
    /// The requested action.
    pub request: Request<'a>,
    /// The size of the frame.
    pub bytes: usize,
}

/// The requested action.
#[derive(Debug)]
pub enum Request<'a> {
    /// Asks whether the connection is ready.
    Ping,
    /// Become a member.
    Join {
        /// The name of an anonymous client's cursor.
        client_id: Option<Cow<'a, str>>,
    },
    /// Stop being a member.
    Leave,
    /// Send a message.
    Broadcast(Broadcast<'a>),
    /// Move the cursor.
    Ack {
        /// The name of an anonymous client's cursor.
        client_id: Option<Cow<'a, str>>,
        /// The id of the acknowledged message; `None` for a value that is no id.
        id: Option<MessageId>,
    },
    /// Return the members.
    Presence,
    /// Nothing: the frame is refused.
    Refused(Refusal),
}

/// A message to the channel, or to a user on it.
#[derive(Debug)]
pub struct Broadcast<'a> {
    /// The name of the message handler; empty if the frame has none.
    pub message: Cow<'a, str>,
    /// The user that a direct message is for.
    pub to: Option<Permissions>,
    /// The payload; `None` stands for `null` or no payload.
    pub payload: Option<Cow<'a, RawValue>>,
}

impl Command<'_> {
    /// Returns an owned copy, for a command that has to wait.
    pub(super) fn into_owned(self) -> Command<'static> {
        let request = match self.request {
            Request::Ping => Request::Ping,
            Request::Join { client_id } => Request::Join { client_id: client_id.map(owned) },
            Request::Leave => Request::Leave,
            Request::Broadcast(broadcast) => Request::Broadcast(broadcast.into_owned()),
            Request::Ack { client_id, id } => Request::Ack { client_id: client_id.map(owned), id },
            Request::Presence => Request::Presence,
            Request::Refused(why) => Request::Refused(why),
        };
        Command { channel: self.channel.map(owned), request, bytes: self.bytes }
    }
}

impl Broadcast<'_> {
    pub(super) fn into_owned(self) -> Broadcast<'static> {
        Broadcast { message: owned(self.message), to: self.to, payload: self.payload.map(owned) }
    }
}

/// Parses a frame.
pub(crate) fn parse(text: &str) -> Command<'_> {
    let bytes = text.len();
    let refused = |channel, why| Command { channel, request: Request::Refused(why), bytes };
    let Ok(envelope) = json::frame::<Envelope>(text) else {
        return refused(None, Refusal::BadFrame);
    };
    // guess: bad-frame. The channel of a frame without a usable action is not read.
    let Some(action) = envelope.action.and_then(string) else {
        return refused(None, Refusal::BadFrame);
    };
    let options: RawOptions = envelope.options.and_then(|options| object(options.get()).ok()).unwrap_or_default();
    let name = [options.channel, envelope.channel].into_iter().flatten().find_map(string);
    let channel = name.filter(|name| is_channel_name(name));
    let client_id = match options.client_id.and_then(string).filter(|id| !id.is_empty()) {
        Some(id) if id.len() > CLIENT_ID_BYTES => return refused(channel, Refusal::LongClientId),
        client_id => client_id,
    };
    let request = match Action::from_name(&action) {
        Some(Action::Ping) => return Command { channel: None, request: Request::Ping, bytes },
        Some(Action::Join) => Request::Join { client_id },
        Some(Action::Leave) => Request::Leave,
        Some(Action::Broadcast) => Request::Broadcast(Broadcast {
            message: envelope.message.and_then(string).unwrap_or_default(),
            to: options.to.and_then(user),
            payload: envelope.payload.map(Cow::Borrowed),
        }),
        // The payload of an acknowledgement is never read.
        Some(Action::Ack) => Request::Ack { client_id, id: envelope.id.or(options.id).and_then(id) },
        Some(Action::Presence) => Request::Presence,
        _ => return refused(channel, Refusal::BadFrame),
    };
    if channel.is_none() {
        return refused(None, Refusal::NoName);
    }
    Command { channel, request, bytes }
}

/// All fields are unparsed, because most of them may have any type. `null` counts as absent.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    action: Option<&'a RawValue>,
    #[serde(borrow)]
    channel: Option<&'a RawValue>,
    #[serde(borrow)]
    options: Option<&'a RawValue>,
    #[serde(borrow, rename = "type")]
    message: Option<&'a RawValue>,
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    payload: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
struct RawOptions<'a> {
    #[serde(borrow)]
    channel: Option<&'a RawValue>,
    #[serde(borrow)]
    client_id: Option<&'a RawValue>,
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    to: Option<&'a RawValue>,
}

fn id(value: &RawValue) -> Option<MessageId> {
    let text = string(value)?;
    let has_form = text.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit());
    MessageId::parse(&text).filter(|_| has_form)
}

/// A client's cursor is kept under this name.
pub(super) const CLIENT_ID_BYTES: usize = 255;

#[cfg(test)]
mod tests {
    use super::{Request, parse};

    #[test]
    fn an_id_has_two_numbers_and_stands_at_top_level_or_else_in_the_options() {
        let id = |fields: &str| match parse(&format!(r#"{{"action":"ack","channel":"a",{fields}}}"#)).request {
            Request::Ack { id, .. } => id.map(|id| id.to_string()),
            request => panic!("{request:?}"),
        };
        assert_eq!(id(r#""id":"1-2","options":{"id":"3-4"}"#).as_deref(), Some("1-2"));
        assert_eq!(id(r#""options":{"id":"3-4"}"#).as_deref(), Some("3-4"));
        assert_eq!(id(r#""payload":{"cursor":"3-4"}"#), None);
        for bad in ["7", r#""7""#, r#""+1-2""#, r#""1-2-3""#, r#""-""#, r#""1-99999999999999999999""#] {
            assert_eq!(id(&format!(r#""id":{bad}"#)), None, "{bad}");
        }
    }
}
