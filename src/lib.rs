//! Client for Xano Realtime, compiled to WebAssembly: typed streams for pages that are written in Rust, and the core of
//! a drop-in for `@xano/js-sdk`.
//!
//! For a page in Rust (Leptos, Yew, Dioxus) switch on the feature `typed`, and begin with `XanoClient::builder()`.
//!
//! # Layout
//!
//! - [`engine`]: the client's decisions without its hands. Pure.
//! - `typed` (wasm only, feature `typed`): the client as a Rust library.
//! - `npm` (wasm only, feature `npm`): the engine behind a boundary of integers, for the JavaScript of the npm package.
//!
//! The engine decides about sockets, joins and queues, and never sees a received message; `typed` hands messages to streams, and
//! the JavaScript in `pkg-template/src/core` to handlers. In the repository, `docs/lifecycle.md` tells of the first and
//! `docs/decisions/002-data-plane.md` of the second.

pub mod engine;
#[cfg(all(target_arch = "wasm32", feature = "npm"))]
mod npm;
#[cfg(all(target_arch = "wasm32", feature = "typed"))]
mod typed;

#[cfg(all(target_arch = "wasm32", feature = "typed"))]
pub use typed::*;
