//! What a server is started with.

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

/// What a server is started with.
#[derive(Debug, Default)]
pub struct Config {
    /// The realtime settings of the workspace.
    pub settings: Settings,
    /// Where they are kept: read again when asked to, and written when they are changed over HTTP.
    pub settings_file: Option<PathBuf>,
    /// Notify it to have the file read again.
    pub reload: Arc<Notify>,
    /// Opens the admin's endpoints; without it nobody is let in.
    pub admin_token: Option<AdminToken>,
    /// The key that signs auth tokens; made at start when there is none.
    pub secret: Option<Secret>,
    /// The key that signs requests to triggers; without one they are not signed.
    pub trigger_secret: Option<Secret>,
    /// The pages that may use the server.
    pub origins: Origins,
    /// The host names, beside the names of loopback, that `Host` may have while the server listens on loopback.
    pub allowed_hosts: Vec<String>,
    /// Whether strangers may sign up, and see the settings panel, even though the address is not a loopback one.
    pub dev: bool,
    /// What one client may cost.
    pub limits: Limits,
    /// The proxies that say from which address a client comes.
    pub trusted_proxies: TrustedProxies,
    /// How many open descriptors the process may have, where that is known: what bounds connections then.
    pub descriptors: Option<usize>,
    /// How long the server waits for whom.
    pub timings: Timings,
    /// Where servers that act as one keep what they share; without it this server is on its own.
    pub redis: Option<RedisUrl>,
    /// A folder to serve beside the socket.
    pub www: Option<PathBuf>,
    /// Or files that are built into the program.
    pub demo: Option<BuiltInFiles>,
    /// Where connections are encrypted, what with.
    pub tls: Option<Arc<Tls>>,
    /// The count of log lines that were lost, for `/metrics`.
    pub dropped_log_lines: DroppedLines,
    /// Is sent as soon as the server serves. Over Redis that is not before Redis is reached.
    pub serving: Option<oneshot::Sender<()>>,
}

/// How long the server waits for whom. No flags: only tests have a reason to wait for less.
#[derive(Clone, Debug)]
pub struct Timings {
    /// For the head of a request, from the moment its connection is there.
    pub handshake: Duration,
    /// For the request of a connection while there is no room for another one. A client that opens many connections at
    /// once sends their requests a while later.
    pub first_request: Duration,
    /// For the answer to a request, its body included.
    pub request: Duration,
    /// For a frame of a client; then it is pinged, twice at most. After a third of it without an answer to the second one
    /// it is given up: within a minute by default.
    pub ping: Duration,
    /// For the answer of a trigger.
    pub trigger: Duration,
    /// For a client to close its side after the server has closed a socket and has nothing more to write to it.
    pub farewell: Duration,
}

impl Default for Timings {
    fn default() -> Timings {
        // The farewell is shorter than the five seconds in which the server has to stop.
        let [handshake, first_request, request, ping, trigger, farewell] =
            [10, 1, 30, 25, 5, 2].map(Duration::from_secs);
        Timings { handshake, first_request, request, ping, trigger, farewell }
    }
}
