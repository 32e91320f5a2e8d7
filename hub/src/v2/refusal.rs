//! The errors of V2. Where the original's text is known, ours is the same.

use xano_realtime_protocol::v2::KnownError;

use super::command::CLIENT_ID_BYTES;
use crate::Code;
use crate::settings::v2::{NoChannel, RefusedInput};

/// The reason why a frame, or the whole connection, is refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The connection is not authenticated yet. The frame was dropped.
    #[error("{}", KnownError::NotReady)]
    NotReady,
    /// No server has the canonical in the URL.
    #[error("{}", KnownError::UnknownConnection)]
    UnknownConnection,
    /// The server is switched off. (guess: refusal-reasons)
    #[error("Realtime server is disabled")]
    Disabled,
    /// The server has no active channel. (guess: refusal-reasons)
    #[error("Realtime server has no active channel")]
    NoActiveChannel,
    /// No active channel admits clients without a token. (guess: refusal-reasons)
    #[error("Authentication is required")]
    AuthenticationRequired,
    /// A trigger has denied the connection, for the reason that it gave or for the standard one.
    /// (guess: refusal-reasons)
    #[error("{}", .0.as_deref().unwrap_or("Connection denied"))]
    ConnectionDenied(Option<String>),
    /// A trigger has denied the join. (guess: refusal-reasons)
    #[error("{}", .0.as_deref().unwrap_or("Join denied"))]
    JoinDenied(Option<String>),
    /// The text is no frame, or has an action that clients do not send. (guess: bad-frame)
    #[error("{}", KnownError::Internal)]
    BadFrame,
    /// The client id is longer than a server of ours takes.
    #[error("options.client_id has more than {CLIENT_ID_BYTES} bytes")]
    LongClientId,
    /// The frame names no channel. (guess: bad-frame)
    #[error("{}", KnownError::NoSettings)]
    NoName,
    /// The name is not the name of a channel.
    #[error("{0}")]
    NoChannel(#[from] NoChannel),
    /// The sender has not joined. (guess: not-joined)
    #[error("Client is not connected to this channel")]
    NotJoined,
    /// The channel has no message handler of this name. (guess: missing-type)
    #[error("{}", KnownError::UnknownMessageType(.0))]
    UnknownType(String),
    /// The channel has no direct messages, or the sender is anonymous. (guess: anonymous-direct)
    #[error("{}", KnownError::DirectDisabled)]
    DirectDisabled,
    /// The channel does not let this client send. (guess: publish-refused)
    #[error("Publishing is not allowed on this channel")]
    PublishRefused,
    /// The message handler is for users of another table. (guess: message-auth)
    #[error("This message type is for authenticated clients of its own table")]
    MessageAuth,
    /// The identity has sent as many messages as the channel allows in a minute. (guess: rate-limit)
    #[error("Rate limit exceeded")]
    RateLimited {
        /// The number of messages in a minute.
        limit: u32,
        /// The seconds until the next message is accepted.
        retry_after: u64,
    },
    /// The payload does not fit the fields of the message handler. (guess: input-check)
    #[error("{0}")]
    Payload(#[from] RefusedInput),
    /// The message handler has failed, or its answer is not JSON. (guess: handler-failed)
    #[error("The message handler failed; nothing was sent")]
    HandlerFailed,
    /// The message handler, or the join trigger, has too many questions. (guess: handler-failed)
    #[error("The message handler is busy; nothing was sent, try again later")]
    HandlerBusy,
    /// The reason is one that V1 has too.
    #[error("{0}")]
    Shared(crate::Refusal),
}

impl From<crate::Refusal> for Refusal {
    fn from(why: crate::Refusal) -> Refusal {
        match why {
            // guess: bad-frame
            crate::Refusal::Binary => Refusal::BadFrame,
            why => Refusal::Shared(why),
        }
    }
}

impl Refusal {
    /// Returns the code of this refusal, for metrics. On the wire, only the code of [`Refusal::RateLimited`] appears.
    pub fn code(&self) -> Code {
        match self {
            Refusal::NotReady => Code::NotReady,
            Refusal::UnknownConnection
            | Refusal::Disabled
            | Refusal::NoActiveChannel
            | Refusal::AuthenticationRequired
            | Refusal::ConnectionDenied(_) => Code::ConnectionRefused,
            Refusal::JoinDenied(_) => Code::RefusedByTrigger,
            Refusal::BadFrame | Refusal::LongClientId => Code::BadFrame,
            Refusal::NoName => Code::BadChannel,
            Refusal::NoChannel(_) => Code::NoSettings,
            Refusal::NotJoined => Code::NotJoined,
            Refusal::UnknownType(_) | Refusal::DirectDisabled | Refusal::PublishRefused | Refusal::MessageAuth => {
                Code::NotAllowed
            }
            Refusal::RateLimited { .. } => Code::RateLimited,
            Refusal::Payload(_) => Code::BadPayload,
            Refusal::HandlerFailed => Code::TriggerFailed,
            Refusal::HandlerBusy => Code::Busy,
            Refusal::Shared(why) => why.code(),
        }
    }
}
