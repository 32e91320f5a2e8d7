//! The messages that a channel keeps for those who come later.

use std::collections::VecDeque;

use serde_json::value::RawValue;

use super::message_id::MessageId;

/// The newest messages of a channel, and what is known of those before them.
#[derive(Debug)]
pub(crate) struct History {
    /// In the order of their ids.
    entries: VecDeque<Entry>,
    /// The newest of what was said, kept or not.
    newest: Option<MessageId>,
    /// The newest of what was said and is not kept.
    lost: Option<MessageId>,
}

#[derive(Debug)]
struct Entry {
    id: MessageId,
    /// The whole frame, as the members got it.
    frame: Box<RawValue>,
    for_authenticated: bool,
}

/// What somebody missed.
#[derive(Debug)]
pub(crate) struct Missed<'a> {
    /// What is kept of it and may be read, oldest first.
    pub(crate) frames: Vec<&'a RawValue>,
    /// Whether nothing else was said.
    pub(crate) is_complete: bool,
}

impl History {
    /// Of a channel that may have been there before; if so, what was said then has no later id than that.
    pub(crate) fn after(lost: Option<MessageId>) -> History {
        History { entries: VecDeque::new(), newest: lost, lost }
    }

    /// Keeps a message, and lets go of the oldest when there are more than `size`.
    pub(crate) fn keep(&mut self, id: MessageId, frame: &RawValue, for_authenticated: bool, size: usize) {
        self.newest = Some(id);
        if size == 0 {
            self.lost = Some(id);
            return;
        }
        self.shrink_to(size - 1);
        self.entries.push_back(Entry { id, frame: frame.to_owned(), for_authenticated });
    }

    /// Lets go of the oldest until there are no more than `size`.
    pub(crate) fn shrink_to(&mut self, size: usize) {
        let excess = self.entries.len().saturating_sub(size);
        if let Some(entry) = self.entries.drain(..excess).next_back() {
            self.lost = Some(entry.id);
        }
    }

    /// What somebody may read of it, oldest first.
    pub(crate) fn readable_by(&self, is_authenticated: bool) -> Vec<&RawValue> {
        self.read_from(0, is_authenticated)
    }

    /// What somebody missed who has seen everything up to that message.
    pub(crate) fn since(&self, seen: Option<MessageId>, is_authenticated: bool) -> Missed<'_> {
        let first = self.entries.partition_point(|entry| Some(entry.id) <= seen);
        // Who has seen more than was said has seen what is lost.
        let is_complete = self.lost <= seen && seen <= self.newest;
        Missed { frames: self.read_from(first, is_authenticated), is_complete }
    }

    /// A kept message that somebody may read.
    pub(crate) fn find(&self, id: MessageId, is_authenticated: bool) -> Option<&RawValue> {
        let at = self.entries.binary_search_by_key(&id, |entry| entry.id).ok()?;
        let entry = self.entries.get(at)?;
        (is_authenticated || !entry.for_authenticated).then_some(&*entry.frame)
    }

    /// The newest of what was said, kept or not.
    pub(crate) fn newest(&self) -> Option<MessageId> {
        self.newest
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn read_from(&self, first: usize, is_authenticated: bool) -> Vec<&RawValue> {
        let readable = |entry: &&Entry| is_authenticated || !entry.for_authenticated;
        self.entries.range(first..).filter(readable).map(|entry| &*entry.frame).collect()
    }
}
