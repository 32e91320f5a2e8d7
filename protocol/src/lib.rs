//! The names and types of the Xano Realtime protocol, for the client and the server. Everything outside of [`v2`] belongs
//! to Realtime V1.
//!
//! # Layout
//!
//! - [`action`]: the kinds of frames, with their names on the wire.
//! - [`close`]: the close codes, and whether a client connects again after each.
//! - [`v2`]: the names of Realtime V2.
//! - `frame`: the frames that a V1 server sends, as serde types (feature `serde`).
//! - `extensions`: the features that this server has beyond Xano's, and announces (feature `serde`).

pub mod action;
pub mod close;
#[cfg(feature = "serde")]
pub mod extensions;
#[cfg(feature = "serde")]
pub mod frame;
pub mod v2;

pub use action::Action;
pub use close::{CloseCode, Retry};
