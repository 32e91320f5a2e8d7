//! Which messages of a channel are handed out, and which may be acknowledged, in which order.
//!
//! - A message is handed out once, unless its handlers have failed: then once more after the next join.
//! - Acknowledgements go out in the order in which the messages came on the socket, each once on a socket. A message that is
//!   not finished holds back those behind it; one that has failed holds them back until the next join.
//! - A message that has failed [`MAX_FAILURES`] times is poisoned: it is acknowledged all the same.
//! - What is remembered is bounded. Where [`MAX_OUTSTANDING`] messages are not acknowledged, what comes is handed out and not
//!   remembered: it comes again after the next join.

use crate::engine::session::queue::{Entry, Frame, Marks, Queue};

/// How many messages of a channel may be handed out and not acknowledged. Messages of a transcript count. The reference
/// server keeps as many messages for a replay. A host knows the ids of more messages.
pub const MAX_OUTSTANDING: usize = 10_000;

/// How often the handlers of a message may fail.
pub const MAX_FAILURES: u8 = 3;

/// The number that a host gives the id of a message. An id that it sees for the first time gets a higher one than all others.
pub type MessageId = u32;

/// Its handlers have not finished.
const RUNNING: Marks = 1;
/// They have succeeded, or failed for good.
const DONE: Marks = 2;
/// It came on the current socket and has to be acknowledged there.
const DUE: Marks = 4;
/// What one failure adds.
const FAILURE: Marks = 8;

/// What is known of the messages of a channel.
#[derive(Debug)]
pub struct Ledger {
    /// What has no end, or was not acknowledged. What is due stands in the order in which it came.
    messages: Queue,
    /// The newest one that was remembered. What is older and not among the messages has succeeded.
    newest: MessageId,
    /// Whether a message of the current socket is not remembered.
    is_full: bool,
}

impl Ledger {
    /// A ledger of a channel on which nothing came.
    pub const fn new() -> Self {
        Ledger { messages: Queue::new(), newest: 0, is_full: false }
    }

    /// There is another socket: nothing is due on it.
    pub fn start_over(&mut self) {
        while self.messages.take_first(DONE, DONE).is_some() {}
        while let Some((_, entry)) = self.messages.first(DUE, DUE) {
            entry.marks -= DUE;
        }
        self.is_full = false;
    }

    /// A message has come; says whether it is handed out. One of the transcript is not acknowledged: a replay may follow.
    /// What has succeeded before is acknowledged, unless it has come on this socket `again`.
    pub fn arrived(&mut self, number: MessageId, transcript: bool, again: bool) -> bool {
        let known = self.messages.get(number);
        let mut marks = match &known {
            Some((_, entry)) if entry.marks & DUE != 0 || transcript && entry.marks & (RUNNING | DONE) != 0 => {
                return false;
            }
            Some((_, entry)) => entry.marks,
            None if number > self.newest => 0,
            None if transcript || again => return false,
            None => DONE,
        };
        let hand_out = marks & (RUNNING | DONE) == 0;
        if self.is_full {
            return hand_out;
        }
        if let Some((index, _)) = known {
            self.messages.take(index);
        }
        if hand_out {
            marks |= RUNNING;
        }
        if !transcript {
            marks |= DUE;
        }
        let frame = Frame { number, bytes: 0, comes_back: false };
        if self.messages.push(Entry { frame, marks, since_ms: 0, place: 0 }, MAX_OUTSTANDING).is_err() {
            self.is_full = true;
        } else {
            self.newest = self.newest.max(number);
        }
        hand_out
    }

    /// The handlers of a message have finished; says whether the message is poisoned.
    pub fn finished(&mut self, number: MessageId, failed: bool) -> bool {
        let Some((_, entry)) = self.messages.get(number) else { return false };
        if entry.marks & RUNNING == 0 {
            return false;
        }
        entry.marks -= RUNNING;
        if failed {
            entry.marks += FAILURE;
            if entry.marks < MAX_FAILURES * FAILURE {
                return false;
            }
        }
        entry.marks |= DONE;
        failed
    }

    /// Takes the next message that may be acknowledged.
    pub fn take_due(&mut self) -> Option<MessageId> {
        let (index, entry) = self.messages.first(DUE, DUE)?;
        if entry.marks & DONE == 0 {
            return None;
        }
        Some(self.messages.take(index))
    }
}

impl Default for Ledger {
    fn default() -> Self {
        Self::new()
    }
}
