//! Client for Xano Realtime, compiled to WebAssembly: a drop-in for `@xano/js-sdk`.
//!
//! # Layout
//!
//! - [`session`]: the life of a connection as a state machine without I/O. Pure.
//! - `web` (wasm only): runs sessions in a page: sockets, timers, and the shortest path from a frame to its callbacks.
//!
//! Two planes: sessions decide about sockets, joins and queues, and never see a received message; the JavaScript in
//! `web` hands those to callbacks. See `docs/lifecycle.md` for the first and
//! `docs/decisions/002-data-plane.md` for the second.
pub mod session;
#[cfg(all(target_arch = "wasm32", feature = "typed"))]
pub mod typed;
#[cfg(all(target_arch = "wasm32", feature = "npm"))]
mod web;

#[cfg(all(target_arch = "wasm32", feature = "typed"))]
pub use typed::*;
