//! The settings in force, and other ones.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{Exchange, State};
use crate::hub::{Dialect, Input};
use crate::outbox::{Ending, FlushBatch};

impl Exchange {
    /// Returns whether sockets may open at the address with this hash.
    pub(crate) fn is_at(&self, hash: &str) -> bool {
        self.lock().is_at(hash)
    }

    /// Returns the connection hash, the last segment of the socket's URL.
    pub(crate) fn hash(&self) -> String {
        self.lock().hub.settings().hash.clone()
    }

    /// Returns the canonical of the first Realtime server of V2 to which clients can connect.
    pub(crate) fn canonical(&self) -> Option<String> {
        let state = self.lock();
        let open = state.hub.settings().servers().iter().find(|server| server.is_open());
        open.map(|server| server.canonical.clone())
    }

    /// Returns the time for which a socket at the address of this canonical is not ready.
    pub(crate) fn handshake_delay(&self, canonical: &str) -> Duration {
        let delay_ms = self.lock().hub.settings().server(canonical).map(|server| server.handshake_delay_ms);
        Duration::from_millis(delay_ms.unwrap_or_default().into())
    }

    /// Returns the settings in force, as JSON.
    pub(crate) fn settings(&self) -> Value {
        self.lock().hub.settings().to_json()
    }

    /// Passes in an input that changes the settings, and closes the sockets whose address has changed.
    pub(super) fn change_settings(self: &Arc<Self>, input: Input<'_>) {
        let mut batch = FlushBatch::default();
        let hash = self.hash();
        self.feed(Instant::now(), input, &mut batch);
        let state = self.lock();
        if !state.is_at(&hash) {
            let of_v1 = state.outboxes.iter().filter(|(id, _)| state.hub.dialect(**id) == Dialect::V1);
            of_v1.for_each(|(_, outbox)| outbox.end(Ending::AddressChanged));
        }
    }
}

impl State {
    pub(super) fn is_at(&self, hash: &str) -> bool {
        let settings = self.hub.settings();
        settings.enabled && settings.hash == hash
    }
}
