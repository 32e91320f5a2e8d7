//! The dialect of Realtime V2.
//!
//! # Layout
//!
//! - [`settings`]: the Realtime servers of the settings, with their channels and messages.

pub mod settings;
