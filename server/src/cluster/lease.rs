//! The leases of servers, which tell living servers from dead ones.
//!
//! A server renews its lease every three seconds. An expired lease means that its server is dead, or that Redis was
//! unreachable for longer than a lease. Therefore a server cleans up after others only after Redis has answered for
//! long enough that every living server has renewed its lease.

use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{RedisResult, cmd, pipe};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval};

use super::redis_keys::{NODES, channels_of, lease};

/// The lease of this server.
#[derive(Debug)]
pub(super) struct Lease {
    node: String,
    due: Interval,
    /// The first and the last renewal of an unbroken series that Redis has answered in time.
    answered: Option<(Instant, Instant)>,
    touched: Instant,
}

/// The result of a renewal.
#[derive(Debug)]
pub(super) struct Renewal {
    /// Whether the lease had expired, so that other servers may have removed this server's members.
    pub(super) was_lost: bool,
    /// The dead servers, whose members must be removed.
    pub(super) dead: Vec<String>,
    /// Whether it is time to extend the expiry of all keys in use.
    pub(super) is_time_to_touch: bool,
}

impl Lease {
    pub(super) fn new(node: &str) -> Lease {
        let mut due = interval(RENEW_EVERY);
        due.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Lease { node: node.to_owned(), due, answered: None, touched: Instant::now() }
    }

    pub(super) async fn due(&mut self) {
        self.due.tick().await;
    }

    pub(super) async fn renew(&mut self, connection: &mut MultiplexedConnection) -> RedisResult<Renewal> {
        // These commands need no memory, so a full Redis can carry them out.
        let (is_held, nodes): (bool, Vec<String>) = pipe()
            .cmd("PEXPIRE")
            .arg(lease(&self.node))
            .arg(LASTS.as_millis() as u64)
            .cmd("SMEMBERS")
            .arg(NODES)
            .query_async(connection)
            .await?;
        if !is_held {
            let () = cmd("SET")
                .arg(lease(&self.node))
                .arg(1)
                .arg("PX")
                .arg(LASTS.as_millis() as u64)
                .query_async(connection)
                .await?;
        }
        if !nodes.contains(&self.node) {
            let () = cmd("SADD").arg(NODES).arg(&self.node).query_async(connection).await?;
        }
        let now = Instant::now();
        let was_lost = !is_held && self.answered.is_some();
        self.answered = match self.answered {
            Some((first, last)) if now - last < IN_TIME => Some((first, now)),
            _ => Some((now, now)),
        };
        let may_clear = self.answered.is_some_and(|(first, _)| now - first >= CLEAR_AFTER);
        let dead = if may_clear { self.dead_among(nodes, connection).await? } else { Vec::new() };
        let is_time_to_touch = now - self.touched >= TOUCH_EVERY;
        if is_time_to_touch {
            self.touched = now;
        }
        Ok(Renewal { was_lost, dead, is_time_to_touch })
    }

    async fn dead_among(&self, nodes: Vec<String>, connection: &mut MultiplexedConnection) -> RedisResult<Vec<String>> {
        let mut dead = Vec::new();
        for node in nodes.into_iter().filter(|node| *node != self.node) {
            if !cmd("EXISTS").arg(lease(&node)).query_async::<bool>(connection).await? {
                dead.push(node);
            }
        }
        Ok(dead)
    }
}

/// Removes a server from the set of servers.
pub(super) async fn forget(connection: &mut MultiplexedConnection, node: &str) -> RedisResult<()> {
    pipe()
        .cmd("SREM")
        .arg(NODES)
        .arg(node)
        .cmd("DEL")
        .arg(lease(node))
        .arg(channels_of(node))
        .query_async(connection)
        .await
}

const RENEW_EVERY: Duration = Duration::from_secs(3);
const LASTS: Duration = Duration::from_secs(10);
/// A longer time between two renewals means that Redis was unreachable in between.
const IN_TIME: Duration = Duration::from_secs(5);
const CLEAR_AFTER: Duration = Duration::from_secs(15);
const TOUCH_EVERY: Duration = Duration::from_secs(20);
