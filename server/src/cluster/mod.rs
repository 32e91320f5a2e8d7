//! The cluster: everything that several servers share through Redis, so that they act as one server. This is the log of
//! each channel, its members, the settings and the users.
//!
//! The hub sends requests and follows the replica events of the shared log; this module decides nothing about channels.
//!
//! # Layout
//!
//! - `link`: connects to Redis, serves until the connection breaks, and connects again.
//! - `session`: the work during one connection.
//! - `pipeline`: sends requests in batches.
//! - `answers`: passes replies on.
//! - `scripts`: the commands of the shared log; each runs in one step.
//! - `redis_keys`: the names of all keys in Redis.
//! - `lease`: tells living servers from dead ones.
//! - `workspace`: the shared settings and the signing key.
//! - `shareable`: the settings that several servers can share.
//! - `users`: the shared table of users.
//! - `unread`: a bounded queue of unread replica events.
//! - `server_info`: checks the version and configuration of Redis.
//! - `failure`: the reasons why a server cannot use its Redis.
//! - `disconnect`: disconnects a user from all servers.
//! - `directory`: the store of settings and users, in memory or in Redis.
//! - `follower`: the interface between the cluster and the server that it belongs to.
//! - `log_requests`: the queue of requests to the shared log.

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
mod shareable;
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
pub(crate) use shareable::check as check_shareable;
pub(crate) use users::Added;
use workspace::Following;
pub(crate) use workspace::{PutError, Unavailable};

/// The URL of a Redis. Its debug output hides the password.
#[derive(Clone, Debug)]
pub struct RedisUrl(redis::ConnectionInfo);

impl std::str::FromStr for RedisUrl {
    type Err = String;

    fn from_str(url: &str) -> Result<RedisUrl, String> {
        let info = url.into_connection_info().map_err(|_| {
            // The original error would repeat the URL with its password.
            "not the URL of a Redis: redis://[[user]:password@]host[:port][/database], or rediss:// for TLS".to_owned()
        })?;
        // RESP3 delivers replies and pushes on one connection.
        let settings = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
        Ok(RedisUrl(info.set_redis_settings(settings)))
    }
}

/// The handle with which the rest of the server uses the cluster.
#[derive(Clone, Debug)]
pub(crate) struct Cluster {
    requests: LogRequests,
    connection: Arc<RwLock<Option<MultiplexedConnection>>>,
    names: Names,
    following: Arc<Following>,
}

/// One item of the queue. Items are carried out in order.
#[derive(Debug)]
enum Work {
    /// A request with the time when it was queued.
    Request(LogRequest, Instant, Held),
    /// An event of the workspace. The reply is the number of members, or `None` on failure.
    Event(LogRequest, oneshot::Sender<Option<usize>>, Held),
    /// The end of the queue.
    End(oneshot::Sender<()>),
}

/// Creates the handle, and the link that must be run.
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
    /// Returns the sending end of the queue of requests.
    pub(crate) fn requests(&self) -> LogRequests {
        self.requests.clone()
    }

    /// Returns whether Redis is connected and the shared settings are in force on this server.
    fn is_ready(&self) -> bool {
        self.connection().is_some() && self.following.is_readable()
    }

    /// Waits until all earlier requests are done.
    async fn end(&self) {
        self.requests.end().await;
    }

    fn connection(&self) -> Option<MultiplexedConnection> {
        self.connection.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The time after which an unanswered Redis counts as unreachable.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// The largest number of requests in one batch.
const BATCH: usize = 256;
