//! What one channel has to send, and what it has no answer to: bounded, in the order it was sent.

/// How many frames of one channel may wait, for a connection or for an answer.
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

impl Frame {
    /// What it takes of an allowance.
    pub fn cost_ms(&self) -> i32 {
        MS_PER_FRAME.max(self.bytes / BYTES_PER_MS) as i32
    }
}

/// The queue is full; the frame is refused, what waits stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

/// What there is to know of an entry, as bits.
pub type Marks = u8;
/// It was published: it stays until it is answered.
pub const PUBLISHED: Marks = 1;
/// It was sent with its key, over whatever socket.
pub const SENT: Marks = 2;
/// It was sent over the current socket.
pub const OUT: Marks = 4;
/// It was sent without its key, over whatever socket: it is never sent again.
pub const PLAIN: Marks = 8;
/// It was sent over a socket that has ended without its answer; counted up to [`OFTEN`].
pub const ONCE: Marks = 16;
/// Sent over three sockets, each of which has ended without its answer: it may be what ends them.
pub const OFTEN: Marks = 3 * ONCE;

/// A frame with what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The frame.
    pub frame: Frame,
    /// What became of it.
    pub marks: Marks,
    /// Since when its answer is awaited.
    pub since_ms: u32,
    /// Its number among the frames that were sent on its channel; 0 before.
    pub place: u32,
}

/// Entries in the order they were sent.
#[derive(Debug)]
pub struct Queue {
    entries: Vec<Entry>,
    bytes: u32,
}

impl Queue {
    /// A queue in which nothing waits.
    pub const fn new() -> Self {
        Queue { entries: Vec::new(), bytes: 0 }
    }

    /// Adds an entry behind the others, of which there may be `most`.
    pub fn push(&mut self, entry: Entry, most: usize) -> Result<(), Full> {
        let bytes = self.bytes.saturating_add(entry.frame.bytes);
        // One frame alone may exceed the bytes: whether it is too large is the server's to say.
        let too_many_bytes = bytes > MAX_BYTES && !self.entries.is_empty();
        if self.entries.len() >= most || too_many_bytes {
            return Err(Full);
        }
        self.bytes = bytes;
        self.entries.push(entry);
        Ok(())
    }

    /// The oldest entry of whose marks the given ones are as wanted, with its place.
    pub fn first(&mut self, marks: Marks, wanted: Marks) -> Option<(usize, &mut Entry)> {
        self.entries.iter_mut().enumerate().find(|(_, entry)| entry.marks & marks == wanted)
    }

    /// The entry of the frame with that number, and where it stands.
    pub fn get(&mut self, number: FrameId) -> Option<(usize, &mut Entry)> {
        self.entries.iter_mut().enumerate().find(|(_, entry)| entry.frame.number == number)
    }

    /// The entry with that number among the frames that were sent, and where it stands.
    pub fn at(&mut self, place: u32) -> Option<(usize, &mut Entry)> {
        self.entries.iter_mut().enumerate().find(|(_, entry)| entry.place == place)
    }

    /// Takes the entry at that place out of the queue.
    pub fn take(&mut self, index: usize) -> FrameId {
        let Frame { number, bytes, .. } = self.entries.remove(index).frame;
        self.bytes -= bytes;
        number
    }

    /// Takes the oldest entry of whose marks the given ones are as wanted out of the queue.
    pub fn take_first(&mut self, marks: Marks, wanted: Marks) -> Option<FrameId> {
        let (index, _) = self.first(marks, wanted)?;
        Some(self.take(index))
    }

    /// There is a new socket, over which nothing was sent. An answer may take its time, counted while there is a connection.
    pub fn start_over(&mut self, now_ms: u32) {
        for entry in &mut self.entries {
            entry.marks = (entry.marks & !OUT) + (entry.marks & OUT) * (ONCE / OUT);
            entry.since_ms = now_ms;
        }
    }
}

impl Default for Queue {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::{Entry, Frame, Full, MAX_BYTES, MAX_FRAMES, OUT, PUBLISHED, Queue};

    fn frame(bytes: u32) -> Entry {
        numbered(0, bytes)
    }

    fn numbered(number: u32, bytes: u32) -> Entry {
        Entry { frame: Frame { number, bytes, comes_back: false }, marks: 0, since_ms: 0, place: 0 }
    }

    fn pop_all(queue: &mut Queue) -> usize {
        std::iter::from_fn(|| queue.take_first(0, 0)).count()
    }

    #[test]
    fn the_newest_frame_is_refused_when_too_many_wait() {
        let mut queue = Queue::new();
        for _ in 0..MAX_FRAMES {
            assert_eq!(queue.push(frame(1), MAX_FRAMES), Ok(()));
        }
        assert_eq!(queue.push(frame(1), MAX_FRAMES), Err(Full));
        assert_eq!(pop_all(&mut queue), MAX_FRAMES);
    }

    #[test]
    fn the_newest_frame_is_refused_when_too_many_bytes_wait() {
        let mut queue = Queue::new();
        assert_eq!(queue.push(frame(MAX_BYTES), MAX_FRAMES), Ok(()));
        assert_eq!(queue.push(frame(1), MAX_FRAMES), Err(Full));
        assert_eq!(pop_all(&mut queue), 1);
        assert_eq!(queue.push(frame(1), MAX_FRAMES), Ok(()));
    }

    #[test]
    fn a_single_large_frame_may_wait() {
        let mut queue = Queue::new();
        assert_eq!(queue.push(frame(u32::MAX), MAX_FRAMES), Ok(()));
        assert_eq!(queue.push(frame(1), MAX_FRAMES), Err(Full));
        assert_eq!(pop_all(&mut queue), 1);
    }

    #[test]
    fn an_entry_keeps_its_place_until_it_is_taken() {
        let mut queue = Queue::new();
        for number in 0..3 {
            assert_eq!(queue.push(Entry { marks: PUBLISHED, ..numbered(number, 1) }, MAX_FRAMES), Ok(()));
        }
        let out = queue.first(OUT, 0).map(|(index, entry)| {
            entry.marks |= OUT;
            index
        });
        assert_eq!(out, Some(0));
        assert_eq!(queue.first(OUT, 0).map(|(index, _)| index), Some(1), "what is out is not sent again");
        let found = queue.get(1).map(|(index, _)| index).map(|index| queue.take(index));
        assert_eq!(found, Some(1));
        assert_eq!(queue.take_first(PUBLISHED, PUBLISHED), Some(0));
        assert_eq!(queue.take_first(PUBLISHED, PUBLISHED), Some(2));
    }

    #[test]
    fn a_queue_that_never_empties_keeps_its_order_and_does_not_grow() {
        let mut queue = Queue::new();
        let mut oldest = 0;
        for number in 0..50_000 {
            assert_eq!(queue.push(numbered(number, 1), MAX_FRAMES), Ok(()));
            if number >= 500 {
                assert_eq!(queue.take_first(0, 0), Some(oldest));
                oldest += 1;
            }
        }
        assert!(queue.entries.capacity() <= 4 * MAX_FRAMES, "{}", queue.entries.capacity());
    }
}
