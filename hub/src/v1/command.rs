//! What a client asks for, read from the text of its frame. After this nobody looks at raw JSON again.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::error::Category;
use serde_json::value::RawValue;
use xano_realtime_protocol::Action;

use crate::channel_name::is_channel_name;
use crate::depth::is_too_deep;
use crate::refusal::{Refusal, Refused};
use crate::v1::recovery::Since;

/// A client's frame, understood.
#[derive(Debug)]
pub enum Frame<'a> {
    /// Asks whether the server is there.
    Ping,
    /// Asks for something on a channel.
    Command(Command<'a>),
}

/// What a client asks for on a channel.
#[derive(Clone, Debug)]
pub struct Command<'a> {
    /// Its name, which a channel may have.
    pub channel: Cow<'a, str>,
    /// What to do on it.
    pub request: Request<'a>,
    /// The size of its frame.
    pub bytes: usize,
}

/// What to do on the channel.
#[derive(Clone, Debug)]
pub enum Request<'a> {
    /// To become a member.
    Join(JoinOptions),
    /// To be a member no longer.
    Leave,
    /// To pass a message on.
    Message(Message<'a>),
    /// The kept messages; with `with_one_client` those shared with one client, of which none are kept.
    History {
        /// Whether the messages of one client are asked for.
        with_one_client: bool,
    },
}

/// What a joiner wants to hear besides messages.
#[derive(Clone, Debug, Default)]
pub struct JoinOptions {
    /// The kept messages.
    pub history: bool,
    /// Who is on the channel.
    pub presence: bool,
    /// What was said since then.
    pub since: Option<Since>,
}

/// A message to the channel, or to one of its members.
#[derive(Clone, Debug)]
pub struct Message<'a> {
    /// The socket id of the one member that it is for.
    pub recipient: Option<Cow<'a, str>>,
    /// For authenticated members only.
    pub authenticated: bool,
    /// Under which it is known if it is sent again.
    pub key: Option<Cow<'a, str>>,
    /// As sent, byte for byte; `None` is `null` or nothing.
    pub payload: Option<Cow<'a, RawValue>>,
}

impl<'a> Frame<'a> {
    /// Reads a frame, or says what is wrong with it.
    pub fn parse(text: &'a str) -> Result<Frame<'a>, Refused<'a>> {
        if is_too_deep(text) {
            return Err(Refusal::TooDeep.into());
        }
        let envelope: Envelope = object(text)?;
        let action: Cow<str> = match envelope.action {
            Some(action) => string(action, "action")?,
            None => return Err(Refusal::NoAction.into()),
        };
        if action == Action::Ping.name() {
            return Ok(Frame::Ping);
        }
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
            Err(why) => {
                let is_message = action == Action::Message.name();
                let key = if is_message { options.key().unwrap_or_default() } else { None };
                return Err(Refused { channel, key, why });
            }
        };
        match channel {
            Some(channel) => Ok(Frame::Command(Command { channel, request, bytes: text.len() })),
            None => Err(Refusal::NoChannel.into()),
        }
    }
}

impl Frame<'_> {
    /// The refusal of this frame.
    pub fn refused(self, why: Refusal) -> Refused<'static> {
        match self {
            Frame::Ping => why.into(),
            Frame::Command(command) => {
                let key = command.key().map(|key| Cow::Owned(key.to_owned()));
                Refused { channel: Some(owned(command.channel)), key, why }
            }
        }
    }
}

impl Command<'_> {
    /// The key of a message that has one.
    pub fn key(&self) -> Option<&str> {
        match &self.request {
            Request::Message(message) => message.key.as_deref(),
            _ => None,
        }
    }

    /// The same, for a frame that has to wait.
    pub(crate) fn into_owned(self) -> Command<'static> {
        let request = match self.request {
            Request::Join(join_options) => Request::Join(join_options),
            Request::Leave => Request::Leave,
            Request::Message(message) => Request::Message(message.into_owned()),
            Request::History { with_one_client } => Request::History { with_one_client },
        };
        Command { channel: owned(self.channel), request, bytes: self.bytes }
    }
}

impl Message<'_> {
    fn into_owned(self) -> Message<'static> {
        Message {
            recipient: self.recipient.map(owned),
            authenticated: self.authenticated,
            key: self.key.map(owned),
            payload: self.payload.map(owned),
        }
    }
}

fn owned<T: ToOwned + ?Sized>(value: Cow<'_, T>) -> Cow<'static, T> {
    Cow::Owned(value.into_owned())
}

impl<'a> Request<'a> {
    fn parse(action: &str, options: &RawOptions<'a>, payload: Option<&'a RawValue>) -> Result<Request<'a>, Refusal> {
        match Action::from_name(action) {
            Some(Action::Join) => Ok(Request::Join(JoinOptions::parse(payload)?)),
            Some(Action::Leave) => Ok(Request::Leave),
            Some(Action::Message) => Ok(Request::Message(Message {
                recipient: options.recipient()?,
                authenticated: flag(options.authenticated, "options.authenticated")?,
                key: options.key()?,
                payload: payload.map(Cow::Borrowed),
            })),
            Some(Action::History) => Ok(Request::History { with_one_client: options.recipient()?.is_some() }),
            _ => Err(Refusal::UnknownAction(action.chars().take(NAME_SHOWN_CHARS).collect())),
        }
    }
}

impl JoinOptions {
    fn parse(payload: Option<&RawValue>) -> Result<JoinOptions, Refusal> {
        let Some(payload) = payload else {
            return Ok(JoinOptions::default());
        };
        let join_options: RawJoinOptions = object(payload.get()).map_err(|_| wrong("payload", "an object"))?;
        Ok(JoinOptions {
            history: flag(join_options.history, "payload.history")?,
            presence: flag(join_options.presence, "payload.presence")?,
            since: join_options.since.map(Since::parse).transpose()?,
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
    #[serde(borrow)]
    key: Option<&'a RawValue>,
}

impl<'a> RawOptions<'a> {
    fn recipient(&self) -> Result<Option<Cow<'a, str>>, Refusal> {
        self.socket_id.map(|socket_id| string(socket_id, "options.socketId")).transpose()
    }

    fn key(&self) -> Result<Option<Cow<'a, str>>, Refusal> {
        self.key.map(|key| label(key, "options.key")).transpose()
    }
}

#[derive(Deserialize)]
struct RawJoinOptions<'a> {
    #[serde(borrow)]
    history: Option<&'a RawValue>,
    #[serde(borrow)]
    presence: Option<&'a RawValue>,
    #[serde(borrow)]
    since: Option<&'a RawValue>,
}

/// Derived structs would take an array as well, so the brace is looked for first.
pub(crate) fn object<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Refusal> {
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

/// What somebody made up to be given back, such as an id.
pub(crate) fn label<'a>(value: &'a RawValue, field: &'static str) -> Result<Cow<'a, str>, Refusal> {
    let text = string(value, field).map_err(|_| wrong(field, LABEL))?;
    let is_label = (1..=LABEL_BYTES).contains(&text.len()) && text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if is_label { Ok(text) } else { Err(wrong(field, LABEL)) }
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

pub(crate) fn wrong(field: &'static str, expected: &'static str) -> Refusal {
    Refusal::WrongType { field, expected }
}

/// What a label has to be, in words.
pub(crate) const LABEL: &str = "a string of 1 to 64 printable ASCII characters";

const LABEL_BYTES: usize = 64;

/// Enough to recognise a name; the rest would only be sent back.
const NAME_SHOWN_CHARS: usize = 64;
