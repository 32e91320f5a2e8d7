//! The messages that a channel keeps for those who come later.

use std::collections::VecDeque;

use serde_json::value::RawValue;

/// The newest messages of a channel.
#[derive(Debug, Default)]
pub(crate) struct History {
    entries: VecDeque<Entry>,
}

#[derive(Debug)]
struct Entry {
    /// The whole frame, as the members got it.
    frame: Box<RawValue>,
    for_authenticated: bool,
}

impl History {
    /// Keeps a message, and lets go of the oldest when there are more than `size`.
    pub(crate) fn keep(&mut self, frame: &RawValue, for_authenticated: bool, size: usize) {
        if size == 0 {
            return;
        }
        self.shrink_to(size - 1);
        self.entries.push_back(Entry { frame: frame.to_owned(), for_authenticated });
    }

    /// Lets go of the oldest until there are no more than `size`.
    pub(crate) fn shrink_to(&mut self, size: usize) {
        let excess = self.entries.len().saturating_sub(size);
        self.entries.drain(..excess);
    }

    /// What somebody may read of it, oldest first.
    pub(crate) fn readable_by(&self, is_authenticated: bool) -> Vec<&RawValue> {
        let readable = |entry: &&Entry| is_authenticated || !entry.for_authenticated;
        self.entries.iter().filter(readable).map(|entry| &*entry.frame).collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}
