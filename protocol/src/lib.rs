//! The words of the Xano Realtime wire, for the client and for the server.
//!
//! # Layout
//!
//! - [`action`]: what a frame can be, and its name on the wire.
//! - [`close`]: why a socket was closed, and whether a client tries again.

pub mod action;
pub mod close;

pub use action::Action;
pub use close::{CloseCode, Retry};
