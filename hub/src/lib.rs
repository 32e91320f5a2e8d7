//! The hub of a Xano Realtime server: channels, members, permissions and history. Pure: no sockets, no clock, no
//! randomness, so it runs in a server, in a test and in a page.
//!
//! # Contract
//!
//! The hub has one door. [`Hub::handle`] takes an [`Input`] and adds the [`Output`]s that it leads to to a sink; it
//! returns nothing, waits for nothing and calls nothing back. The caller carries the outputs out in their order:
//!
//! - [`Output::Deliver`]: write the frame to these sockets. [`Output::Refuse`]: likewise, and count the refusal.
//! - [`Output::Ask`]: send the request to the URL; hand its answer in as [`Input::Answer`].
//! - [`Output::Log`]: send the request to the log that several servers share; hand its answer in as [`Input::Log`].
//!
//! Members of a channel see one order if the outputs of one input are queued before the next input is handed in.
//! A frame is parsed once, by [`Frame::parse`], before it is handed in. Time passes only through [`Input::Time`].
//!
//! ```
//! use std::time::Duration;
//!
//! use xano_realtime_hub::protocol::frame::Client;
//! use xano_realtime_hub::{ConnectionId, Frame, Hub, Input, Limits, Output, Settings};
//!
//! let mut hub = Hub::new(Settings::default(), &Limits::default(), "first epoch");
//! let mut outputs = Vec::new();
//! let jill = ConnectionId::new(1);
//! hub.handle(Input::Time(Duration::from_secs(1_700_000_000)), &mut outputs);
//! hub.handle(Input::Open { id: jill, client: Client::anonymous("socket-of-jill") }, &mut outputs);
//!
//! let join = r#"{"action":"join","options":{"channel":"marvel-chat-room"},"payload":null}"#;
//! let frame = Frame::parse(join).expect("the frame is well-formed");
//! hub.handle(Input::Frame { from: jill, frame }, &mut outputs);
//!
//! let [Output::Deliver { to, frame, .. }] = &outputs[..] else { panic!("{outputs:?}") };
//! assert_eq!(*to, [jill]);
//! assert!(frame.to_string().starts_with(r#"{"action":"join""#));
//! ```
//!
//! # Layout
//!
//! - `hub`: the door, and the state behind it.
//! - `input`, `output`: inputs and outputs.
//! - [`settings`]: the connection hash and the rows that say what clients may do.
//! - [`limits`]: the limits that the hub keeps.
//! - [`channel_name`]: the rule for names of channels.
//! - `channel`: one channel with its members.
//! - `membership`: joining and leaving.
//! - `presence`: the members that a presence list names, and the changes that listeners are told.
//! - `history`, `retention`: the messages that one channel keeps, and all channels together.
//! - `reform`: new settings for channels that have members.
//! - `log`: the order of messages and events, given by this hub or by a log that several servers share.
//! - `log_entry`, `message_id`: what takes a place in the order of a channel, and the place.
//! - `replica`: the channels of a hub that follows a shared log.
//! - `pending`: commands that wait for a trigger, for a join on its way, or for another socket's key.
//! - `triggers`: requests to the URLs of the settings.
//! - `idempotency`: the outcomes of messages with a key.
//! - `v1`: the dialect of Realtime V1: commands, permissions and frames.
//! - `encoded`: a frame as it is written to sockets.
//! - `depth`: the depth to which JSON may be nested.
//! - `refusal`, `code`: refusals, in words for people and in codes for programs.
//! - `census`: counts of channels and members.

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing))]

mod census;
mod channel;
pub mod channel_name;
mod code;
mod depth;
mod encoded;
mod history;
mod hub;
mod idempotency;
mod input;
pub mod limits;
mod log;
mod log_entry;
mod membership;
mod message_id;
mod output;
mod pending;
mod presence;
mod reform;
mod refusal;
mod replica;
mod retention;
pub mod settings;
mod triggers;
mod v1;

#[cfg(test)]
mod tests;

pub use census::{Census, ChannelView};
pub use code::Code;
pub use encoded::Encoded;
pub use hub::Hub;
pub use idempotency::Outcome;
pub use input::{Input, LogInput};
pub use limits::Limits;
pub use message_id::MessageId;
pub use output::{ConnectionId, Output};
pub use presence::BATCH_EVERY_MS;
pub use refusal::{Refusal, Refused};
pub use replica::event::is_of_node;
pub use replica::request::{Held, Load, LogReply, LogRequest, Requester, Snapshot};
pub use replica::row::{Row, RowPast, Rows, identity};
pub use settings::Settings;
pub use triggers::{Answer, Call, Ticket};
pub use v1::command::{Command, Frame, JoinOptions, Message, Request};
pub use v1::recovery::Since;
pub use xano_realtime_protocol as protocol;

use hub::Connection;
