//! The dialect of Realtime V1: its commands, permissions and frames.
//!
//! # Layout
//!
//! - `command`: parses the frames of clients.
//! - `frames`: the frames of the server. No other module names their fields.
//! - `permissions`: the permission check.
//! - `messages`: messages, events and history requests.
//! - `publish`: messages with an idempotency key.

pub(crate) mod command;
pub(crate) mod frames;
pub(crate) mod messages;
pub(crate) mod permissions;
pub(crate) mod publish;
