//! What a client asks for, read from the text of its frame. After this nobody looks at raw JSON again.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::error::Category;
use serde_json::value::RawValue;
use xano_realtime_protocol::Action;

use super::refusal::{Refusal, Refused};
use crate::channel_name::is_channel_name;

/// A client's frame, understood.
#[derive(Debug)]
pub(crate) struct Command<'a> {
    pub(crate) channel: Cow<'a, str>,
    pub(crate) request: Request<'a>,
}

/// What to do on the channel.
#[derive(Debug)]
pub(crate) enum Request<'a> {
    Join(Wishes),
    Leave,
    Message(Message<'a>),
    /// The kept messages; with `with_one_client` those shared with one client, of which none are kept.
    History {
        with_one_client: bool,
    },
}

/// What a joiner wants to hear besides messages.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wishes {
    pub(crate) history: bool,
    pub(crate) presence: bool,
}

/// A message to the channel, or to one of its members.
#[derive(Debug)]
pub(crate) struct Message<'a> {
    pub(crate) recipient: Option<Cow<'a, str>>,
    /// For authenticated members only.
    pub(crate) authenticated: bool,
    /// As sent, byte for byte; `None` is `null` or nothing.
    pub(crate) payload: Option<&'a RawValue>,
}

impl<'a> Command<'a> {
    /// Reads a frame, or says what is wrong with it.
    pub(crate) fn parse(text: &'a str) -> Result<Command<'a>, Refused<'a>> {
        let envelope: Envelope = object(text)?;
        let action: Cow<str> = match envelope.action {
            Some(action) => string(action, "action")?,
            None => return Err(Refusal::NoAction.into()),
        };
        let options: RawOptions = match envelope.options {
            Some(options) => object(options.get()).map_err(|_| wrong("options", "an object"))?,
            None => RawOptions::default(),
        };
        let channel = match options.channel {
            Some(channel) => Some(channel_name(channel)?),
            None => None,
        };
        let request = match Request::parse(&action, &options, envelope.payload) {
            Ok(request) => request,
            Err(why) => return Err(Refused { channel, why }),
        };
        match channel {
            Some(channel) => Ok(Command { channel, request }),
            None => Err(Refusal::NoChannel.into()),
        }
    }
}

impl<'a> Request<'a> {
    fn parse(action: &str, options: &RawOptions<'a>, payload: Option<&'a RawValue>) -> Result<Request<'a>, Refusal> {
        match Action::from_name(action) {
            Some(Action::Join) => Ok(Request::Join(Wishes::parse(payload)?)),
            Some(Action::Leave) => Ok(Request::Leave),
            Some(Action::Message) => Ok(Request::Message(Message {
                recipient: options.recipient()?,
                authenticated: flag(options.authenticated, "options.authenticated")?,
                payload,
            })),
            Some(Action::History) => Ok(Request::History { with_one_client: options.recipient()?.is_some() }),
            _ => Err(Refusal::UnknownAction(action.chars().take(NAME_SHOWN_CHARS).collect())),
        }
    }
}

impl Wishes {
    fn parse(payload: Option<&RawValue>) -> Result<Wishes, Refusal> {
        let Some(payload) = payload else {
            return Ok(Wishes::default());
        };
        let wishes: RawWishes = object(payload.get()).map_err(|_| wrong("payload", "an object"))?;
        Ok(Wishes {
            history: flag(wishes.history, "payload.history")?,
            presence: flag(wishes.presence, "payload.presence")?,
        })
    }
}

/// Each field unread, so that a wrong one can be named. `null` counts as absent.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    action: Option<&'a RawValue>,
    #[serde(borrow)]
    options: Option<&'a RawValue>,
    #[serde(borrow)]
    payload: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawOptions<'a> {
    #[serde(borrow)]
    channel: Option<&'a RawValue>,
    #[serde(borrow)]
    socket_id: Option<&'a RawValue>,
    #[serde(borrow)]
    authenticated: Option<&'a RawValue>,
}

impl<'a> RawOptions<'a> {
    fn recipient(&self) -> Result<Option<Cow<'a, str>>, Refusal> {
        self.socket_id.map(|socket_id| string(socket_id, "options.socketId")).transpose()
    }
}

#[derive(Deserialize)]
struct RawWishes<'a> {
    #[serde(borrow)]
    history: Option<&'a RawValue>,
    #[serde(borrow)]
    presence: Option<&'a RawValue>,
}

/// Derived structs would take an array as well, so the brace is looked for first.
fn object<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Refusal> {
    let is_object = text.trim_ascii_start().starts_with('{');
    match serde_json::from_str(text) {
        Ok(value) if is_object => Ok(value),
        Err(problem) if problem.classify() != Category::Data => {
            Err(Refusal::NotJson { line: problem.line(), column: problem.column() })
        }
        // Every field is unread, so a key that comes twice is all that can be wrong with an object.
        _ if is_object => Err(Refusal::KeyTwice),
        _ => Err(Refusal::NotAnObject),
    }
}

fn string<'a>(value: &'a RawValue, field: &'static str) -> Result<Cow<'a, str>, Refusal> {
    let borrowed: Result<&str, _> = serde_json::from_str(value.get());
    match borrowed {
        Ok(text) => Ok(Cow::Borrowed(text)),
        // Escapes, as in "\u0063hat", cannot be borrowed.
        Err(_) => serde_json::from_str(value.get()).map(Cow::Owned).map_err(|_| wrong(field, "a string")),
    }
}

fn channel_name(value: &RawValue) -> Result<Cow<'_, str>, Refusal> {
    let name = string(value, "options.channel")?;
    if is_channel_name(&name) { Ok(name) } else { Err(Refusal::ChannelName) }
}

fn flag(value: Option<&RawValue>, field: &'static str) -> Result<bool, Refusal> {
    match value.map(RawValue::get) {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(wrong(field, "true or false")),
    }
}

fn wrong(field: &'static str, expected: &'static str) -> Refusal {
    Refusal::WrongType { field, expected }
}

/// Enough to recognise a name; the rest would only be sent back.
const NAME_SHOWN_CHARS: usize = 64;
