//! The dialect of Realtime V1: what its clients send, what they may do, and what they are sent.
//!
//! # Layout
//!
//! - `command`: what a client asks for, read from its frame.
//! - `recovery`: what a client missed while it was away.
//! - `permissions`: whether the row of a channel allows it.
//! - `messages`: messages, events and requests for the history.
//! - `publish`: messages with an idempotency key.

pub(crate) mod command;
pub(crate) mod messages;
pub(crate) mod permissions;
pub(crate) mod publish;
pub(crate) mod recovery;
