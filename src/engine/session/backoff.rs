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

    /// The delay before the next attempt, in milliseconds. `random` is one of all 32-bit numbers.
    pub fn next(&mut self, random: u32) -> u32 {
        let ceiling_ms = self.ceiling_ms;
        self.ceiling_ms = (ceiling_ms * 2).min(LAST_CEILING_MS);
        // From 0 to 65,536, both included, so that the delay may be the ceiling itself. The product fits 32 bits: 64 of them
        // are code that plain JavaScript has to carry.
        let share = (random >> 16) + (random >> 31);
        (ceiling_ms * share) >> 16
    }
}

impl Default for Backoff {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::{Backoff, LAST_CEILING_MS};

    const HALF: u32 = 1 << 31;

    #[test]
    fn with_the_highest_random_number_the_delays_double_from_one_second_to_a_minute() {
        let mut backoff = Backoff::new();
        let delays: Vec<u32> = (0..8).map(|_| backoff.next(u32::MAX)).collect();
        assert_eq!(delays, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    }

    #[test]
    fn the_jitter_covers_the_whole_range() {
        assert_eq!(Backoff::new().next(0), 0);
        assert_eq!(Backoff::new().next(HALF), 500);
        assert_eq!(Backoff { ceiling_ms: LAST_CEILING_MS }.next(HALF), 30_000);
    }

    #[test]
    fn a_higher_random_number_never_gives_a_shorter_delay() {
        let delays: Vec<u32> = (0..=u16::MAX).map(|high| Backoff::new().next(u32::from(high) << 16)).collect();
        assert!(delays.is_sorted());
    }
}
