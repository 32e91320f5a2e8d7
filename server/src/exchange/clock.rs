//! The clock of the hub.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A clock in milliseconds since 1970 that never goes back while the server runs.
#[derive(Debug)]
pub(super) struct Clock {
    started: Instant,
    started_at: Duration,
}

impl Clock {
    pub(super) fn start() -> Clock {
        let started_at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Clock { started: Instant::now(), started_at }
    }

    pub(super) fn at(&self, moment: Instant) -> Duration {
        self.started_at + moment.duration_since(self.started)
    }
}
