//! The frames of one channel that wait for a connection, bounded.

/// How many frames of one channel may wait.
pub const MAX_FRAMES: usize = 1_000;

/// How many bytes of one channel's frames may wait.
pub const MAX_BYTES: u32 = 1024 * 1024;

/// How many frames that waited go out at once on a new socket, and how many each time that it takes more: servers bound
/// how fast a client may send.
pub const FLUSHED_AT_ONCE: usize = 400;
/// See [`FLUSHED_AT_ONCE`]; a driver asks 20 times a second.
pub const FLUSHED_PER_TURN: usize = 5;

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

    /// Takes the oldest out, so many at most, oldest first.
    pub fn take(&mut self, most: usize) -> Vec<Frame<F>> {
        let later = self.frames.split_off(most.min(self.frames.len()));
        let taken = std::mem::replace(&mut self.frames, later);
        self.bytes -= taken.iter().map(|frame| frame.bytes).sum::<u32>();
        taken
    }
}

impl<F> Default for Queue<F> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::{Frame, Full, MAX_BYTES, MAX_FRAMES, Queue};

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
        assert_eq!(queue.take(usize::MAX).len(), MAX_FRAMES);
    }

    #[test]
    fn the_newest_frame_is_refused_when_too_many_bytes_wait() {
        let mut queue = Queue::new();
        assert_eq!(queue.push(frame(MAX_BYTES)), Ok(()));
        assert_eq!(queue.push(frame(1)), Err(Full));
        assert_eq!(queue.take(usize::MAX).len(), 1);
        assert_eq!(queue.push(frame(1)), Ok(()));
    }

    #[test]
    fn a_single_large_frame_may_wait() {
        let mut queue = Queue::new();
        assert_eq!(queue.push(frame(u32::MAX)), Ok(()));
        assert_eq!(queue.push(frame(1)), Err(Full));
    }
}
