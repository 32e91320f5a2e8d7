//! TCP connections that have not become a socket. Their number is bounded, in total and per address.
//!
//! When there are too many, the oldest connection that has sent no complete request is closed. So a client that sends
//! its request at once gets in, however many silent connections are open.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use prometheus::IntGauge;
use tokio::sync::Notify;
use tokio::time::sleep_until;
use tokio_util::sync::CancellationToken;

use super::admission::counted_address;
use crate::settings::Limits;

/// All connections of one server that have not become a socket.
#[derive(Debug)]
pub(crate) struct PendingConnections {
    state: Mutex<State>,
    limit: usize,
    limit_per_ip: usize,
    /// The time that a connection may be silent before it can be closed to make room for another one.
    patience: Duration,
    /// Notified when a connection has closed or has become a socket.
    freed: Notify,
    gauge: IntGauge,
}

#[derive(Debug, Default)]
struct State {
    last_id: u64,
    /// Ordered by age: the oldest connection has the smallest id.
    connections: BTreeMap<u64, Entry>,
    /// Contains only addresses that have a connection.
    by_ip: HashMap<IpAddr, usize>,
}

#[derive(Debug)]
struct Entry {
    /// `None` for a connection from a trusted proxy, which serves many clients.
    ip: Option<IpAddr>,
    /// The time since which the connection has sent no complete request; `None` while a request is being answered.
    silent_since: Option<Instant>,
    closing: CancellationToken,
}

/// One connection. It is counted until it becomes a socket or this value is dropped.
#[derive(Debug)]
pub(crate) struct PendingConnection {
    all: Arc<PendingConnections>,
    id: u64,
    closing: CancellationToken,
}

impl PendingConnections {
    pub(crate) fn new(limits: &Limits, patience: Duration, gauge: IntGauge) -> PendingConnections {
        PendingConnections {
            state: Mutex::default(),
            limit: limits.unauthenticated,
            limit_per_ip: limits.connections_per_ip,
            patience,
            freed: Notify::new(),
            gauge,
        }
    }

    fn is_full(&self) -> bool {
        self.lock().connections.len() >= self.limit
    }

    /// Resolves when there is room for one more connection. Returns how many connections were closed to make it.
    pub(crate) async fn room(&self) -> usize {
        let mut closed = 0;
        while self.is_full() {
            let now = Instant::now();
            let ask_again = match self.close_oldest(now) {
                Ok(()) => {
                    closed += 1;
                    now + self.patience
                }
                Err(may_close) => may_close,
            };
            tokio::select! {
                () = self.freed.notified() => {}
                () = sleep_until(ask_again.into()) => {}
            }
        }
        closed
    }

    /// Resolves when a connection has closed or has become a socket.
    pub(crate) async fn freed(&self) {
        self.freed.notified().await;
    }

    /// Closes the oldest connection that has sent no complete request, or else the oldest of all. If none may be closed
    /// yet, returns the time when one may be.
    pub(crate) fn close_oldest(&self, now: Instant) -> Result<(), Instant> {
        let state = self.lock();
        let Some(oldest) = state.oldest(|_| true) else {
            return Err(now + self.patience);
        };
        let may_close = oldest.silent_since.map_or(now, |since| since + self.patience);
        if may_close > now {
            return Err(may_close);
        }
        oldest.closing.cancel();
        Ok(())
    }

    /// Counts a new connection. If its address already has as many as it may have, the oldest of them is closed.
    pub(crate) fn admit(self: &Arc<Self>, ip: Option<IpAddr>, now: Instant) -> PendingConnection {
        let ip = ip.map(counted_address);
        let closing = CancellationToken::new();
        let mut state = self.lock();
        if let Some(ip) = ip {
            if state.by_ip.get(&ip).is_some_and(|&count| count >= self.limit_per_ip)
                && let Some(oldest) = state.oldest(|entry| entry.ip == Some(ip))
            {
                oldest.closing.cancel();
            }
            *state.by_ip.entry(ip).or_default() += 1;
        }
        state.last_id += 1;
        let id = state.last_id;
        let entry = Entry { ip, silent_since: Some(now), closing: closing.clone() };
        state.connections.insert(id, entry);
        self.gauge.inc();
        PendingConnection { all: Arc::clone(self), id, closing }
    }

    fn remove(&self, id: u64) {
        let mut state = self.lock();
        let Some(entry) = state.connections.remove(&id) else {
            return;
        };
        if let Some(ip) = entry.ip
            && let Some(count) = state.by_ip.get_mut(&ip)
        {
            *count -= 1;
            if *count == 0 {
                state.by_ip.remove(&ip);
            }
        }
        self.gauge.dec();
        self.freed.notify_one();
    }

    fn set_silent_since(&self, id: u64, since: Option<Instant>) {
        if let Some(entry) = self.lock().connections.get_mut(&id) {
            entry.silent_since = since;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Returns the oldest connection without a complete request, or else the oldest of all. Skips connections that are
    /// closing already.
    fn oldest(&self, is_meant: impl Fn(&Entry) -> bool) -> Option<&Entry> {
        let mut open = self.connections.values().filter(|entry| is_meant(entry) && !entry.closing.is_cancelled());
        let first = open.next()?;
        if first.silent_since.is_some() {
            Some(first)
        } else {
            open.find(|entry| entry.silent_since.is_some()).or(Some(first))
        }
    }
}

impl PendingConnection {
    /// Records that the client has sent a complete request.
    pub(crate) fn request_is_complete(&self) {
        self.all.set_silent_since(self.id, None);
    }

    /// Records that the request is answered and the client may send the next one.
    pub(crate) fn request_is_answered(&self) {
        self.all.set_silent_since(self.id, Some(Instant::now()));
    }

    /// Stops counting the connection here: it counts as an open socket from now on.
    pub(crate) fn becomes_a_socket(&self) {
        self.all.remove(self.id);
    }

    /// Resolves when the connection must close to make room.
    pub(crate) async fn closing(&self) {
        self.closing.cancelled().await;
    }
}

impl Drop for PendingConnection {
    fn drop(&mut self) {
        self.all.remove(self.id);
    }
}
