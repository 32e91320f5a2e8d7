//! The frames of one channel that wait for a connection, bounded.

/// How many frames of one channel may wait.
pub const MAX_FRAMES: usize = 1_000;

/// How many bytes of one channel's frames may wait.
pub const MAX_BYTES: u32 = 1024 * 1024;

/// What goes out at once on a new socket, of all channels together: servers bound how many frames and bytes a client may
/// send. The reference server takes 500 frames and 1 MiB at once.
pub const FLUSHED_AT_ONCE: Allowance = Allowance { frames: 400, bytes: 768 * 1024 };

/// What goes out each time that the socket takes more, 20 times a second. The reference server takes 100 frames and
/// 256 KiB a second.
pub const FLUSHED_PER_TURN: Allowance = Allowance { frames: 5, bytes: 10 * 1024 };

/// How much of what waits may go out now. The last frame may exceed the bytes: later turns wait until that is paid off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// How many frames.
    pub frames: usize,
    /// How many bytes; negative after a frame that exceeded them.
    pub bytes: i64,
}

impl Allowance {
    /// Everything.
    pub const UNLIMITED: Allowance = Allowance { frames: usize::MAX, bytes: i64::MAX };

    /// The allowance of the next turn, less what the turns before it have exceeded theirs by.
    pub fn next_turn(self) -> Allowance {
        // A server that takes a frame of many megabytes takes more bytes a second, too.
        let excess = self.bytes.clamp(-FLUSHED_AT_ONCE.bytes, 0);
        Allowance { bytes: FLUSHED_PER_TURN.bytes + excess, ..FLUSHED_PER_TURN }
    }

    /// Whether a frame may go out.
    pub fn is_left(self) -> bool {
        self.frames > 0 && self.bytes > 0
    }

    fn spend(&mut self, bytes: u32) {
        self.frames -= 1;
        self.bytes -= i64::from(bytes);
    }
}

/// Something to send. The session never looks into it, and counts its length only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame<F> {
    /// What the driver sends.
    pub body: F,
    /// Its length on the wire.
    pub bytes: u32,
    /// Whether the server sends it back: a public message.
    pub comes_back: bool,
}

/// The queue is full; the frame is refused, what waits stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

/// Frames in the order they were sent.
#[derive(Debug)]
pub struct Queue<F> {
    frames: Vec<Frame<F>>,
    bytes: u32,
}

impl<F> Queue<F> {
    /// A queue in which nothing waits.
    pub const fn new() -> Self {
        Queue { frames: Vec::new(), bytes: 0 }
    }

    /// Adds a frame behind the others.
    pub fn push(&mut self, frame: Frame<F>) -> Result<(), Full> {
        let bytes = self.bytes.saturating_add(frame.bytes);
        // One frame alone may exceed the bytes: whether it is too large is the server's to say.
        let too_many_bytes = bytes > MAX_BYTES && !self.frames.is_empty();
        if self.frames.len() >= MAX_FRAMES || too_many_bytes {
            return Err(Full);
        }
        self.bytes = bytes;
        self.frames.push(frame);
        Ok(())
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// Takes out what the allowance has room for, oldest first.
    pub fn take(&mut self, allowance: &mut Allowance) -> Vec<Frame<F>> {
        let mut count = 0;
        for frame in &self.frames {
            if !allowance.is_left() {
                break;
            }
            allowance.spend(frame.bytes);
            self.bytes -= frame.bytes;
            count += 1;
        }
        let later = self.frames.split_off(count);
        std::mem::replace(&mut self.frames, later)
    }
}

impl<F> Default for Queue<F> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::{Allowance, FLUSHED_PER_TURN, Frame, Full, MAX_BYTES, MAX_FRAMES, Queue};

    fn frame(bytes: u32) -> Frame<u32> {
        Frame { body: bytes, bytes, comes_back: false }
    }

    #[test]
    fn the_newest_frame_is_refused_when_too_many_wait() {
        let mut queue = Queue::new();
        for _ in 0..MAX_FRAMES {
            assert_eq!(queue.push(frame(1)), Ok(()));
        }
        assert_eq!(queue.push(frame(1)), Err(Full));
        assert_eq!(queue.take(&mut { Allowance::UNLIMITED }).len(), MAX_FRAMES);
    }

    #[test]
    fn the_newest_frame_is_refused_when_too_many_bytes_wait() {
        let mut queue = Queue::new();
        assert_eq!(queue.push(frame(MAX_BYTES)), Ok(()));
        assert_eq!(queue.push(frame(1)), Err(Full));
        assert_eq!(queue.take(&mut { Allowance::UNLIMITED }).len(), 1);
        assert_eq!(queue.push(frame(1)), Ok(()));
    }

    #[test]
    fn a_single_large_frame_may_wait() {
        let mut queue = Queue::new();
        assert_eq!(queue.push(frame(u32::MAX)), Ok(()));
        assert_eq!(queue.push(frame(1)), Err(Full));
    }

    #[test]
    fn a_frame_that_exceeds_the_bytes_of_its_turn_is_paid_off_by_the_next_ones() {
        let mut queue = Queue::new();
        for bytes in [30_000, 1, 1] {
            assert_eq!(queue.push(frame(bytes)), Ok(()));
        }
        let mut allowance = FLUSHED_PER_TURN;
        let mut turns = vec![];
        for _ in 0..3 {
            turns.push(queue.take(&mut allowance).len());
            allowance = allowance.next_turn();
        }
        assert_eq!(turns, [1, 0, 2]);
    }
}
