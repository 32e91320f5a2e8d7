//! Runs sessions in a page. The only place that names wasm-bindgen and the browser.
//!
//! # Layout
//!
//! - [`exports`]: what the JavaScript facade calls (feature `npm`).
//! - [`app`]: the page's connections, their channels, and the channel objects that the page holds.
//! - [`allocator`]: a small one (feature `npm`).
//! - [`driver`]: feeds a session and carries out what it decides.
//! - [`tokens`]: which connection a channel object belongs to, as tokens change.
//! - [`router`]: from an event to the session, or the channel objects, that it concerns.
//! - [`wire`]: the Rust face of `wire.js`: sockets, timers, JSON; and of `memberships.js`: who hears what is received.
//!
//! Nothing is borrowed while JavaScript runs: a handler, a getter or a `toJSON` of the page may call back in here at
//! any time. So every borrow of a cell ends within the statement, or the function, that began it, and none of them calls
//! out; a panic would be a bare trap.

#[cfg(feature = "npm")]
mod allocator;
mod app;
mod driver;
#[cfg(feature = "npm")]
mod exports;
mod router;
mod tokens;
mod wire;
