//! The messages that a channel keeps for readers who come later: bounded in number, bytes and age.

use std::collections::VecDeque;

use crate::encoded::Encoded;
use crate::message_id::MessageId;

/// The newest messages of a channel, and what is known of those before them.
#[derive(Debug)]
pub(crate) struct History {
    /// In the order of their ids.
    entries: VecDeque<Entry>,
    /// What the entries take in memory.
    bytes: usize,
    /// The newest of what was said, kept or not.
    newest: Option<MessageId>,
    /// The newest of what was said and is not kept.
    lost: Option<MessageId>,
}

#[derive(Debug)]
struct Entry {
    id: MessageId,
    /// The whole frame, as the members got it.
    frame: Encoded,
    for_authenticated: bool,
}

/// How much of a channel is kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// Messages.
    pub(crate) count: usize,
    /// What they take in memory.
    pub(crate) bytes: usize,
    /// Milliseconds since a message was said.
    pub(crate) age_ms: u64,
}

/// What a reader missed.
#[derive(Debug)]
pub(crate) struct Missed {
    /// What is kept of it and may be read, oldest first.
    pub(crate) frames: Vec<Encoded>,
    /// Whether nothing else was said.
    pub(crate) is_complete: bool,
}

impl Entry {
    fn bytes(&self) -> usize {
        self.frame.len() + ENTRY_BYTES
    }
}

impl History {
    /// The history of a channel that may have existed before; if so, no message of then has a later id than `lost`.
    pub(crate) fn after(lost: Option<MessageId>) -> History {
        History { entries: VecDeque::new(), bytes: 0, newest: lost, lost }
    }

    /// Keeps a message, and removes the oldest until the bounds hold.
    pub(crate) fn keep(&mut self, id: MessageId, frame: Encoded, for_authenticated: bool, bounds: Bounds) {
        self.newest = Some(id);
        let entry = Entry { id, frame, for_authenticated };
        self.bytes += entry.bytes();
        self.entries.push_back(entry);
        self.shrink_to(bounds);
        self.expire(id.ms(), bounds);
    }

    /// Removes the oldest until the number and the bytes are within the bounds.
    pub(crate) fn shrink_to(&mut self, bounds: Bounds) {
        while self.entries.len() > bounds.count || self.bytes > bounds.bytes {
            if !self.remove_oldest() {
                return;
            }
        }
    }

    /// Removes what is older than the bounds allow.
    pub(crate) fn expire(&mut self, now_ms: u64, bounds: Bounds) {
        let oldest_kept = now_ms.saturating_sub(bounds.age_ms);
        while self.entries.front().is_some_and(|entry| entry.id.ms() < oldest_kept) {
            self.remove_oldest();
        }
    }

    /// What is kept stays with authenticated readers: anonymous ones may read the channel only from now on.
    pub(crate) fn reserve_for_authenticated(&mut self) {
        self.entries.iter_mut().for_each(|entry| entry.for_authenticated = true);
    }

    /// Removes the oldest message. Says whether there was one.
    pub(crate) fn remove_oldest(&mut self) -> bool {
        let Some(entry) = self.entries.pop_front() else {
            return false;
        };
        self.bytes -= entry.bytes();
        self.lost = Some(entry.id);
        // A burst is no reason to hold its memory for good.
        if self.entries.capacity() > SPARE_ENTRIES && self.entries.len() < self.entries.capacity() / 4 {
            self.entries.shrink_to(self.entries.len() * 2);
        }
        true
    }

    /// What a reader may read of it, oldest first.
    pub(crate) fn readable_by(&self, is_authenticated: bool) -> Vec<Encoded> {
        self.read_from(0, is_authenticated)
    }

    /// What a reader missed who has seen everything up to that message.
    pub(crate) fn since(&self, seen: Option<MessageId>, is_authenticated: bool) -> Missed {
        let first = self.entries.partition_point(|entry| Some(entry.id) <= seen);
        // A reader who has seen more than was said has seen what is lost.
        let is_complete = self.lost <= seen && seen <= self.newest;
        Missed { frames: self.read_from(first, is_authenticated), is_complete }
    }

    /// A kept message that a reader may read.
    pub(crate) fn find(&self, id: MessageId, is_authenticated: bool) -> Option<&Encoded> {
        let at = self.entries.binary_search_by_key(&id, |entry| entry.id).ok()?;
        let entry = self.entries.get(at)?;
        (is_authenticated || !entry.for_authenticated).then_some(&entry.frame)
    }

    /// The newest of what was said, kept or not.
    pub(crate) fn newest(&self) -> Option<MessageId> {
        self.newest
    }

    /// What the entries take in memory.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn read_from(&self, first: usize, is_authenticated: bool) -> Vec<Encoded> {
        let readable = |entry: &&Entry| is_authenticated || !entry.for_authenticated;
        self.entries.range(first..).filter(readable).map(|entry| entry.frame.clone()).collect()
    }
}

/// An entry beside the bytes of its frame: twice its own size, as the queue doubles, and the frame's allocation.
const ENTRY_BYTES: usize = 2 * size_of::<Entry>() + 32;

/// A queue of this many entries or fewer keeps its memory.
const SPARE_ENTRIES: usize = 64;
