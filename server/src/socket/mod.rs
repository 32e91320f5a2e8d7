//! Connections and the sockets that they become: one task for each.
//!
//! # Layout
//!
//! - `listen`: the listener, and the HTTP connections that it accepts.
//! - `pending`: connections that have not become a socket.
//! - `request_body`: bodies that tell when a request has ended, and when its answer has.
//! - [`descriptors`]: how many connections the file descriptors of the process allow.
//! - `upgrade`: from an HTTP request to a socket, or to a named refusal.
//! - `admission`: how many sockets may be open.
//! - `connection`: the task of one socket.
//! - `client_session`: the server's side of one client.
//! - `rate_limit`: how fast one client may send.
//! - `outbox`: the frames that wait for one socket, and who writes them.
//! - `stream`: the bytes of one socket, for the WebSocket library.
//! - `fragments`: whether a client splits its messages into too many fragments.
//! - `heartbeat`: whether a client still answers, and its token is valid.
//! - `progress`: whether a slow reader still reads fast enough.
//! - `farewell`: how a socket ends.

mod admission;
mod client_session;
mod connection;
pub mod descriptors;
mod farewell;
mod fragments;
mod heartbeat;
mod listen;
pub(crate) mod outbox;
mod pending;
mod progress;
mod rate_limit;
mod request_body;
mod stream;
mod upgrade;

pub(crate) use connection::Terms;
pub(crate) use listen::{Front, serve};
pub(crate) use upgrade::{Gate, upgrade};
