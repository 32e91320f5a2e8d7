//! The HTTP endpoints of the server, except for the WebSocket handshake.
//!
//! # Layout
//!
//! - [`admin`]: the settings API and the other endpoints of the workspace's owner.
//! - [`auth`]: tokens, sign-up and login.
//! - `panel`: the page of the settings panel.
//! - `www`: the files of the folder that `--www` names.
//! - `demo`: the files of the demo that is built into the program.
//! - `probes`: health, readiness and metrics.
//! - `host`: the host names that a server on loopback accepts.
//! - `proxies`: the client's address behind trusted proxies.
//! - `attempts`: limits how often one address or account may try a password or a token.
//! - `api_error`: the error responses of all endpoints.

pub(crate) mod admin;
mod api_error;
mod attempts;
pub mod auth;
pub(crate) mod demo;
pub(crate) mod host;
pub(crate) mod panel;
pub(crate) mod probes;
mod proxies;
pub(crate) mod www;

pub use proxies::TrustedProxies;
