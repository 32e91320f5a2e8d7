//! The frames of clients after parsing, whatever their dialect. The code behind this step reads no raw JSON.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::recovery::Since;
use crate::refusal::{Refusal, Refused};
use crate::v2;

/// A parsed frame of a client.
#[derive(Debug)]
pub enum Frame<'a> {
    /// Asks whether the server is alive.
    Ping,
    /// Requests an action on a channel.
    Command(Command<'a>),
    /// A frame of Realtime V2. A text that is no frame is a command that is refused in its turn.
    V2(v2::Command<'a>),
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

impl Frame<'_> {
    /// Returns the refusal of this frame.
    pub fn refused(self, why: Refusal) -> Refused<'static> {
        match self {
            Frame::Ping => why.into(),
            Frame::Command(command) => {
                let key = command.key().map(|key| Cow::Owned(key.to_owned()));
                Refused { channel: Some(owned(command.channel)), key, why }
            }
            Frame::V2(command) => Refused { channel: command.channel.map(owned), key: None, why },
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

pub(crate) fn owned<T: ToOwned + ?Sized>(value: Cow<'_, T>) -> Cow<'static, T> {
    Cow::Owned(value.into_owned())
}
