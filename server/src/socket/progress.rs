//! Whether a client that reads slowly still reads fast enough. Pure.

use std::time::{Duration, Instant};

/// Judges a client at the end of each period in which its outbox never emptied.
#[derive(Debug)]
pub(crate) struct Progress {
    period: Duration,
    /// When the period began, and how many bytes the client had taken then.
    begun: Option<(Instant, u64)>,
}

impl Progress {
    pub(crate) fn new(period: Duration) -> Progress {
        Progress { period, begun: None }
    }

    /// The client takes nothing for the time being. Returns when it is judged.
    pub(crate) fn wait(&mut self, now: Instant, taken_bytes: u64) -> Instant {
        let (begun, _) = *self.begun.get_or_insert((now, taken_bytes));
        begun + self.period
    }

    /// Whether the client reads fast enough. `is_blocked`: its outbox has not emptied.
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

/// Less than any network for telephones carries.
const BYTES_PER_SECOND: u64 = 1024;

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::Progress;

    /// How many seconds a client lives that takes so many bytes every so many seconds, an hour at most.
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
    fn a_client_that_takes_a_little_now_and_then_is_given_up_like_one_that_takes_nothing() {
        assert_eq!(lives_s(0, 1), 58);
        assert_eq!(lives_s(1, 50), 58);
        assert_eq!(lives_s(10_000, 50), 58);
    }

    #[test]
    fn a_client_that_takes_a_kilobyte_a_second_stays_in_whatever_pieces_it_comes() {
        assert_eq!(lives_s(1_100, 1), 3600);
        assert_eq!(lives_s(70_000, 50), 3600);
    }

    #[test]
    fn a_client_that_has_taken_everything_begins_anew() {
        let start = Instant::now();
        let period = Duration::from_secs(58);
        let mut progress = Progress::new(period);
        assert_eq!(progress.wait(start, 0), start + period);
        assert!(progress.suffices(start + period / 2, 10, false));
        assert_eq!(progress.wait(start + period, 10), start + period * 2);
        assert!(!progress.suffices(start + period * 2, 10, true));
    }
}
