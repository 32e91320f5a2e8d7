//! TCP connections that have not become a socket: bounded in all and by address.
//!
//! When there are too many, the oldest connection that has sent no complete request is closed: a client that sends its
//! request at once gets in, however many silent connections are open.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use prometheus::IntGauge;
use tokio::sync::Notify;
use tokio::time::sleep_until;
use tokio_util::sync::CancellationToken;

use crate::admission::counted_address;
use crate::limits::Limits;

/// The connections of one server that have not become a socket.
#[derive(Debug)]
pub(crate) struct PendingConnections {
    state: Mutex<State>,
    limit: usize,
    limit_per_ip: usize,
    /// Notified when a connection has closed or has become a socket.
    freed: Notify,
    gauge: IntGauge,
}

#[derive(Debug, Default)]
struct State {
    last_id: u64,
    /// The oldest first.
    connections: BTreeMap<u64, Entry>,
    /// Only addresses with a connection.
    by_ip: HashMap<IpAddr, usize>,
}

#[derive(Debug)]
struct Entry {
    /// `None`: it comes from a proxy, on behalf of many.
    ip: Option<IpAddr>,
    /// Since when it has sent no complete request; `None` while one is answered.
    silent_since: Option<Instant>,
    closing: CancellationToken,
}

/// One connection; counted until it becomes a socket or this is dropped.
#[derive(Debug)]
pub(crate) struct PendingConnection {
    all: Arc<PendingConnections>,
    id: u64,
    closing: CancellationToken,
}

impl PendingConnections {
    pub(crate) fn new(limits: &Limits, gauge: IntGauge) -> PendingConnections {
        PendingConnections {
            state: Mutex::default(),
            limit: limits.unauthenticated,
            limit_per_ip: limits.connections_per_ip,
            freed: Notify::new(),
            gauge,
        }
    }

    /// Whether there are as many as there may be.
    pub(crate) fn is_full(&self) -> bool {
        self.lock().connections.len() >= self.limit
    }

    /// Resolves when there is room for one more. Connections that have just been accepted get a moment to send a request.
    pub(crate) async fn room(&self) {
        while self.is_full() {
            let oldest_may_close = self.close_oldest(Instant::now());
            tokio::select! {
                () = self.freed.notified() => {}
                () = sleep_until(oldest_may_close.into()) => {}
            }
        }
    }

    /// Resolves when a connection has closed or has become a socket.
    pub(crate) async fn freed(&self) {
        self.freed.notified().await;
    }

    /// Closes the oldest connection that has sent no complete request, or else the oldest of all; not while it is new.
    /// Returns when to ask again if no connection is freed before.
    pub(crate) fn close_oldest(&self, now: Instant) -> Instant {
        let state = self.lock();
        let Some(oldest) = state.oldest(|_| true) else {
            return now + MOMENT;
        };
        let may_close = oldest.silent_since.unwrap_or(now) + MOMENT;
        if oldest.silent_since.is_none() || may_close <= now {
            oldest.closing.cancel();
            return now + MOMENT;
        }
        may_close
    }

    /// Counts a connection. One too many of its address closes the oldest of that address.
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
    /// The oldest connection that has sent no complete request, or else the oldest of all; none that closes already.
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
    /// The client has sent a complete request.
    pub(crate) fn request_is_complete(&self) {
        self.all.set_silent_since(self.id, None);
    }

    /// The request is answered; the client may send another one.
    pub(crate) fn request_is_answered(&self) {
        self.all.set_silent_since(self.id, Some(Instant::now()));
    }

    /// The connection counts among the sockets from now on.
    pub(crate) fn becomes_a_socket(&self) {
        self.all.remove(self.id);
    }

    /// Resolves when the connection has to close to make room.
    pub(crate) async fn closing(&self) {
        self.closing.cancelled().await;
    }
}

impl Drop for PendingConnection {
    fn drop(&mut self) {
        self.all.remove(self.id);
    }
}

/// How long a connection may be silent while there is no room for another one. The request of a client that means it
/// follows its connection at once.
const MOMENT: Duration = Duration::from_millis(100);
