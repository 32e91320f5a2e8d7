//! Names what is said on channels, in the order in which it is said.

use std::fmt;

/// The id of a message or an event, greater than all ids of what was said before on its channel. Of the form that the
/// id of an entry of a Redis stream has: milliseconds since 1970, then a number within that millisecond.
///
/// Each channel counts by itself, so an id says nothing of what is said on other channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId {
    ms: u64,
    number: u64,
}

impl MessageId {
    /// The id of what is said now on a channel whose newest id is `newest`. A clock that stands still or goes back makes
    /// no difference to the order.
    pub(crate) fn next(newest: Option<MessageId>, now_ms: u64) -> MessageId {
        match newest {
            Some(newest) if newest.ms >= now_ms => MessageId { ms: newest.ms, number: newest.number + 1 },
            // 0-0 is the id of nothing.
            _ => MessageId { ms: now_ms, number: u64::from(now_ms == 0) },
        }
    }

    /// The id of that text, if it is one as [`Display`](fmt::Display) writes it.
    pub fn parse(text: &str) -> Option<MessageId> {
        let (ms, number) = text.split_once('-')?;
        Some(MessageId { ms: ms.parse().ok()?, number: number.parse().ok()? })
    }

    /// When it was said, in milliseconds since 1970.
    pub fn ms(self) -> u64 {
        self.ms
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}", self.ms, self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::MessageId;

    #[test]
    fn ids_grow_while_the_clock_stands_still_or_goes_back() {
        let mut newest = None;
        let mut texts = Vec::new();
        for now_ms in [0, 0, 7, 7, 3, 8] {
            let next = MessageId::next(newest, now_ms);
            assert!(Some(next) > newest);
            newest = Some(next);
            texts.push(next.to_string());
        }
        assert_eq!(texts, ["0-1", "0-2", "7-0", "7-1", "7-2", "8-0"]);
    }
}
