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
//! - [`settings`]: the connection hash and the rows that say what clients may do.
//! - [`limits`]: the limits that the hub keeps.
//! - [`channel_name`]: what a channel may be called.
//! - `hub`: the door, and the state behind it.
//! - `input`, `output`: what goes in, and what comes out.
//! - `encoded`: a frame as it is written to sockets.
//! - `command`: what a client asks for, read from its frame.
//! - `depth`: how deep what a client sends may be nested.
//! - `membership`: joining and leaving.
//! - `messages`: messages, events and requests for the history.
//! - `permissions`: whether the channel's settings allow it.
//! - `reform`: new settings for channels that have members.
//! - `room`: one channel with its members.
//! - `presence`: which members a presence list names, and when changes of presence are told.
//! - `retention`: how much all channels keep, and which goes first.
//! - `said`: the entries of a channel's log.
//! - `shared`: channels that several servers have.
//! - `follow`: the notices and the answers of the shared log.
//! - `post`: requests to the shared log.
//! - `row`: the rows of the settings, as the shared log compares them.
//! - `idle`: replicated channels that are followed a while after their last member.
//! - `share`: the replica of one channel.
//! - `notice`: what servers tell each other.
//! - `history`: the messages that a channel keeps.
//! - `message_id`: ids of messages, in their order.
//! - `publish`: messages with an idempotency key.
//! - `keys`: the outcomes of messages with a key.
//! - `recovery`: what a client missed while it was away.
//! - `triggers`: requests to the URLs of the settings, and what waits for their answers.
//! - `census`: counts of channels and members.
//! - `refusal`, `code`: refusals, in words for people and in codes for programs.

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing))]

mod census;
pub mod channel_name;
mod code;
mod command;
mod depth;
mod encoded;
mod follow;
mod history;
mod hub;
mod idle;
mod input;
mod keys;
pub mod limits;
mod membership;
mod message_id;
mod messages;
mod notice;
mod output;
mod permissions;
mod post;
mod presence;
mod publish;
mod recovery;
mod reform;
mod refusal;
mod retention;
mod room;
mod row;
mod said;
pub mod settings;
mod share;
mod shared;
mod triggers;

#[cfg(test)]
mod tests;

pub use census::{Census, ChannelView};
pub use code::Code;
pub use command::{Command, Frame, Message, Request, Wishes};
pub use encoded::Encoded;
pub use hub::Hub;
pub use input::{Input, LogInput};
pub use keys::Outcome;
pub use limits::Limits;
pub use message_id::MessageId;
pub use notice::is_of_node;
pub use output::{ConnectionId, Output};
pub use post::{Asker, Held, Load, Post, Reply, Snapshot};
pub use presence::BATCH_EVERY_MS;
pub use recovery::Since;
pub use refusal::{Refusal, Refused};
pub use row::{Row, RowPast, Rows, identity};
pub use settings::Settings;
pub use triggers::{Answer, Call, Ticket};
pub use xano_realtime_protocol as protocol;

use hub::Connection;
