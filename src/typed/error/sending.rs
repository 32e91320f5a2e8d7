//! What can go wrong with a message that is sent.

use thiserror::Error;

use super::ServerError;
use crate::typed::failure::Failure;

const NO_TYPE: &str = "a message of Realtime V2 needs a type: give message_type() to the channel, or with_message_type(), or \
    take typed() and an enum";
const NO_ADDRESS: &str = "there is no such recipient, and nothing was sent: Realtime V1 knows sockets and authenticated \
    members, Realtime V2 knows users, and an anonymous member of V2 has no address";

/// What is wrong with a message before it is sent.
pub(in crate::typed) enum Unsendable {
    Encode(String),
    NoType,
    NoAddress,
}

impl From<Unsendable> for SendError {
    fn from(fault: Unsendable) -> Self {
        match fault {
            Unsendable::Encode(cause) => SendError::Encode(cause),
            Unsendable::NoType => SendError::NoType,
            Unsendable::NoAddress => SendError::NoAddress,
        }
    }
}

impl From<Unsendable> for PublishError {
    fn from(fault: Unsendable) -> Self {
        match fault {
            Unsendable::Encode(cause) => PublishError::Encode(cause),
            Unsendable::NoType => PublishError::NoType,
            Unsendable::NoAddress => PublishError::NoAddress,
        }
    }
}

/// A message was not taken.
///
/// ```no_run,standalone_crate
/// # fn demo(channel: &xano_wasm::Channel) {
/// use xano_wasm::SendError;
/// match channel.message(&"Assemble!") {
///     Ok(()) => {}
///     Err(SendError::Refused(failure)) => println!("{}: {}", failure.code(), failure.message()),
///     Err(error) => println!("{error}"),
/// }
/// # }
/// ```
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum SendError {
    /// The payload is nothing that JSON can say.
    #[error("the payload cannot be written as JSON: {0}; change its type's Serialize")]
    Encode(String),
    /// Realtime V2: it has no type.
    #[error("{NO_TYPE}")]
    NoType,
    /// Realtime has no such recipient.
    #[error("{NO_ADDRESS}")]
    NoAddress,
    /// The session does not take it: too much waits already, or it was not to wait.
    #[error("{}", .0.message())]
    Refused(Failure),
    /// The client was dropped, and its channels are closed.
    #[error("the client was dropped: keep a clone of it for as long as its channels are used")]
    ClientDropped,
}

/// It cannot be said that the server has taken a message which was published.
///
/// ```no_run,standalone_crate
/// # async fn demo(channel: xano_wasm::Channel) {
/// use xano_wasm::{Failure, PublishError};
/// match channel.publish(&"Assemble!").await {
///     Ok(_) => {}
///     Err(PublishError::Failed(Failure::Unconfirmed)) => println!("look whether it is there before you say it again"),
///     Err(error) => println!("{error}"),
/// }
/// # }
/// ```
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum PublishError {
    /// The payload is nothing that JSON can say.
    #[error("the payload cannot be written as JSON: {0}; change its type's Serialize")]
    Encode(String),
    /// Realtime V2: it has no type.
    #[error("{NO_TYPE}")]
    NoType,
    /// Realtime has no such recipient.
    #[error("{NO_ADDRESS}")]
    NoAddress,
    /// The server has refused it, or the channel.
    #[error(transparent)]
    Refused(#[from] ServerError),
    /// No answer comes: too much waits already, the connection is closed for good, the server has not answered within 15
    /// seconds of connection, or it has restarted and may have the message ([`Failure::Unconfirmed`]). On Realtime V2 a
    /// connection that ends before the receipt came leaves that open, too.
    #[error("{}", .0.message())]
    Failed(Failure),
    /// The channel was left, or the client was dropped, before the answer came.
    #[error("the channel was left before the server answered: keep its handle until then")]
    Closed,
}
