//! Names what is said on channels, in the order in which it is said.

use std::fmt;

/// The id of a message or an event, greater than those of all that were said before on its channel. Of the form that
/// the id of an entry of a Redis stream has; a hub of its own has no clock, so the part before the hyphen is 0 there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct MessageId {
    ms: u64,
    number: u64,
}

/// Gives ids. One for all channels: so none is given twice, even if a channel is forgotten in between.
#[derive(Debug, Default)]
pub(super) struct MessageIds {
    last: u64,
}

impl MessageIds {
    pub(super) fn next(&mut self) -> MessageId {
        self.last += 1;
        MessageId { ms: 0, number: self.last }
    }
}

impl MessageId {
    /// The id of that text, if it is one as [`Display`](fmt::Display) writes it.
    pub(crate) fn parse(text: &str) -> Option<MessageId> {
        let (ms, number) = text.split_once('-')?;
        Some(MessageId { ms: ms.parse().ok()?, number: number.parse().ok()? })
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}", self.ms, self.number)
    }
}
