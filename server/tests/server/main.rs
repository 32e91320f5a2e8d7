//! Tests of the server over real sockets; each test starts its own server. All tests are one program, because linking
//! takes longer than running.

mod auth;
mod bad_input;
mod binary;
mod chat;
mod cluster;
mod disconnect;
mod docs;
mod extensions;
mod generated;
mod handshake;
mod http;
mod limits;
mod load;
mod observability;
mod panel;
mod pending;
mod realtime_servers;
mod realtime_v2;
mod redis_url;
mod settings;
mod support;
mod tls;
mod triggers;
