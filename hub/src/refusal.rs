//! What the server refuses, in words for people and in codes for programs.

use std::borrow::Cow;

use xano_realtime_protocol::Action;
use xano_realtime_protocol::frame::{Options, Payload, ServerFrame};

use crate::channel_name::CHANNEL_NAME_RULE;
use crate::code::Code;
use crate::depth::DEPTH;
use crate::{ConnectionId, Encoded, Output};

/// Why something was refused. The socket stays open.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not JSON.
    #[error("Frame is not JSON (line {line}, column {column})")]
    NotJson {
        /// Where it stops being JSON; the first is 1.
        line: usize,
        /// Likewise.
        column: usize,
    },
    /// An array, a string, a number.
    #[error("Frame is not a JSON object")]
    NotAnObject,
    /// Which of the two values is meant?
    #[error("Frame has a key twice")]
    KeyTwice,
    /// A binary frame.
    #[error("Frame is binary; send text")]
    Binary,
    /// Nothing says what to do.
    #[error("Frame has no action")]
    NoAction,
    /// Nothing says where to do it.
    #[error("Frame has no options.channel")]
    NoChannel,
    /// Nothing that a channel may be called.
    #[error("options.channel {CHANNEL_NAME_RULE}")]
    ChannelName,
    /// Too many frames of late.
    #[error("Too many frames; send more slowly")]
    TooFast,
    /// A field with a value of another type.
    #[error("{field} must be {expected}")]
    WrongType {
        /// Where in the frame.
        field: &'static str,
        /// What belongs there.
        expected: &'static str,
    },
    /// Not one of the actions that clients send.
    #[error("Unknown action {0:?}: clients send join, leave, message and history")]
    UnknownAction(String),
    /// Nothing covers the channel, or the row is switched off.
    #[error("No settings for channel name")]
    NoSettings,
    /// The channel wants to know who joins.
    #[error("Anonymous clients cannot join this channel.")]
    Anonymous,
    /// Only members send and read.
    #[error("Join the channel before you send to it or ask for its history")]
    NotJoined,
    /// The channel's settings say no.
    #[error("{0}")]
    NotAllowed(&'static str),
    /// A frame in which lists and objects are nested too deeply.
    #[error("Frame has more than {DEPTH} lists and objects within each other")]
    TooDeep,
    /// Nobody of that socket id is on the channel.
    #[error("Client is not connected to this channel")]
    RecipientAbsent,
    /// As many channels as a socket may have.
    #[error("This socket is on {0} channels, which is as many as it may join")]
    TooManyChannels(usize),
    /// As many channels as the server may have.
    #[error("This server has {0} channels, which is as many as it may have; try again later")]
    TooManyChannelsInAll(usize),
    /// Other settings cover the channel now.
    #[error("The settings of this channel were replaced, and what it kept is removed; join it again")]
    SettingsReplaced,
    /// The join trigger answered `false`.
    #[error("The channel's trigger refused the join")]
    RefusedByTrigger,
    /// The trigger did not answer, or not with what counts.
    #[error("The channel's trigger failed; nothing was done")]
    TriggerFailed,
    /// The trigger has as much to do as it may.
    #[error("The channel's trigger is busy; nothing was done, try again later")]
    TriggerBusy,
    /// More waits for the trigger's answer than may.
    #[error("Too much waits for the channel's trigger; nothing was done, try again later")]
    WaitingTooLong,
    /// What the servers share cannot be reached.
    #[error("The servers cannot reach what they channel_replica; whether it was done is not known, try again later")]
    Unavailable,
    /// Something was said that nobody has any more.
    #[error(
        "Messages of this channel are lost: the servers lost what they channel_replica, or it does not reach back so far"
    )]
    Gap,
    /// The socket goes on as anonymous.
    #[error("Authentication token was not accepted: {0}")]
    TokenNotAccepted(String),
    /// The socket's token has expired. The socket is closed after this.
    #[error("Authentication token has expired; get a new one and connect again with it")]
    TokenExpired,
}

impl Refusal {
    /// The same, for programs.
    pub fn code(&self) -> Code {
        match self {
            Refusal::NotJson { .. }
            | Refusal::NotAnObject
            | Refusal::KeyTwice
            | Refusal::Binary
            | Refusal::NoAction
            | Refusal::NoChannel
            | Refusal::TooDeep
            | Refusal::WrongType { .. } => Code::BadFrame,
            Refusal::ChannelName => Code::BadChannel,
            Refusal::TooFast => Code::TooFast,
            Refusal::UnknownAction(_) => Code::UnknownAction,
            Refusal::NoSettings => Code::NoSettings,
            Refusal::Anonymous => Code::Anonymous,
            Refusal::NotJoined => Code::NotJoined,
            Refusal::NotAllowed(_) => Code::NotAllowed,
            Refusal::RecipientAbsent => Code::NotConnected,
            Refusal::TooManyChannels(_) => Code::TooManyChannels,
            Refusal::RefusedByTrigger => Code::RefusedByTrigger,
            Refusal::TriggerFailed => Code::TriggerFailed,
            Refusal::TriggerBusy | Refusal::WaitingTooLong | Refusal::TooManyChannelsInAll(_) => Code::Busy,
            Refusal::SettingsReplaced => Code::SettingsReplaced,
            Refusal::Unavailable => Code::Unavailable,
            Refusal::Gap => Code::Gap,
            Refusal::TokenNotAccepted(_) => Code::TokenNotAccepted,
            Refusal::TokenExpired => Code::TokenExpired,
        }
    }

    /// The `error` frame, for the channel that it is about if there is one, and the message on it if that has a key.
    pub fn frame(&self, channel: Option<&str>, key: Option<&str>) -> Encoded {
        let options = match channel {
            Some(channel) => Options::Channel { channel, key },
            None => Options::Socket {},
        };
        let frame = ServerFrame {
            action: Action::Error,
            client: None,
            options,
            payload: Payload::Error { message: &self.to_string(), code: self.code().name() },
        };
        Encoded::frame(&frame)
    }
}

/// A refusal, and the channel and the message that it is about, as far as the frame said so.
#[derive(Debug, PartialEq, Eq)]
pub struct Refused<'a> {
    /// The channel that it names.
    pub channel: Option<Cow<'a, str>>,
    /// The key of its message.
    pub key: Option<Cow<'a, str>>,
    /// What is wrong with it.
    pub why: Refusal,
}

impl Refused<'_> {
    /// The error frame for the socket that sent it.
    pub(super) fn output(&self, to: ConnectionId) -> Output {
        Output::refusal(to, self.channel.as_deref(), self.key.as_deref(), &self.why)
    }
}

impl From<Refusal> for Refused<'_> {
    fn from(why: Refusal) -> Self {
        Refused { channel: None, key: None, why }
    }
}
