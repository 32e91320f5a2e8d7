//! Whether a client splits its messages into more fragments than a message needs. Pure.
//!
//! The WebSocket library hands on whole messages alone, so that empty fragments would be counted by no rate.

use std::io;

/// Counts the bytes that belong to no complete message yet.
#[derive(Debug)]
pub(crate) struct Fragments {
    message_bytes: usize,
    bytes: usize,
}

/// A message came in too many fragments.
#[derive(Debug, thiserror::Error)]
#[error("a message in too many fragments")]
pub(crate) struct TooManyFragments;

impl Fragments {
    /// With the size of the largest message.
    pub(crate) fn new(message_bytes: usize) -> Fragments {
        Fragments { message_bytes, bytes: 0 }
    }

    /// Bytes were read.
    pub(crate) fn read(&mut self, bytes: usize) -> io::Result<()> {
        self.bytes += bytes;
        if self.bytes > self.message_bytes + headers(self.message_bytes) {
            return Err(io::Error::other(TooManyFragments));
        }
        Ok(())
    }

    /// A message with so many bytes is complete.
    pub(crate) fn message(&mut self, bytes: usize) -> Result<(), TooManyFragments> {
        let other = self.bytes.saturating_sub(bytes);
        self.bytes = 0;
        if other > headers(bytes) { Err(TooManyFragments) } else { Ok(()) }
    }

    /// A ping or a pong with so many bytes came in between.
    pub(crate) fn control(&mut self, bytes: usize) {
        self.bytes = self.bytes.saturating_sub(bytes + CONTROL_HEADER_BYTES);
    }
}

/// Room for the headers of fragments of half a kilobyte, for the header of a message, and for the beginning of the next.
fn headers(message_bytes: usize) -> usize {
    message_bytes / 64 + 8 * 1024
}

/// With the mask of a client.
const CONTROL_HEADER_BYTES: usize = 6;

#[cfg(test)]
mod tests {
    use super::Fragments;

    const LARGEST: usize = 262_144;

    #[test]
    fn a_message_in_fragments_of_half_a_kilobyte_is_taken() {
        let mut fragments = Fragments::new(LARGEST);
        for _ in 0..3 {
            for _ in 0..LARGEST / 512 {
                fragments.read(512 + 8).unwrap();
            }
            fragments.message(LARGEST).unwrap();
        }
    }

    #[test]
    fn empty_fragments_are_bounded_whether_the_message_ends_or_not_and_whatever_comes_in_between() {
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
    fn many_pings_are_no_fragments() {
        let mut fragments = Fragments::new(1_000);
        for _ in 0..1_000_000 {
            fragments.read(6 + 125).unwrap();
            fragments.control(125);
        }
    }
}
