//! Refusals: the errors that the server sends, with a text for people and a code for programs.

use std::borrow::Cow;

use crate::channel_name::CHANNEL_NAME_RULE;
use crate::code::Code;
use crate::depth::DEPTH;
use crate::{ConnectionId, Output};

/// The reason why a command was refused. The socket stays open.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The frame is not JSON.
    #[error("Frame is not JSON (line {line}, column {column})")]
    NotJson {
        /// The line of the first invalid character; the first line is 1.
        line: usize,
        /// Its column; the first column is 1.
        column: usize,
    },
    /// The frame is an array, a string or a number.
    #[error("Frame is not a JSON object")]
    NotAnObject,
    /// The frame contains a key twice, so its value is ambiguous.
    #[error("Frame has a key twice")]
    KeyTwice,
    /// The frame is binary.
    #[error("Frame is binary; send text")]
    Binary,
    /// The frame has no action.
    #[error("Frame has no action")]
    NoAction,
    /// The frame has no channel.
    #[error("Frame has no options.channel")]
    NoChannel,
    /// The name of the channel is invalid.
    #[error("options.channel {CHANNEL_NAME_RULE}")]
    ChannelName,
    /// The client exceeds a rate limit.
    #[error("Too many frames; send more slowly")]
    TooFast,
    /// A field has the wrong type.
    #[error("{field} must be {expected}")]
    WrongType {
        /// The path of the field.
        field: &'static str,
        /// A description of the expected value.
        expected: &'static str,
    },
    /// The action is not one that clients send.
    #[error("Unknown action {0:?}: clients send join, leave, message and history")]
    UnknownAction(String),
    /// No row of the settings applies to the channel, or the row is switched off.
    #[error("No settings for channel name")]
    NoSettings,
    /// The channel does not admit anonymous clients.
    #[error("Anonymous clients cannot join this channel.")]
    Anonymous,
    /// Only members may send to a channel and read its history.
    #[error("Join the channel before you send to it or ask for its history")]
    NotJoined,
    /// The settings of the channel do not allow it.
    #[error("{0}")]
    NotAllowed(&'static str),
    /// The frame has too deeply nested lists and objects.
    #[error("Frame has more than {DEPTH} lists and objects within each other")]
    TooDeep,
    /// The recipient is not on the channel.
    #[error("Client is not connected to this channel")]
    RecipientAbsent,
    /// The socket is on as many channels as it may join.
    #[error("This socket is on {0} channels, which is as many as it may join")]
    TooManyChannels(usize),
    /// The server has as many channels as it may have.
    #[error("This server has {0} channels, which is as many as it may have; try again later")]
    TooManyChannelsInAll(usize),
    /// Another row of the settings now applies to the channel.
    #[error("The settings of this channel were replaced, and what it kept is removed; join it again")]
    SettingsReplaced,
    /// The join trigger has answered `false`.
    #[error("The channel's trigger refused the join")]
    RefusedByTrigger,
    /// The trigger has not answered, or its answer is not valid.
    #[error("The channel's trigger failed; nothing was done")]
    TriggerFailed,
    /// The trigger has too many questions.
    #[error("The channel's trigger is busy; nothing was done, try again later")]
    TriggerBusy,
    /// Too many bytes wait for the trigger's answer.
    #[error("Too much waits for the channel's trigger; nothing was done, try again later")]
    WaitingTooLong,
    /// The shared log is unreachable.
    #[error("The servers cannot reach what they share; whether it was done is not known, try again later")]
    Unavailable,
    /// Messages were lost that no server has any more.
    #[error("Messages of this channel are lost: the servers lost what they share, or it does not reach back so far")]
    Gap,
    /// The token was refused, and the socket is anonymous.
    #[error("Authentication token was not accepted: {0}")]
    TokenNotAccepted(String),
    /// The socket's token has expired. The server closes the socket after this error.
    #[error("Authentication token has expired; get a new one and connect again with it")]
    TokenExpired,
}

impl Refusal {
    /// Returns the code of this refusal, for programs.
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
}

/// A refusal with the channel and the message that it concerns, as far as the frame named them.
#[derive(Debug, PartialEq, Eq)]
pub struct Refused<'a> {
    /// The channel that the frame named.
    pub channel: Option<Cow<'a, str>>,
    /// The idempotency key of the message.
    pub key: Option<Cow<'a, str>>,
    /// The reason.
    pub why: Refusal,
}

impl Refused<'_> {
    /// Returns the error frame for the sender.
    pub(super) fn output(&self, to: ConnectionId) -> Output {
        Output::refusal(to, self.channel.as_deref(), self.key.as_deref(), &self.why)
    }
}

impl From<Refusal> for Refused<'_> {
    fn from(why: Refusal) -> Self {
        Refused { channel: None, key: None, why }
    }
}
