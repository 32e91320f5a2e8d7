//! Parses the JSON of Realtime V1 into commands.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;
use xano_realtime_protocol::Action;

use crate::channel_name::is_channel_name;
use crate::command::{Command, Frame, JoinOptions, Message, Request};
use crate::json;
use crate::recovery::Since;
use crate::refusal::{Refusal, Refused};

/// Parses a frame. The error says what is wrong with it.
pub(crate) fn parse(text: &str) -> Result<Frame<'_>, Refused<'_>> {
    let envelope: Envelope = json::frame(text)?;
    let action: Cow<str> = match envelope.action {
        Some(action) => text_of(action, "action")?,
        None => return Err(Refusal::NoAction.into()),
    };
    if action == Action::Ping.name() {
        return Ok(Frame::Ping);
    }
    let options: RawOptions = match envelope.options {
        Some(options) => json::object(options.get()).map_err(|_| wrong("options", "an object"))?,
        None => RawOptions::default(),
    };
    let channel = match options.channel {
        Some(channel) => Some(channel_name(channel)?),
        None => None,
    };
    let request = match request(&action, &options, envelope.payload) {
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

fn request<'a>(action: &str, options: &RawOptions<'a>, payload: Option<&'a RawValue>) -> Result<Request<'a>, Refusal> {
    match Action::from_name(action) {
        Some(Action::Join) => Ok(Request::Join(join_options(payload)?)),
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

fn join_options(payload: Option<&RawValue>) -> Result<JoinOptions, Refusal> {
    let Some(payload) = payload else {
        return Ok(JoinOptions::default());
    };
    let options: RawJoinOptions = json::object(payload.get()).map_err(|_| wrong("payload", "an object"))?;
    Ok(JoinOptions {
        history: flag(options.history, "payload.history")?,
        presence: flag(options.presence, "payload.presence")?,
        since: options.since.map(since).transpose()?,
    })
}

fn since(value: &RawValue) -> Result<Since, Refusal> {
    let since: RawSince = json::object(value.get()).map_err(|_| wrong("payload.since", "an object"))?;
    let Some(epoch) = since.epoch else {
        return Err(wrong("payload.since.epoch", LABEL));
    };
    let epoch = label(epoch, "payload.since.epoch")?.into();
    let id = since.id.map(|id| label(id, "payload.since.id")).transpose()?.map(Into::into);
    Ok(Since { epoch, id })
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
        self.socket_id.map(|socket_id| text_of(socket_id, "options.socketId")).transpose()
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

#[derive(Deserialize)]
struct RawSince<'a> {
    #[serde(borrow)]
    epoch: Option<&'a RawValue>,
    #[serde(borrow)]
    id: Option<&'a RawValue>,
}

fn text_of<'a>(value: &'a RawValue, field: &'static str) -> Result<Cow<'a, str>, Refusal> {
    json::string(value).ok_or_else(|| wrong(field, "a string"))
}

/// Parses a label: a text that a client or the server has chosen and that is returned unchanged, such as an id.
fn label<'a>(value: &'a RawValue, field: &'static str) -> Result<Cow<'a, str>, Refusal> {
    let is_printable = |text: &str| text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    let is_label = |text: &Cow<str>| (1..=LABEL_BYTES).contains(&text.len()) && is_printable(text);
    json::string(value).filter(is_label).ok_or_else(|| wrong(field, LABEL))
}

fn channel_name(value: &RawValue) -> Result<Cow<'_, str>, Refusal> {
    let name = text_of(value, "options.channel")?;
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

/// The rule for labels, as error messages state it.
const LABEL: &str = "a string of 1 to 64 printable ASCII characters";

const LABEL_BYTES: usize = 64;

/// The length at which an unknown name is cut in error messages.
const NAME_SHOWN_CHARS: usize = 64;
