//! Which messages of a channel are handed out, and which may be acknowledged, in which order.
//!
//! - A message is handed out once, unless its handlers have failed: then once more after the next join.
//! - Acknowledgements go out in the order in which the messages came on the socket, each once on a socket. A message that is
//!   not finished holds back those behind it; one that has failed holds them back until the next join.
//! - A message that has failed [`MAX_FAILURES`] times is poisoned: it is acknowledged all the same.
//! - What is remembered is bounded. Where [`MAX_OUTSTANDING`] messages are not acknowledged, what comes is handed out and not
//!   remembered: it comes again after the next join.

/// How many messages of a channel may be handed out and not acknowledged, those of a transcript among them.
pub const MAX_OUTSTANDING: usize = 2_000;

/// How often the handlers of a message may fail.
pub const MAX_FAILURES: u8 = 3;

/// The id of a message, in the service's order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct MessageId {
    /// The upper 32 bits of its milliseconds, of which there are 48.
    pub high: u32,
    /// The lower 16 bits of its milliseconds, and the 16 bits of its number within the millisecond.
    pub low: u32,
}

/// What happened to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It has come, live or replayed.
    Arrived,
    /// It has come as one of the transcript. A replay may follow.
    Shown,
    /// Every handler has finished, with the promises that they returned.
    Done,
    /// One of them has failed.
    Failed,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Progress {
    Running,
    Done,
    Failed,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    message: MessageId,
    progress: Progress,
    failures: u8,
    /// Whether it is to be acknowledged on the current socket.
    is_due: bool,
}

/// What is known of the messages of a channel.
#[derive(Debug, Default)]
pub struct Ledger {
    /// What has no end, or was not acknowledged. What is due stands in the order in which it came.
    entries: Vec<Entry>,
    /// The newest message that was handed out. What is older and not among the entries has succeeded.
    newest: MessageId,
    /// The newest that was acknowledged on the current socket.
    acknowledged: MessageId,
    /// Whether a message of the current socket is not remembered.
    is_full: bool,
}

impl Ledger {
    /// A ledger of a channel on which nothing came.
    pub const fn new() -> Self {
        const NONE: MessageId = MessageId { high: 0, low: 0 };
        Ledger { entries: Vec::new(), newest: NONE, acknowledged: NONE, is_full: false }
    }

    /// There is another socket: nothing is due on it.
    // It is called where each connection ends, and rarely.
    #[inline(never)]
    pub fn start_over(&mut self) {
        let mut index = 0;
        while let Some(entry) = self.entries.get_mut(index) {
            entry.is_due = false;
            // One of a transcript may be newer: no replay followed, and the next transcript has it again.
            if entry.progress == Progress::Done && entry.message <= self.newest {
                self.take(index);
            } else {
                index += 1;
            }
        }
        self.acknowledged = MessageId::default();
        self.is_full = false;
    }

    /// A message has come; says whether it is handed out. One of the transcript is not acknowledged: a replay may follow.
    pub fn arrived(&mut self, message: MessageId, transcript: bool) -> bool {
        let known = self.entries.iter().position(|entry| entry.message == message);
        let is_new = message > self.newest;
        let mut entry = match known.and_then(|index| self.entries.get(index)) {
            Some(entry) if entry.is_due || transcript && entry.progress != Progress::Failed => return false,
            Some(&entry) => entry,
            None if !is_new && (transcript || message <= self.acknowledged) => return false,
            None => {
                let progress = if is_new { Progress::Failed } else { Progress::Done };
                Entry { message, progress, failures: 0, is_due: false }
            }
        };
        let hand_out = entry.progress == Progress::Failed;
        self.is_full |= self.entries.len() >= MAX_OUTSTANDING;
        if self.is_full {
            return hand_out;
        }
        if let Some(index) = known {
            self.take(index);
        }
        if hand_out {
            entry.progress = Progress::Running;
        }
        if !transcript {
            entry.is_due = true;
            self.newest = self.newest.max(message);
        }
        self.entries.push(entry);
        hand_out
    }

    /// The handlers of a message have finished; says whether the message is poisoned.
    pub fn finished(&mut self, message: MessageId, failed: bool) -> bool {
        let is_it = |entry: &&mut Entry| entry.message == message && entry.progress == Progress::Running;
        let Some(entry) = self.entries.iter_mut().find(is_it) else { return false };
        entry.failures += u8::from(failed);
        let is_poisoned = failed && entry.failures >= MAX_FAILURES;
        entry.progress = if failed && !is_poisoned { Progress::Failed } else { Progress::Done };
        is_poisoned
    }

    /// Takes the next message that may be acknowledged.
    pub fn take_due(&mut self) -> Option<MessageId> {
        let index = self.entries.iter().position(|entry| entry.is_due)?;
        let Entry { message, progress, .. } = *self.entries.get(index)?;
        if progress != Progress::Done {
            return None;
        }
        self.take(index);
        self.acknowledged = self.acknowledged.max(message);
        Some(message)
    }

    #[inline(never)]
    fn take(&mut self, index: usize) {
        self.entries.remove(index);
    }
}
