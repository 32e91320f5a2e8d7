//! The client as a Rust library, for pages that are written in Rust (feature `typed`, wasm32 only).
//!
//! ```no_run,standalone_crate
//! use futures::StreamExt;
//! use serde::{Deserialize, Serialize};
//! use xano_wasm::XanoClient;
//!
//! #[derive(Serialize, Deserialize)]
//! struct Line {
//!     name: String,
//!     text: String,
//! }
//!
//! # async fn demo() -> Result<(), Box<dyn std::error::Error>> {
//! let client = XanoClient::builder()
//!     .base_url("https://x8ki-letl-twmt.n7.xano.io/api:abc")
//!     .connection_hash("1lK90n16tnnylJpJ0Xa7Km6_KxA")
//!     .build()?;
//! let channel = client.channel("marvel-chat-room").presence(true).history(true).join();
//! let mut messages = channel.messages::<Line>();
//! channel.send(&Line { name: "Jill".into(), text: "Hello, Avengers".into() })?;
//! while let Some(message) = messages.next().await {
//!     match message {
//!         Ok(message) => println!("{}: {}", message.payload.name, message.payload.text),
//!         Err(error) => println!("{error}"), // and the stream goes on
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! What is received waits in streams that hold 1,000 items; beyond, the oldest make room and the stream says so
//! ([`WhenFull`]). What was said while there was no connection is not recovered: [`ReceiveError::Interrupted`] stands in
//! its place, and [`Channel::history`] has what is kept.
//!
//! Nothing has to be cleaned up: a stream that is dropped is not fed any more, the last handle of a channel that is
//! dropped leaves it, and the last clone of the client closes the socket. Streams end when what they belong to is gone.
//!
//! # Layout
//!
//! - `client`: the client and what it is made of.
//! - `channel`: a channel that was joined: sending, history, presence.
//! - `streams`: what is received, typed; `items`: what they hand out.
//! - `queue`: what waits between a socket and a stream, bounded.
//! - `status`: how the connection stands.
//! - `room`: one channel of a connection, and who hears what comes there; `rooms`: all of them.
//! - `connection`: feeds its session and carries out what that decides; `socket`, `timer` and `page` are its hands.
//! - `token`: the token of a connection, or the closure that gives one.
//! - `http`: requests of the API.
//! - `frame`, `codec`: from the wire to Rust's types and back.
//! - `error`: what can go wrong.

mod channel;
mod client;
mod codec;
mod connection;
mod error;
mod frame;
mod http;
mod items;
mod page;
mod queue;
mod room;
mod rooms;
mod socket;
mod status;
mod streams;
mod timer;
mod token;

pub use channel::{Channel, ChannelBuilder};
pub use client::{ClientBuilder, XanoClient};
pub use error::{
    BuildError, DecodeError, Failure, HistoryError, HttpError, InvalidToken, ReceiveError, SendError, ServerError,
};
pub use items::{Action, Client, Event, Message, Permissions};
pub use queue::WhenFull;
pub use status::{Retry, Status};
pub use streams::{Actions, Events, Messages, PresenceChanges, Statuses};
