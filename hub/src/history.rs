//! The messages that a channel keeps for later readers. Number, bytes and age are bounded.

use std::collections::VecDeque;

use crate::encoded::Encoded;
use crate::message_id::MessageId;

/// The newest messages of a channel, and the ids that tell whether older ones are missing.
#[derive(Debug)]
pub(crate) struct History {
    /// Ordered by id.
    entries: VecDeque<Entry>,
    /// The memory of all entries, in bytes.
    bytes: usize,
    /// The id of the newest message, whether it is kept or not.
    newest: Option<MessageId>,
    /// The id of the newest message that is not kept.
    lost: Option<MessageId>,
}

#[derive(Debug)]
struct Entry {
    id: MessageId,
    /// The complete frame, as the members received it.
    frame: Encoded,
    for_authenticated: bool,
}

/// The bounds of one channel's history.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// The number of messages.
    pub(crate) count: usize,
    /// Their memory in bytes.
    pub(crate) bytes: usize,
    /// The age of a message in milliseconds.
    pub(crate) age_ms: u64,
}

/// The messages that a reader has missed.
#[derive(Debug)]
pub(crate) struct Missed {
    /// The missed messages that are kept and that the reader may read, oldest first.
    pub(crate) frames: Vec<Encoded>,
    /// Whether these are all messages that the reader has missed.
    pub(crate) is_complete: bool,
}

impl Entry {
    fn bytes(&self) -> usize {
        self.frame.len() + ENTRY_BYTES
    }
}

impl History {
    /// Returns an empty history for a channel that may have existed before. If it did, its newest message has the id
    /// `lost` at most.
    pub(crate) fn after(lost: Option<MessageId>) -> History {
        History { entries: VecDeque::new(), bytes: 0, newest: lost, lost }
    }

    /// Adds a message, and removes the oldest ones until the bounds hold.
    pub(crate) fn keep(&mut self, id: MessageId, frame: Encoded, for_authenticated: bool, bounds: Bounds) {
        self.newest = Some(id);
        let entry = Entry { id, frame, for_authenticated };
        self.bytes += entry.bytes();
        self.entries.push_back(entry);
        self.shrink_to(bounds);
        self.expire(id.ms(), bounds);
    }

    /// Removes the oldest messages until number and bytes are within the bounds.
    pub(crate) fn shrink_to(&mut self, bounds: Bounds) {
        while self.entries.len() > bounds.count || self.bytes > bounds.bytes {
            if !self.remove_oldest() {
                return;
            }
        }
    }

    /// Removes all messages that are older than the bounds allow.
    pub(crate) fn expire(&mut self, now_ms: u64, bounds: Bounds) {
        let oldest_kept = now_ms.saturating_sub(bounds.age_ms);
        while self.entries.front().is_some_and(|entry| entry.id.ms() < oldest_kept) {
            self.remove_oldest();
        }
    }

    /// Restricts all kept messages to authenticated readers, when anonymous clients may join a channel for the first
    /// time.
    pub(crate) fn reserve_for_authenticated(&mut self) {
        self.entries.iter_mut().for_each(|entry| entry.for_authenticated = true);
    }

    /// Removes the oldest message. Returns whether there was one.
    pub(crate) fn remove_oldest(&mut self) -> bool {
        let Some(entry) = self.entries.pop_front() else {
            return false;
        };
        self.bytes -= entry.bytes();
        self.lost = Some(entry.id);
        // Release the memory that a burst has allocated.
        if self.entries.capacity() > SPARE_ENTRIES && self.entries.len() < self.entries.capacity() / 4 {
            self.entries.shrink_to(self.entries.len() * 2);
        }
        true
    }

    /// Returns the messages that a reader may read, oldest first.
    pub(crate) fn readable_by(&self, is_authenticated: bool) -> Vec<Encoded> {
        self.read_from(0, is_authenticated)
    }

    /// Returns the newest messages that a reader may read, oldest first, with their ids.
    pub(crate) fn newest_entries(&self, at_most: usize, is_authenticated: bool) -> Vec<(MessageId, Encoded)> {
        let readable = self.entries.iter().rev().filter(|entry| is_authenticated || !entry.for_authenticated);
        let mut newest: Vec<_> = readable.take(at_most).map(|entry| (entry.id, entry.frame.clone())).collect();
        newest.reverse();
        newest
    }

    /// Returns the messages that a reader has missed who has seen everything up to `seen`.
    pub(crate) fn since(&self, seen: Option<MessageId>, is_authenticated: bool) -> Missed {
        let first = self.entries.partition_point(|entry| Some(entry.id) <= seen);
        // An id beyond the newest message is not from this history, so nothing is known of what its reader has seen.
        let is_complete = self.lost <= seen && seen <= self.newest;
        Missed { frames: self.read_from(first, is_authenticated), is_complete }
    }

    /// Returns a kept message, if the reader may read it.
    pub(crate) fn find(&self, id: MessageId, is_authenticated: bool) -> Option<&Encoded> {
        let at = self.entries.binary_search_by_key(&id, |entry| entry.id).ok()?;
        let entry = self.entries.get(at)?;
        (is_authenticated || !entry.for_authenticated).then_some(&entry.frame)
    }

    /// Returns the id of the newest message, whether it is kept or not.
    pub(crate) fn newest(&self) -> Option<MessageId> {
        self.newest
    }

    /// Returns the memory of all entries, in bytes.
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

/// The memory of an entry without the bytes of its frame: twice its own size, because the queue doubles its capacity,
/// plus the allocation of the frame.
const ENTRY_BYTES: usize = 2 * size_of::<Entry>() + 32;

/// A queue with at most this capacity is never shrunk.
const SPARE_ENTRIES: usize = 64;
