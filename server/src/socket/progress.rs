//! Decides whether a slow reader still reads fast enough. Pure.

use std::time::{Duration, Instant};

/// Measures how many bytes a client reads in each period in which its outbox never became empty.
#[derive(Debug)]
pub(crate) struct Progress {
    period: Duration,
    /// The start of the period, and the number of bytes that the client had read at that time.
    begun: Option<(Instant, u64)>,
}

impl Progress {
    pub(crate) fn new(period: Duration) -> Progress {
        Progress { period, begun: None }
    }

    /// Starts a period, if none has begun, for a client whose TCP buffer is full. Returns the end of the period.
    pub(crate) fn wait(&mut self, now: Instant, taken_bytes: u64) -> Instant {
        let (begun, _) = *self.begun.get_or_insert((now, taken_bytes));
        begun + self.period
    }

    /// Returns whether the client reads fast enough. `is_blocked` says that its outbox has not become empty.
    pub(crate) fn suffices(&mut self, now: Instant, taken_bytes: u64, is_blocked: bool) -> bool {
        if !is_blocked {
            self.begun = None;
            return true;
        }
        match self.begun {
            Some((begun, taken_before)) if now >= begun + self.period => {
                self.begun = Some((now, taken_bytes));
                let period_ms = u64::try_from(self.period.as_millis()).unwrap_or(u64::MAX);
                let least_bytes = BYTES_PER_SECOND.saturating_mul(period_ms) / 1000;
                taken_bytes.saturating_sub(taken_before) >= least_bytes.max(1)
            }
            _ => true,
        }
    }
}

/// The least speed of a reader. Every mobile network is faster.
const BYTES_PER_SECOND: u64 = 1024;

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::Progress;

    /// Returns after how many seconds a client is given up that reads `bytes` every `every_s` seconds; 3600 if it never
    /// is.
    fn lives_s(bytes: u64, every_s: u64) -> u64 {
        let start = Instant::now();
        let mut progress = Progress::new(Duration::from_secs(58));
        let mut taken = 0;
        for seconds in 0..3600 {
            let now = start + Duration::from_secs(seconds);
            progress.wait(now, taken);
            if seconds > 0 && seconds % every_s == 0 {
                taken += bytes;
            }
            if !progress.suffices(now, taken, true) {
                return seconds;
            }
        }
        3600
    }

    #[test]
    fn a_client_that_reads_very_little_is_given_up_like_one_that_reads_nothing() {
        assert_eq!(lives_s(0, 1), 58);
        assert_eq!(lives_s(1, 50), 58);
        assert_eq!(lives_s(10_000, 50), 58);
    }

    #[test]
    fn a_client_that_reads_a_kilobyte_a_second_stays_however_it_divides_its_reads() {
        assert_eq!(lives_s(1_100, 1), 3600);
        assert_eq!(lives_s(70_000, 50), 3600);
    }

    #[test]
    fn an_empty_outbox_ends_the_period() {
        let start = Instant::now();
        let period = Duration::from_secs(58);
        let mut progress = Progress::new(period);
        assert_eq!(progress.wait(start, 0), start + period);
        assert!(progress.suffices(start + period / 2, 10, false));
        assert_eq!(progress.wait(start + period, 10), start + period * 2);
        assert!(!progress.suffices(start + period * 2, 10, true));
    }
}
