//! The identity of clients: tokens that this server signs and verifies, and the users that sign up for them.
//!
//! # Layout
//!
//! - `token`, `hs256`: signs and verifies tokens.
//! - `password`: hashes and compares passwords on separate threads.
//! - `users`: the table of users.
//! - `routes`: sign-up, login and *me* over HTTP.
//! - `origins`: the origins of pages that may use the server.

mod hs256;
mod origins;
mod password;
mod routes;
mod token;
mod users;

pub use origins::{Origins, OriginsError};
pub(crate) use routes::routes;
pub use token::Tokens;
pub(crate) use token::{Claims, TokenProblem, bearer};
