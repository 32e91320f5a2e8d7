//! A rate limit for log lines that a client can cause: one line per minute and kind.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Admits one line per minute and counts the suppressed ones. Each kind of line has its own static.
#[derive(Debug)]
pub(crate) struct LineRate(Mutex<Option<Minute>>);

#[derive(Debug)]
struct Minute {
    began: Instant,
    left_out: u64,
}

impl LineRate {
    pub(crate) const fn new() -> LineRate {
        LineRate(Mutex::new(None))
    }

    /// Returns `None` if the line must be suppressed, or else the number of lines suppressed since the last one.
    pub(crate) fn admits(&self, now: Instant) -> Option<u64> {
        let mut minute = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *minute {
            Some(Minute { began, left_out }) if now.saturating_duration_since(*began) < MINUTE => {
                *left_out += 1;
                None
            }
            other => {
                let last = other.replace(Minute { began: now, left_out: 0 });
                Some(last.map_or(0, |last| last.left_out))
            }
        }
    }
}

const MINUTE: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::LineRate;

    #[test]
    fn one_line_per_minute_is_logged_with_the_number_of_suppressed_lines() {
        let rate = LineRate::new();
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let admitted: Vec<_> = [0, 1, 59, 60, 61, 120, 180].map(|seconds| rate.admits(at(seconds))).to_vec();
        assert_eq!(admitted, [Some(0), None, None, Some(2), None, Some(1), Some(0)]);
    }
}
