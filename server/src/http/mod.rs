//! The HTTP endpoints beside the socket.
//!
//! # Layout
//!
//! - [`admin`]: the settings API, and what else the owner of the workspace does.
//! - [`auth`]: tokens, sign-up and login.
//! - `panel`: the page for the settings.
//! - `www`: the folder that is served beside the socket.
//! - `demo`: the pages that are built into the program.
//! - `probes`: health, readiness and metrics.
//! - `host`: the host names that a server on loopback answers to.
//! - `proxies`: the client's address behind trusted proxies.
//! - `attempts`: how often one address may try a password or a token.
//! - `api_error`: the errors that an endpoint answers with.

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
