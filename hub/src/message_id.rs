//! The ids of messages, which define the order of a channel.

use std::fmt;

/// The id of a message or event, greater than all earlier ids on its channel. It has the format of a Redis stream id:
/// milliseconds since 1970, then a number within that millisecond.
///
/// Each channel has its own sequence, so an id reveals nothing about other channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId {
    ms: u64,
    number: u64,
}

impl MessageId {
    /// Returns the next id on a channel whose newest id is `newest`. The ids grow even if the clock stands still or
    /// goes back.
    pub(crate) fn next(newest: Option<MessageId>, now_ms: u64) -> MessageId {
        match newest {
            Some(newest) if newest.ms >= now_ms => MessageId { ms: newest.ms, number: newest.number + 1 },
            // The id 0-0 is reserved for "no message".
            _ => MessageId { ms: now_ms, number: u64::from(now_ms == 0) },
        }
    }

    /// Parses an id in the format that [`Display`](fmt::Display) writes.
    pub fn parse(text: &str) -> Option<MessageId> {
        let (ms, number) = text.split_once('-')?;
        Some(MessageId { ms: ms.parse().ok()?, number: number.parse().ok()? })
    }

    /// Returns the time of the message, in milliseconds since 1970.
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
