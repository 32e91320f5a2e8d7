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

use super::admission::counted_address;
use crate::settings::Limits;

/// The connections of one server that have not become a socket.
#[derive(Debug)]
pub(crate) struct PendingConnections {
    state: Mutex<State>,
    limit: usize,
    limit_per_ip: usize,
    /// How long a connection may be silent while there is no room for another one.
    patience: Duration,
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

    /// Resolves when there is room for one more. Returns how many connections were closed for it.
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

    /// Closes the oldest connection that has sent no complete request, or else the oldest of all. Returns when one may be
    /// closed, if none may be yet.
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
