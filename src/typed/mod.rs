//! The client as a Rust library, for pages that are written in Rust (feature `typed`). It compiles natively, so that editors
//! know its types, and runs in wasm32 alone.
//!
//! # Layout
//!
//! - `builder`: the settings of a client; `client`: the client.
//! - `channel_builder`: a channel that is still to be joined; `channel`: one that was joined: sending, history, presence.
//! - `recipient`: to whom a message goes.
//! - `streams`: what is received, typed; `subscription`: closures on top of them; `items`, `members`,
//!   `actions`: what both hand out.
//! - `received`: a frame with what is known of it; `delivery`: a message of V2 that is not acknowledged yet;
//!   `message_ids`: the numbers of their ids.
//! - `queue`: what waits between a socket and a stream, bounded; `listeners`: the streams of a channel.
//! - `asking`: what waits for an answer of the server.
//! - `status`: how the connection stands.
//! - `realtime`: what the channels of one client share.
//! - `room`: one channel as one client has it.
//! - `shared_channel`: one channel of a connection, with the rooms of every client on it; `shared_channels`: all of them.
//! - `position`: where the application stands on a channel.
//! - `seen`: what the application has seen last, where the server names no position.
//! - `heard`: which entries of a channel the application has got.
//! - `pool`: which connection a channel belongs to.
//! - `connection`: one socket, or the wish for one, and what the engine has it do.
//! - `turns`: the one door to the engine.
//! - `socket`, `timer` and `page`: the hands of a connection.
//! - `token`: the token of a connection, or the closure that gives one; `address`: where its socket goes;
//!   `version`: which Realtime it speaks; `client_id`: as which client, on V2.
//! - `http`: requests of the API.
//! - `frames`: the frames that the engine has, by number.
//! - `frame`, `codec`: from the wire to Rust's types and back.
//! - `error`, `failure`: what can go wrong.

mod actions;
mod address;
mod asking;
mod builder;
mod channel;
mod channel_builder;
mod client;
mod client_id;
mod codec;
mod connection;
mod delivery;
mod error;
mod failure;
mod frame;
mod frames;
mod heard;
mod http;
mod items;
mod listeners;
mod members;
mod message_ids;
mod page;
mod pool;
mod position;
mod queue;
mod realtime;
mod received;
mod recipient;
mod room;
mod seen;
mod shared_channel;
mod shared_channels;
mod socket;
mod status;
mod streams;
mod subscription;
mod timer;
mod token;
mod turns;
mod version;

pub use actions::{Action, ActionName};
pub use builder::ClientBuilder;
pub use channel::{Channel, TypedChannel};
pub use channel_builder::ChannelBuilder;
pub use client::XanoClient;
pub use client_id::ClientId;
pub use error::{
    AnswerError, BuildError, DecodeError, HttpError, InvalidToken, PublishError, ReceiveError, SendError, ServerError,
};
pub use failure::Failure;
pub use items::{Event, Message, Published};
pub use members::{Client, Permissions};
pub use queue::WhenFull;
pub use recipient::{Address, User};
pub use status::{Retry, Status};
pub use streams::{Actions, Events, Messages, PresenceChanges, Statuses};
pub use subscription::Subscription;
pub use version::RealtimeVersion;
