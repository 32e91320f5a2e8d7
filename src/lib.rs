//! Client for Xano Realtime, compiled to WebAssembly: typed streams for pages that are written in Rust, and the core of
//! a drop-in for `@xano/js-sdk`.
//!
//! For a page in Rust (Leptos, Yew, Dioxus) switch on the feature `typed`, and begin with `XanoClient::builder()`.
//!
//! # Layout
//!
//! - [`session`]: the life of a connection as a state machine without I/O. Pure.
//! - `typed` (wasm only, feature `typed`): the client as a Rust library.
//! - `web` (wasm only, feature `npm`): runs sessions under the JavaScript facade of the npm package: sockets, timers, and
//!   the shortest path from a frame to its callbacks.
//!
//! Two planes: sessions decide about sockets, joins and queues, and never see a received message; `typed` hands those to
//! streams, and the JavaScript in `web` to callbacks. In the repository, `docs/lifecycle.md` tells of the first and
//! `docs/decisions/002-data-plane.md` of the second.

pub mod session;
#[cfg(all(target_arch = "wasm32", feature = "typed"))]
mod typed;
#[cfg(all(target_arch = "wasm32", feature = "npm"))]
mod web;

#[cfg(all(target_arch = "wasm32", feature = "typed"))]
pub use typed::*;
