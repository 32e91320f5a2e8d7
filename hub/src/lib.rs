//! The hub of a Xano Realtime server: channels, members, permissions and history. It is pure: it has no sockets, no
//! clock and no randomness, so it runs in a server, in a test and in a page.
//!
//! # Contract
//!
//! All access goes through [`Hub::handle`]. It takes an [`Input`] and appends the resulting [`Output`]s to a sink; it
//! returns nothing, never blocks and calls nothing back. The caller carries out the outputs in order:
//!
//! - [`Output::Deliver`]: write the frame to these sockets. [`Output::Refuse`]: do the same, and count the refusal.
//! - [`Output::Ask`]: send the question to the URL, and pass the answer in as [`Input::Answer`].
//! - [`Output::Close`]: close these sockets after the frames that came before.
//! - [`Output::LeftOut`]: count the recipients that do not get a message, and say so to the operator.
//! - [`Output::Log`]: send the request to the log that several servers share, and pass its answer in as [`Input::Log`].
//!
//! All members of a channel see one order if the caller queues the outputs of one input before it passes in the next
//! one. A frame is parsed once, with [`Dialect::parse`], before it is passed in. Time passes only through
//! [`Input::Time`].
//!
//! ```
//! use std::time::Duration;
//!
//! use xano_realtime_hub::protocol::frame::Client;
//! use xano_realtime_hub::{ConnectionId, Dialect, Hub, Input, Limits, Output, Settings};
//!
//! let mut hub = Hub::new(Settings::default(), &Limits::default(), "first epoch");
//! let mut outputs = Vec::new();
//! let jill = ConnectionId::new(1);
//! hub.handle(Input::Time(Duration::from_secs(1_700_000_000)), &mut outputs);
//! hub.handle(Input::Open { id: jill, client: Client::anonymous("socket-of-jill") }, &mut outputs);
//!
//! let join = r#"{"action":"join","options":{"channel":"marvel-chat-room"},"payload":null}"#;
//! let frame = Dialect::V1.parse(join).expect("the frame is well-formed");
//! hub.handle(Input::Frame { from: jill, frame }, &mut outputs);
//!
//! let [Output::Deliver { to, frame, .. }] = &outputs[..] else { panic!("{outputs:?}") };
//! assert_eq!(*to, [jill]);
//! assert!(frame.to_string().starts_with(r#"{"action":"join""#));
//! ```
//!
//! # Layout
//!
//! - `hub`: the hub itself, its state and its inputs.
//! - `input`, `output`: the inputs and outputs of the hub.
//! - [`settings`]: the connection hash, and the rows with the rules for channels.
//! - [`limits`]: the limits that the hub enforces.
//! - [`channel_name`]: the rule for names of channels.
//! - `command`: the frames of clients after parsing.
//! - `json`: the JSON of clients' frames.
//! - `channel`: one channel with its members.
//! - `membership`: joins and leaves.
//! - `presence`: the presence list of a channel, and the batches of its updates.
//! - `history`, `retention`: the messages that one channel keeps, and the bounds on all channels together.
//! - `recovery`: the messages that a returning client has missed.
//! - `reform`: changed settings of channels in use.
//! - `log`: the log, which orders messages and events, local or shared by several servers.
//! - `log_entry`, `message_id`: the entries of the log, and their ids, which define the order.
//! - `replica`: the state of a hub that follows a shared log.
//! - `pending`: commands that wait for a trigger, for the shared log, or for another socket's message with the same
//!   key.
//! - `triggers`: questions to trigger URLs.
//! - `idempotency`: the outcomes of messages with an idempotency key.
//! - `dialect`: what a socket speaks.
//! - `v1`: the dialect of Realtime V1: parsing, permissions, commands, and all frames of the server.
//! - [`v2`]: Realtime V2: its frames, and its own sockets, channels, presence and log.
//! - `encoded`: frames as they are written to sockets.
//! - `depth`: the limit on nested lists and objects.
//! - `refusal`, `code`: the errors that the server sends, and their codes.
//! - `census`: counts of channels and members.

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing))]

mod census;
mod channel;
pub mod channel_name;
mod code;
mod command;
mod depth;
mod dialect;
mod encoded;
mod history;
mod hub;
mod idempotency;
mod input;
mod json;
pub mod limits;
mod log;
mod log_entry;
mod membership;
mod message_id;
mod output;
mod pending;
mod presence;
mod recovery;
mod reform;
mod refusal;
mod replica;
mod retention;
pub mod settings;
mod triggers;
mod v1;
pub mod v2;

#[cfg(test)]
mod tests;

pub use census::{Census, ChannelView};
pub use code::Code;
pub use command::{Command, Frame, JoinOptions, Message, Request};
pub use dialect::Dialect;
pub use encoded::Encoded;
pub use hub::Hub;
pub use idempotency::Outcome;
pub use input::{Input, LogInput};
pub use limits::Limits;
pub use message_id::MessageId;
pub use output::{Closing, ConnectionId, Output};
pub use presence::BATCH_EVERY_MS;
pub use recovery::Since;
pub use refusal::{Refusal, Refused};
pub use replica::event::is_of_node;
pub use replica::request::{Held, Load, LogReply, LogRequest, Requester, Snapshot};
pub use replica::row::{Row, RowPast, Rows, identity};
pub use settings::Settings;
pub use triggers::{Answer, Call, Ticket};
pub use xano_realtime_protocol as protocol;

use hub::Connection;
