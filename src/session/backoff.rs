//! How long to wait before the next attempt.

const FIRST_CEILING_MS: u32 = 1_000;
const LAST_CEILING_MS: u32 = 60_000;

/// Delays that grow from one second to a minute, each drawn from the whole range below its ceiling, so that the
/// clients of a restarted server do not come back all at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    ceiling_ms: u32,
}

impl Backoff {
    /// The first attempt's.
    pub const fn new() -> Self {
        Backoff { ceiling_ms: FIRST_CEILING_MS }
    }

    /// The delay before the next attempt, in milliseconds. `random` lies between 0 and 1.
    pub fn next(&mut self, random: f64) -> u32 {
        let ceiling_ms = self.ceiling_ms;
        self.ceiling_ms = (ceiling_ms * 2).min(LAST_CEILING_MS);
        // The cast cannot leave the range: a float beyond it saturates. Adding a half rounds without `f64::round`,
        // which is code that wasm has to carry.
        ((f64::from(ceiling_ms) * random + 0.5) as u32).min(ceiling_ms)
    }
}

impl Default for Backoff {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::Backoff;

    #[test]
    fn with_the_highest_random_number_the_delays_double_from_one_second_to_a_minute() {
        let mut backoff = Backoff::new();
        let delays: Vec<u32> = (0..8).map(|_| backoff.next(0.999_999)).collect();
        assert_eq!(delays, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    }

    #[test]
    fn the_jitter_covers_the_whole_range() {
        assert_eq!(Backoff::new().next(0.0), 0);
        assert_eq!(Backoff::new().next(0.5), 500);
    }

    #[test]
    fn a_random_number_that_is_none_stays_within_the_ceiling() {
        assert_eq!(Backoff::new().next(f64::NAN), 0);
        assert_eq!(Backoff::new().next(7.0), 1_000);
    }
}
