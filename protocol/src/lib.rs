//! The words of the Xano Realtime wire, for the client and for the server.
//!
//! # Layout
//!
//! - [`action`]: what a frame can be, and its name on the wire.
//! - [`close`]: why a socket was closed, and whether a client tries again.
//! - `frame`: what a server sends, as serde types (feature `serde`).
//! - `extensions`: what our server can do beyond Xano's, and announces (likewise).

pub mod action;
pub mod close;
#[cfg(feature = "serde")]
pub mod extensions;
#[cfg(feature = "serde")]
pub mod frame;

pub use action::Action;
pub use close::{CloseCode, Retry};
