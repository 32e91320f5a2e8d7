//! What can go wrong, one type for each layer. Every text says what to do.

mod sending;

use thiserror::Error;
use wasm_bindgen::JsValue;

use super::failure::Failure;
pub(super) use sending::Unsendable;
pub use sending::{PublishError, SendError};

/// The settings make no client.
///
/// ```no_run,standalone_crate
/// use xano_wasm::{BuildError, XanoClient};
/// assert!(matches!(XanoClient::builder().build(), Err(BuildError::MissingBaseUrl)));
/// ```
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum BuildError {
    /// No base URL was given.
    #[error("there is no base URL: call instance_base_url() or api_group_base_url()")]
    MissingBaseUrl,
    /// No connection hash was given.
    #[error(
        "there is no connection: call realtime_connection_hash() with the hash of the workspace's Realtime Settings, or on \
         Realtime V2 realtime_canonical() with the name of the Realtime server"
    )]
    MissingConnectionHash,
    /// The base URL is none.
    #[error("the base URL {url:?} is none: it has to begin as in https://x8ki-letl-twmt.n7.xano.io")]
    InvalidBaseUrl {
        /// What was given.
        url: String,
    },
    /// The token cannot be sent.
    #[error(transparent)]
    InvalidToken(#[from] InvalidToken),
    /// The program was not compiled for a page or a worker.
    #[error("this client runs in pages and workers: build the program with --target wasm32-unknown-unknown")]
    NotWasm,
    /// A stream that holds nothing hands nothing out.
    #[error("the capacity of streams is 0: give a greater one to stream_capacity()")]
    NoCapacity,
}

/// The token cannot be sent; it is not repeated here.
///
/// ```no_run,standalone_crate
/// # fn demo(client: xano_wasm::XanoClient) {
/// assert!(client.set_realtime_auth_token("Bearer x").is_err());
/// # }
/// ```
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the token has characters that a handshake cannot carry: give the bare token, without \"Bearer\"")]
pub struct InvalidToken;

/// A value from outside does not fit the type that was asked for.
///
/// ```no_run,standalone_crate
/// # fn demo(error: xano_wasm::DecodeError) {
/// println!("{} at {}: {:?}", error.reason, error.path, error.raw);
/// # }
/// ```
#[derive(Clone, Debug, Error, PartialEq)]
#[error("`{path}` does not fit: {reason}; change the type, or take JsValue and look at the raw value")]
pub struct DecodeError {
    /// Which field, such as `scores[2].hero`; `.` is the value as a whole.
    pub path: String,
    /// What was expected and what was there.
    pub reason: String,
    /// The whole value, as it came.
    pub raw: JsValue,
}

/// What the server says about something that it refused.
///
/// ```no_run,standalone_crate
/// # fn demo(error: xano_wasm::ServerError) {
/// if error.code.as_deref() == Some("no_settings") {
///     println!("the workspace has no such channel");
/// }
/// # }
/// ```
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("the server refused: {message}; check the channel's settings, and what was sent")]
pub struct ServerError {
    /// For people.
    pub message: String,
    /// For programs; Xano's own servers give none on Realtime V1.
    pub code: Option<String>,
    /// Realtime V2, with the code `rate_limited`: in how many seconds the next message is taken.
    pub retry_after: Option<u64>,
}

/// An item of a stream that is no value. The stream goes on behind it.
///
/// ```no_run,standalone_crate
/// # async fn demo(channel: xano_wasm::Channel) {
/// use futures::StreamExt;
/// use xano_wasm::ReceiveError;
/// let mut messages = channel.messages::<String>();
/// while let Some(item) = messages.next().await {
///     match item {
///         Ok(message) => println!("{}", message.payload),
///         Err(ReceiveError::Decode(error)) => println!("not a text: {:?}", error.raw),
///         Err(ReceiveError::Lagged { missed }) => println!("{missed} were lost"),
///         Err(error) => println!("{error}"),
///     }
/// }
/// # }
/// ```
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum ReceiveError {
    /// It came, and does not fit the type.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The application was too slow: here so many are missing.
    #[error("{missed} are missing, as the stream was full: take them faster, or raise stream_capacity()")]
    Lagged {
        /// How many.
        missed: u64,
    },
    /// The channel was joined with `recover(true)`, and the server no longer has all that was said while there was no
    /// connection: something is missing here.
    #[error("{}", Failure::Gap.message())]
    Gap,
    /// The channel was joined with `recover(true)`, and it cannot be known whether something is missing here: the server does
    /// not say, and its history does not either.
    #[error("{}", Failure::GapPossible.message())]
    GapPossible,
    /// There was no connection for a while, and now the channel is joined again. It was joined without `recover(true)`. On
    /// channels of Realtime V2 that deliver at least once this is never told: what was missed comes by itself.
    #[error("what was said while there was no connection may be missing here: on V1 history() has what is kept")]
    Interrupted,
    /// Realtime V2: a message has failed three times ([`Message::fail`](crate::Message::fail)), and is acknowledged.
    #[error("{}", Failure::Poisoned.message())]
    Poisoned,
    /// The server refused something on this channel, such as joining it.
    #[error(transparent)]
    Refused(#[from] ServerError),
}

/// An answer of the server could not be had.
///
/// ```no_run,standalone_crate
/// # async fn demo(channel: xano_wasm::Channel) {
/// match channel.history::<String>().await {
///     Ok(entries) => println!("{} kept", entries.len()),
///     Err(error) => println!("{error}"),
/// }
/// # }
/// ```
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum AnswerError {
    /// The server refused, or something else was refused on this channel while its answer was awaited.
    #[error(transparent)]
    Refused(#[from] ServerError),
    /// No answer came.
    #[error("the server did not answer within 15 seconds: look at client.connection_status(), and ask again")]
    TimedOut,
    /// The connection is closed for good, so that no answer can come.
    #[error("the connection is closed for good: look at client.connection_status(), then call realtime_reconnect()")]
    Stopped,
    /// Realtime V2 has no history that can be asked for.
    #[error(
        "Realtime V2 has no history to ask for: the channel's settings decide whether the transcript comes behind a join"
    )]
    NotOnV2,
    /// The channel was left, or the client was dropped, before the answer came.
    #[error("the channel was left meanwhile: keep its handle until the answer is there")]
    Closed,
}

/// A request of the API failed.
///
/// ```no_run,standalone_crate
/// # async fn demo(client: xano_wasm::XanoClient) {
/// use xano_wasm::HttpError;
/// match client.get::<Vec<String>>("/heroes", &[]).await {
///     Ok(heroes) => println!("{heroes:?}"),
///     Err(HttpError::Status { status: 401, .. }) => println!("log in first"),
///     Err(error) => println!("{error}"),
/// }
/// # }
/// ```
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum HttpError {
    /// The body is nothing that JSON can say.
    #[error("the body cannot be written as JSON: {0}; change its type's Serialize")]
    Encode(String),
    /// No answer came.
    #[error("no answer came: {0}; check the URL, the network, CORS, and the page's CSP (connect-src)")]
    Network(String),
    /// The server answered with another status than 2xx.
    #[error("the server answered {status}; `body` is what it said")]
    Status {
        /// The HTTP status.
        status: u16,
        /// Its body: what its JSON says, or else its text.
        body: JsValue,
    },
    /// The answer does not fit the type.
    #[error(transparent)]
    Decode(#[from] DecodeError),
}
