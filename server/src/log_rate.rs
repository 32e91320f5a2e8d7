//! A log line that strangers can cause is written at a bounded rate, with the number of events that it stands for.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Bounds how often one kind of line is written.
#[derive(Debug, Default)]
pub(crate) struct LogRate(Mutex<Counted>);

#[derive(Debug, Default)]
struct Counted {
    written: Option<Instant>,
    events: u64,
}

impl LogRate {
    /// Counts an event. Returns how many events a line now stands for, or `None` when it is too early for the next line.
    pub(crate) fn count(&self, now: Instant) -> Option<u64> {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counted.events += 1;
        if counted.written.is_some_and(|written| now < written + INTERVAL) {
            return None;
        }
        counted.written = Some(now);
        Some(std::mem::take(&mut counted.events))
    }
}

const INTERVAL: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::LogRate;

    #[test]
    fn the_first_event_is_logged_at_once_and_the_next_ones_together() {
        let start = Instant::now();
        let rate = LogRate::default();
        let logged = [0, 1, 9, 10, 11, 50].map(|seconds| rate.count(start + Duration::from_secs(seconds)));
        assert_eq!(logged, [Some(1), None, None, Some(3), None, Some(2)]);
    }
}
