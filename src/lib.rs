#![doc = include_str!("../README-crate.md")]
//!
//! # Layout
//!
//! - `engine`: the client's decisions without its hands. Pure, and no part of what this crate promises.
//! - `typed` (feature `typed`): the client as a Rust library.
//! - `npm` (wasm only, feature `npm`): the engine behind a boundary of integers, for the JavaScript of the npm package.
//!
//! The engine decides about sockets, joins and queues, and never sees a received message; `typed` hands messages to streams, and
//! the JavaScript in `pkg-template/src/core` to handlers. In the repository, `docs/lifecycle.md` tells of the first and
//! `docs/decisions/002-data-plane.md` of the second.

#[doc(hidden)]
pub mod engine;
#[cfg(all(target_arch = "wasm32", feature = "npm"))]
mod npm;
#[cfg(feature = "typed")]
mod typed;

// By their names, so that the compiler tells of the feature where one is missing.
#[cfg(feature = "typed")]
pub use typed::{
    Action, ActionName, Actions, Address, AnswerError, BuildError, Channel, ChannelBuilder, Client, ClientBuilder,
    ClientId, DecodeError, Event, Events, Failure, HttpError, InvalidToken, Message, Messages, Permissions,
    PresenceChanges, PublishError, Published, RealtimeVersion, ReceiveError, Retry, SendError, ServerError, Status,
    Statuses, Subscription, TypedChannel, User, WhenFull, XanoClient,
};
