//! The frames of clients, parsed. After this step no code reads raw JSON.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::error::Category;
use serde_json::value::RawValue;
use xano_realtime_protocol::Action;

use crate::channel_name::is_channel_name;
use crate::depth::is_too_deep;
use crate::refusal::{Refusal, Refused};
use crate::v1::recovery::Since;

/// A parsed frame of a client.
#[derive(Debug)]
pub enum Frame<'a> {
    /// Asks whether the server is alive.
    Ping,
    /// Requests an action on a channel.
    Command(Command<'a>),
}

/// A request for an action on a channel.
#[derive(Clone, Debug)]
pub struct Command<'a> {
    /// The name of the channel, which is valid.
    pub channel: Cow<'a, str>,
    /// The requested action.
    pub request: Request<'a>,
    /// The size of the frame.
    pub bytes: usize,
}

/// The requested action.
#[derive(Clone, Debug)]
pub enum Request<'a> {
    /// Become a member.
    Join(JoinOptions),
    /// Stop being a member.
    Leave,
    /// Send a message.
    Message(Message<'a>),
    /// Return the history. With `with_one_client`, return the private messages with one client, of which none are kept.
    History {
        /// Whether private messages are requested.
        with_one_client: bool,
    },
}

/// The options of a join.
#[derive(Clone, Debug, Default)]
pub struct JoinOptions {
    /// Whether the client wants the history.
    pub history: bool,
    /// Whether the client wants the presence list and its updates.
    pub presence: bool,
    /// The position from which the client wants missed messages.
    pub since: Option<Since>,
}

/// A message to the channel, or to one of its members.
#[derive(Clone, Debug)]
pub struct Message<'a> {
    /// The socket id of the recipient of a private message.
    pub recipient: Option<Cow<'a, str>>,
    /// Whether only authenticated members receive it.
    pub authenticated: bool,
    /// The idempotency key, which identifies a repeated message.
    pub key: Option<Cow<'a, str>>,
    /// The payload, forwarded byte for byte; `None` stands for `null` or no payload.
    pub payload: Option<Cow<'a, RawValue>>,
}

impl<'a> Frame<'a> {
    /// Parses a frame. The error says what is wrong with it.
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
    /// Returns the refusal of this frame.
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
    /// Returns the idempotency key, if the command is a message with a key.
    pub fn key(&self) -> Option<&str> {
        match &self.request {
            Request::Message(message) => message.key.as_deref(),
            _ => None,
        }
    }

    /// Returns an owned copy, for a command that has to wait.
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

/// All fields are unparsed, so that an error can name the wrong one. `null` counts as absent.
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

/// serde would also parse an array into a derived struct, so the brace is checked first.
pub(crate) fn object<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Refusal> {
    let is_object = text.trim_ascii_start().starts_with('{');
    match serde_json::from_str(text) {
        Ok(value) if is_object => Ok(value),
        Err(problem) if problem.classify() != Category::Data => {
            Err(Refusal::NotJson { line: problem.line(), column: problem.column() })
        }
        // All fields are unparsed, so a duplicate key is the only possible error of an object.
        _ if is_object => Err(Refusal::KeyTwice),
        _ => Err(Refusal::NotAnObject),
    }
}

fn string<'a>(value: &'a RawValue, field: &'static str) -> Result<Cow<'a, str>, Refusal> {
    let borrowed: Result<&str, _> = serde_json::from_str(value.get());
    match borrowed {
        Ok(text) => Ok(Cow::Borrowed(text)),
        // A string with escapes, as in "\u0063hat", cannot be borrowed.
        Err(_) => serde_json::from_str(value.get()).map(Cow::Owned).map_err(|_| wrong(field, "a string")),
    }
}

/// Parses a label: a text that a client or the server has chosen and that is returned unchanged, such as an id.
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

/// The rule for labels, as error messages state it.
pub(crate) const LABEL: &str = "a string of 1 to 64 printable ASCII characters";

const LABEL_BYTES: usize = 64;

/// The length at which an unknown name is cut in error messages.
const NAME_SHOWN_CHARS: usize = 64;
