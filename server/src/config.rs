//! The configuration of a server.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, oneshot};

use crate::cluster::RedisUrl;
use crate::http::TrustedProxies;
use crate::http::admin::AdminToken;
use crate::http::auth::Origins;
use crate::http::demo::BuiltInFiles;
use crate::logging::DroppedLines;
use crate::settings::Limits;
use crate::settings::Secret;
use crate::settings::Settings;
use crate::socket::tls::Tls;

/// The configuration of a server.
#[derive(Debug, Default)]
pub struct Config {
    /// The realtime settings of the workspace.
    pub settings: Settings,
    /// The file of the settings. It is read again on request, and written when the settings change over HTTP.
    pub settings_file: Option<PathBuf>,
    /// A notification makes the server reload the settings file.
    pub reload: Arc<Notify>,
    /// The token that opens the admin's endpoints. Without it, all requests to them are refused.
    pub admin_token: Option<AdminToken>,
    /// The key that signs auth tokens. Without it, the server generates one at start.
    pub secret: Option<Secret>,
    /// The key that signs requests to triggers. Without it, they are not signed.
    pub trigger_secret: Option<Secret>,
    /// The origins of the pages that may use the server.
    pub origins: Origins,
    /// The values of the header `Host` that are accepted on loopback, in addition to the names of loopback.
    pub allowed_hosts: Vec<String>,
    /// Whether sign-up, login and the settings panel are served even if the address is not a loopback address.
    pub dev: bool,
    /// The limits that keep one client from exhausting the server.
    pub limits: Limits,
    /// The proxies whose header `X-Forwarded-For` is trusted.
    pub trusted_proxies: TrustedProxies,
    /// The number of descriptors that the process may open, if known. It then bounds the number of connections.
    pub descriptors: Option<usize>,
    /// The timeouts of the server.
    pub timings: Timings,
    /// The Redis that servers share. Without it, this server keeps all data in memory.
    pub redis: Option<RedisUrl>,
    /// A folder whose files are served.
    pub www: Option<PathBuf>,
    /// Files that are built into the program and served instead of a folder.
    pub demo: Option<BuiltInFiles>,
    /// The certificate and its key. Without them, the server speaks plain HTTP.
    pub tls: Option<Arc<Tls>>,
    /// The counter of lost log lines, for `/metrics`.
    pub dropped_log_lines: DroppedLines,
    /// Receives a value as soon as the server serves. With Redis, this is not before Redis is reachable.
    pub serving: Option<oneshot::Sender<()>>,
}

/// The timeouts of the server. They have no flags: only tests need shorter ones.
#[derive(Clone, Debug)]
pub struct Timings {
    /// The time for receiving the head of a request, from the start of its connection.
    pub handshake: Duration,
    /// The time that a connection may be silent while there is no room for another one. A client that opens many
    /// connections at once sends their requests with a delay.
    pub first_request: Duration,
    /// The time for answering a request, including its body.
    pub request: Duration,
    /// The silence after which a client is pinged. It is pinged at most twice, and given up if the second ping is
    /// unanswered for a third of this time: in less than a minute by default.
    pub ping: Duration,
    /// The time for the answer of a trigger.
    pub trigger: Duration,
    /// The time for a client to close its side, after the server has closed a socket and has written everything.
    pub farewell: Duration,
}

impl Default for Timings {
    fn default() -> Timings {
        // `farewell` is shorter than the five seconds in which the server must stop.
        let [handshake, first_request, request, ping, trigger, farewell] =
            [10, 1, 30, 25, 5, 2].map(Duration::from_secs);
        Timings { handshake, first_request, request, ping, trigger, farewell }
    }
}
