//! The names of Realtime V2, Xano's current wire. `docs/protocol-v2.md` describes it.
//!
//! # Layout
//!
//! - [`action`]: the kinds of frames, and which side sends each.
//! - [`error`]: the texts of the errors that the service is known to send.
//!
//! V2 uses the close codes of [`crate::close`]. The service closes with 4401 whenever it refuses a connection, not only
//! because of its token.

pub mod action;
pub mod error;

pub use action::Action;
pub use error::KnownError;
