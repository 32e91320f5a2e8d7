//! The frames of one channel that wait for a connection, bounded.

/// How many frames of one channel may wait.
pub const MAX_FRAMES: usize = 1_000;

/// How many bytes of one channel's frames may wait.
pub const MAX_BYTES: u32 = 1024 * 1024;

/// How many milliseconds of a server's time one frame costs, and how many of its bytes cost one. What waits goes out as
/// fast as servers let one client send in the long run: the reference server takes 100 frames and 256 KiB a second.
pub const MS_PER_FRAME: u32 = 10;
/// See [`MS_PER_FRAME`]: 200 KiB a second.
pub const BYTES_PER_MS: u32 = 205;

/// What may go out at once on a new socket, of all channels together: 400 frames, or 800 KiB. The reference server takes
/// 500 frames and 1 MiB.
pub const AT_ONCE_MS: i32 = 4_000;

/// What may go out each time that the socket takes more, 20 times a second: 5 frames, or 10 KiB. Hosts ask the socket that
/// often.
pub const PER_TURN_MS: i32 = 50;

/// The allowance of the next turn, less what the last frame has exceeded the one before by. Never less than what may go
/// out at once: a server that takes a frame of many megabytes takes more bytes a second, too.
pub fn next_turn(allowance_ms: i32) -> i32 {
    PER_TURN_MS + allowance_ms.clamp(-AT_ONCE_MS, 0)
}

/// The number that a host gives a frame: never the same one twice.
pub type FrameId = u32;

/// Something to send. The host keeps its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// What the host knows it by.
    pub number: FrameId,
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
pub struct Queue {
    /// The frames before `first` are gone.
    frames: Vec<Frame>,
    first: usize,
    bytes: u32,
}

impl Queue {
    /// A queue in which nothing waits.
    pub const fn new() -> Self {
        Queue { frames: Vec::new(), first: 0, bytes: 0 }
    }

    /// Adds a frame behind the others.
    pub fn push(&mut self, frame: Frame) -> Result<(), Full> {
        let bytes = self.bytes.saturating_add(frame.bytes);
        // One frame alone may exceed the bytes: whether it is too large is the server's to say.
        let too_many_bytes = bytes > MAX_BYTES && !self.is_empty();
        if self.frames.len() - self.first >= MAX_FRAMES || too_many_bytes {
            return Err(Full);
        }
        // A queue that never empties takes the places of frames that are gone.
        if self.first >= MAX_FRAMES {
            self.frames.copy_within(self.first.., 0);
            self.frames.truncate(self.frames.len() - self.first);
            self.first = 0;
        }
        self.bytes = bytes;
        self.frames.push(frame);
        Ok(())
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.first == self.frames.len()
    }

    /// Takes the oldest frame, if there is an allowance. It may exceed that.
    pub fn pop(&mut self, allowance_ms: &mut i32) -> Option<Frame> {
        if *allowance_ms <= 0 {
            return None;
        }
        let frame = *self.frames.get(self.first)?;
        *allowance_ms -= MS_PER_FRAME.max(frame.bytes / BYTES_PER_MS) as i32;
        self.bytes -= frame.bytes;
        self.first += 1;
        if self.is_empty() {
            self.frames.clear();
            self.first = 0;
        }
        Some(frame)
    }
}

impl Default for Queue {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::{AT_ONCE_MS, Frame, Full, MAX_BYTES, MAX_FRAMES, PER_TURN_MS, Queue, next_turn};

    fn frame(bytes: u32) -> Frame {
        Frame { number: 0, bytes, comes_back: false }
    }

    fn pop_all(queue: &mut Queue, mut allowance_ms: i32) -> usize {
        std::iter::from_fn(|| queue.pop(&mut allowance_ms)).count()
    }

    #[test]
    fn the_newest_frame_is_refused_when_too_many_wait() {
        let mut queue = Queue::new();
        for _ in 0..MAX_FRAMES {
            assert_eq!(queue.push(frame(1)), Ok(()));
        }
        assert_eq!(queue.push(frame(1)), Err(Full));
        assert_eq!(pop_all(&mut queue, i32::MAX), MAX_FRAMES);
    }

    #[test]
    fn the_newest_frame_is_refused_when_too_many_bytes_wait() {
        let mut queue = Queue::new();
        assert_eq!(queue.push(frame(MAX_BYTES)), Ok(()));
        assert_eq!(queue.push(frame(1)), Err(Full));
        assert_eq!(pop_all(&mut queue, i32::MAX), 1);
        assert_eq!(queue.push(frame(1)), Ok(()));
    }

    #[test]
    fn a_single_large_frame_may_wait() {
        let mut queue = Queue::new();
        assert_eq!(queue.push(frame(u32::MAX)), Ok(()));
        assert_eq!(queue.push(frame(1)), Err(Full));
        assert_eq!(pop_all(&mut queue, 1), 1);
    }

    #[test]
    fn a_frame_that_exceeds_the_bytes_of_its_turn_is_paid_off_by_the_next_ones() {
        let mut queue = Queue::new();
        for bytes in [30_000, 1, 1] {
            assert_eq!(queue.push(frame(bytes)), Ok(()));
        }
        let mut allowance_ms = PER_TURN_MS;
        let mut turns = vec![];
        for _ in 0..4 {
            turns.push(std::iter::from_fn(|| queue.pop(&mut allowance_ms)).count());
            allowance_ms = next_turn(allowance_ms);
        }
        assert_eq!(turns, [1, 0, 1, 1]);
    }

    #[test]
    fn a_queue_that_never_empties_keeps_its_order_and_does_not_grow() {
        let mut queue = Queue::new();
        let mut oldest = 0;
        for number in 0..50_000 {
            assert_eq!(queue.push(Frame { number, ..frame(1) }), Ok(()));
            if number >= 500 {
                let popped = queue.pop(&mut AT_ONCE_MS.clone()).map(|frame| frame.number);
                assert_eq!(popped, Some(oldest));
                oldest += 1;
            }
        }
        assert!(queue.frames.capacity() <= 4 * MAX_FRAMES, "{}", queue.frames.capacity());
    }
}
