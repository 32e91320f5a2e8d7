//! Names what is said on channels, in the order in which it is said.

use std::fmt;

/// The id of a message or an event, greater than those of all that were said before. Of the form that the id of an
/// entry of a Redis stream has; the hub has no clock, so the part before the hyphen is always 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct MessageId(u64);

/// Gives ids. One for all channels: so none is given twice, even if a channel is forgotten in between.
#[derive(Debug, Default)]
pub(super) struct MessageIds {
    last: u64,
}

impl MessageIds {
    pub(super) fn next(&mut self) -> MessageId {
        self.last += 1;
        MessageId(self.last)
    }
}

impl MessageId {
    /// The id of that text, if it is one as [`Display`](fmt::Display) writes it.
    pub(super) fn parse(text: &str) -> Option<MessageId> {
        text.strip_prefix("0-")?.parse().ok().map(MessageId)
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "0-{}", self.0)
    }
}
