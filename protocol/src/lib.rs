//! The names and types of the Xano Realtime protocol, for the client and the server.
//!
//! # Layout
//!
//! - [`action`]: the kinds of frames, with their names on the wire.
//! - [`close`]: the close codes, and whether a client connects again after each.
//! - `frame`: the frames that a server sends, as serde types (feature `serde`).
//! - `extensions`: the features that this server has beyond Xano's, and announces (feature `serde`).

pub mod action;
pub mod close;
#[cfg(feature = "serde")]
pub mod extensions;
#[cfg(feature = "serde")]
pub mod frame;

pub use action::Action;
pub use close::{CloseCode, Retry};
