//! The dialect of Realtime V1: its commands, permissions and frames.
//!
//! # Layout
//!
//! - `command`: the frames of clients, parsed.
//! - `recovery`: the messages that a client has missed.
//! - `permissions`: the permission check.
//! - `messages`: messages, events and history requests.
//! - `publish`: messages with an idempotency key.

pub(crate) mod command;
pub(crate) mod messages;
pub(crate) mod permissions;
pub(crate) mod publish;
pub(crate) mod recovery;
