//! Connections, and the sockets that they become. Each has one task.
//!
//! # Layout
//!
//! - `listen`: the listener, and the HTTP connections that it accepts.
//! - `pending`: connections that have not become a socket.
//! - `request_body`: request and response bodies that report when they end.
//! - [`descriptors`]: fits the limits on connections to the process's file descriptors.
//! - [`tls`]: encrypted connections, which are relayed to plain ones.
//! - `upgrade`: the WebSocket handshake, which opens a socket of V1 or V2, or is rejected.
//! - `rejection`: the reasons why a handshake fails.
//! - `admission`: the limits on the number of open sockets.
//! - `connection`: the task of one socket.
//! - `client_session`: the server's side of one client.
//! - `rate_limit`: token buckets that limit how fast one client may send.
//! - `stream`: the byte stream of one socket, as the WebSocket library sees it.
//! - `fragments`: detects messages split into too many fragments.
//! - `heartbeat`: pings silent clients, and notices expired auth tokens.
//! - `progress`: decides whether a slow reader still reads fast enough.
//! - `farewell`: the close handshake and the end of a socket.

mod admission;
mod client_session;
mod connection;
pub mod descriptors;
mod farewell;
mod fragments;
mod heartbeat;
mod listen;
mod pending;
mod progress;
mod rate_limit;
mod rejection;
mod request_body;
mod stream;
pub(crate) mod tls;
mod upgrade;

pub(crate) use connection::Terms;
pub(crate) use listen::{Front, serve};
pub(crate) use tls::Door as TlsDoor;
pub(crate) use upgrade::{Gate, upgrade, upgrade_v2};
