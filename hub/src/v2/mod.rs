//! Realtime V2: its frames, and its own sockets, channels, presence and log, behind the hub's one door.
//!
//! A channel of V2 has another life than one of V1: a cursor for each reader, presence of identities, handlers that make
//! the messages. So it is a type of its own, and a `Service` holds all of them. What does not depend on the dialect is
//! the hub's: encoded frames, histories and their bounds, batches of presence updates, questions to URLs, limits.
//! docs/decisions/013-second-dialect.md has the reasons.
//!
//! The documentation of the wire is docs/protocol-v2.md. A comment with the word *guess* and a name marks where the code
//! follows the guess of that name in the list there.
//!
//! # Layout
//!
//! - `door`: the hub's side: it hands inputs to the service, and makes room for both dialects.
//! - `service`: all sockets and channels of V2, and what it does with a frame.
//! - `command`: parses the frames of clients.
//! - `addressee`: the user that a direct message names.
//! - `frames`: the frames of the server. No other module names their fields.
//! - `refusal`: the errors, with the texts that the original has.
//! - `connection`: a socket: its address, its client, and whether it is ready.
//! - `joined`: the channels that a socket has joined.
//! - `channel`: one channel with its members.
//! - `membership`: joins and leaves.
//! - `broadcast`: messages: who may send, handlers, recipients, receipts.
//! - `copies`: messages whose `deliver` trigger is asked for each recipient.
//! - `publish`: messages of the workspace.
//! - `stream`: the log of a channel: transcript and stream.
//! - `cursors`: how far each reader has acknowledged.
//! - `roster`: presence, one entry per identity.
//! - `rates`: how much each identity sends to each channel.
//! - `pending`: commands that wait behind the question of the same socket and channel.
//! - `questions`: the requests to handlers and triggers.
//! - `answers`: what the answers to them mean.
//! - `gates`: answers of triggers that admit or deny.
//! - `reform`: changed settings of servers and channels in use.
//! - `census`: what operators see of a channel.
//! - `bounds`: what all channels keep, in bytes and number.

mod addressee;
mod answers;
mod bounds;
mod broadcast;
mod census;
mod channel;
pub(crate) mod command;
mod connection;
mod copies;
mod cursors;
mod door;
mod frames;
mod gates;
mod joined;
mod membership;
mod pending;
mod publish;
mod questions;
mod rates;
mod reform;
mod refusal;
mod roster;
mod service;
mod stream;

pub use command::{Broadcast, Command, Request};
pub use connection::{Address, User, Visitor};
pub use publish::Publication;
pub use refusal::Refusal;

pub(crate) use channel::Channel;
pub(crate) use questions::Matter;
pub(crate) use service::Service;
