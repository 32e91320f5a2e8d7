//! What several servers share, kept in Redis: the order of what is said on each channel, what is kept of it, who is
//! there, the settings and the users. So that they act as one.
//!
//! The hub asks by [`LogRequest`]s and follows what it is told; nothing here decides about channels.
//!
//! # Layout
//!
//! - `link`: connects, serves, and connects again.
//! - `session`: what is done as long as the connections to Redis last.
//! - `pipeline`: what is asked.
//! - `answers`: what becomes of the answers.
//! - `scripts`: what Redis does in one step.
//! - `redis_keys`: what things are called there.
//! - `lease`: which servers are alive, and what is done about those that are not.
//! - `workspace`: settings and the signing key.
//! - `users`: who signed up.
//! - `unread`: what was told and is not heard yet.
//! - `server_info`: whether a Redis is one that can be used.
//! - `failure`: why a server cannot serve over its Redis.
//! - `disconnect`: closes the sockets of a user on all servers.
//! - `directory`: settings and users, in memory or in Redis.
//! - `follower`: what the cluster asks of the server that it is part of.
//! - `log_requests`: the channel of requests to the shared log.

mod answers;
mod directory;
mod disconnect;
mod failure;
mod follower;
mod lease;
mod link;
mod log_requests;
mod pipeline;
mod redis_keys;
mod scripts;
mod server_info;
mod session;
mod unread;
mod users;
mod workspace;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use redis::aio::MultiplexedConnection;
use redis::{Client, IntoConnectionInfo, ProtocolVersion, RedisError};
use tokio::sync::{mpsc, oneshot};

use crate::hub::{Held, Limits, Load, LogRequest};
pub(crate) use directory::Directory;
pub(crate) use follower::Follower;
pub(crate) use link::Link;
pub(crate) use log_requests::LogRequests;
use redis_keys::Names;
use scripts::{Bounds, Epochs, Scripts};
pub(crate) use users::Added;
use workspace::Following;
pub(crate) use workspace::{PutError, Unavailable};

/// Where what is shared is kept. Printing it shows no password.
#[derive(Clone, Debug)]
pub struct RedisUrl(redis::ConnectionInfo);

impl std::str::FromStr for RedisUrl {
    type Err = String;

    fn from_str(url: &str) -> Result<RedisUrl, String> {
        let info = url.into_connection_info().map_err(|_| {
            // The cause would repeat the URL, with its password.
            "not the URL of a Redis: redis://[[user]:password@]host[:port][/database], or rediss:// for TLS".to_owned()
        })?;
        // Answers and notices on one connection.
        let settings = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
        Ok(RedisUrl(info.set_redis_settings(settings)))
    }
}

/// What the rest of the server has to do with the others.
#[derive(Clone, Debug)]
pub(crate) struct Cluster {
    requests: LogRequests,
    connection: Arc<RwLock<Option<MultiplexedConnection>>>,
    names: Names,
    following: Arc<Following>,
}

/// What is to be done, in order.
#[derive(Debug)]
enum Work {
    /// Since when.
    Request(LogRequest, Instant, Held),
    /// The workspace says something; how many members there are is the answer, or none where it could not be done.
    Event(LogRequest, oneshot::Sender<Option<usize>>, Held),
    /// Nothing more comes.
    End(oneshot::Sender<()>),
}

/// The two ends: one for the server, one to be run.
pub(crate) fn cluster(url: RedisUrl, node: &str, limits: &Limits) -> Result<(Cluster, Link), RedisError> {
    let address = url.0.addr().to_string();
    let names = Names::new(url.0.redis_settings().db());
    let (sender, works) = mpsc::unbounded_channel();
    let connection = Arc::new(RwLock::new(None));
    let (load, following) = (Load::default(), Arc::new(Following::default()));
    let link = Link {
        client: Client::open(url.0)?,
        address,
        names: names.clone(),
        node: node.to_owned(),
        epochs: Epochs::new(node.to_owned()),
        scripts: Scripts::new(),
        bounds: Bounds::new(limits),
        load: load.clone(),
        following: Arc::clone(&following),
        works,
        connection: Arc::clone(&connection),
        secret: None,
        connected: None,
        gone: Vec::new(),
    };
    Ok((Cluster { requests: LogRequests::new(sender, load), connection, names, following }, link))
}

impl Cluster {
    /// The channel of requests to the shared log.
    pub(crate) fn requests(&self) -> LogRequests {
        self.requests.clone()
    }

    /// Whether Redis is connected and the settings that the servers share are in force here.
    fn is_ready(&self) -> bool {
        self.connection().is_some() && self.following.is_readable()
    }

    /// Waits until everything that was asked is done.
    async fn end(&self) {
        self.requests.end().await;
    }

    fn connection(&self) -> Option<MultiplexedConnection> {
        self.connection.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A Redis that takes longer than this is taken for gone.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// How much is asked at once at most.
const BATCH: usize = 256;
