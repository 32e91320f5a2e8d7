//! Detects a client that splits its messages into more fragments than they need. Pure.
//!
//! The WebSocket library returns whole messages only, so no rate limit would count empty fragments.

use std::io;

/// Counts the bytes received since the last complete message.
#[derive(Debug)]
pub(crate) struct Fragments {
    message_bytes: usize,
    bytes: usize,
}

/// A message arrived in too many fragments.
#[derive(Debug, thiserror::Error)]
#[error("a message in too many fragments")]
pub(crate) struct TooManyFragments;

impl Fragments {
    /// Creates a counter. `message_bytes` is the size of the largest message that is allowed.
    pub(crate) fn new(message_bytes: usize) -> Fragments {
        Fragments { message_bytes, bytes: 0 }
    }

    /// Counts bytes that were read from the socket.
    pub(crate) fn read(&mut self, bytes: usize) -> io::Result<()> {
        self.bytes += bytes;
        if self.bytes > self.message_bytes + headers(self.message_bytes) {
            return Err(io::Error::other(TooManyFragments));
        }
        Ok(())
    }

    /// Records that a message of this size is complete, and checks the overhead of its fragments.
    pub(crate) fn message(&mut self, bytes: usize) -> Result<(), TooManyFragments> {
        let other = self.bytes.saturating_sub(bytes);
        self.bytes = 0;
        if other > headers(bytes) { Err(TooManyFragments) } else { Ok(()) }
    }

    /// Subtracts a ping or a pong of this size, which may arrive between fragments.
    pub(crate) fn control(&mut self, bytes: usize) {
        self.bytes = self.bytes.saturating_sub(bytes + CONTROL_HEADER_BYTES);
    }
}

/// Returns the bytes of overhead that a message may have: one header per half kilobyte, plus 8 KiB for the header of
/// the message and the beginning of the next one.
fn headers(message_bytes: usize) -> usize {
    message_bytes / 64 + 8 * 1024
}

/// The header of a control frame with a client's mask.
const CONTROL_HEADER_BYTES: usize = 6;

#[cfg(test)]
mod tests {
    use super::Fragments;

    const LARGEST: usize = 262_144;

    #[test]
    fn a_message_in_fragments_of_half_a_kilobyte_is_accepted() {
        let mut fragments = Fragments::new(LARGEST);
        for _ in 0..3 {
            for _ in 0..LARGEST / 512 {
                fragments.read(512 + 8).unwrap();
            }
            fragments.message(LARGEST).unwrap();
        }
    }

    #[test]
    fn empty_fragments_are_bounded_in_complete_and_endless_messages_and_between_pings() {
        let mut endless = Fragments::new(LARGEST);
        assert!((0..50_000).any(|_| endless.read(6).is_err()));

        let mut with_pings = Fragments::new(LARGEST);
        let is_refused = (0..50_000).any(|_| {
            let read = with_pings.read(6 + 6);
            with_pings.control(0);
            read.is_err()
        });
        assert!(is_refused);

        let mut short = Fragments::new(LARGEST);
        (0..10_000).for_each(|_| short.read(6).unwrap());
        assert!(short.message(0).is_err());
    }

    #[test]
    fn pings_do_not_count_as_fragments() {
        let mut fragments = Fragments::new(1_000);
        for _ in 0..1_000_000 {
            fragments.read(6 + 125).unwrap();
            fragments.control(125);
        }
    }
}
