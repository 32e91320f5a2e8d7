//! How far each reader has acknowledged each channel. Their number is bounded: the cursor that was unused for the
//! longest time goes first, and its reader starts anew. The cursors of anonymous clients go before the cursors of users:
//! a client without a token can have as many client ids as it likes.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use xano_realtime_protocol::frame::Permissions;

use crate::message_id::MessageId;

/// The owner of a cursor.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Reader {
    /// A user. All its sockets share the cursor.
    User(Permissions),
    /// An anonymous client, by its client id.
    Client(Box<str>),
}

impl Reader {
    /// Returns the owner; `None` for an anonymous client without a client id, which has no cursor. (guess: no-cursor)
    pub(super) fn of(user: Option<Permissions>, client_id: Option<&str>) -> Option<Reader> {
        user.map(Reader::User).or_else(|| client_id.map(|id| Reader::Client(id.into())))
    }
}

/// The cursors of all channels.
#[derive(Debug)]
pub(super) struct Cursors {
    at_most: usize,
    channels: HashMap<Arc<str>, HashMap<Reader, Cursor>>,
    /// All cursors, by their last use.
    used: BTreeMap<Use, (Arc<str>, Reader)>,
    uses: u64,
}

#[derive(Debug)]
struct Cursor {
    at: MessageId,
    used: Use,
}

/// The last use of a cursor: whether a user has it, and the number of the use.
type Use = (bool, u64);

impl Cursors {
    pub(super) fn new(at_most: usize) -> Cursors {
        Cursors { at_most, channels: HashMap::new(), used: BTreeMap::new(), uses: 0 }
    }

    /// Returns the newest id that a reader has acknowledged.
    pub(super) fn get(&mut self, channel: &Arc<str>, reader: &Reader) -> Option<MessageId> {
        let at = self.channels.get(channel)?.get(reader)?.at;
        self.note_use(channel, reader);
        Some(at)
    }

    /// Moves a cursor forward, never back. Returns where it is. (guess: cursor-monotonic)
    pub(super) fn advance(&mut self, channel: &Arc<str>, reader: Reader, to: MessageId) -> MessageId {
        let cursors = self.channels.entry(Arc::clone(channel)).or_default();
        let cursor = cursors.entry(reader.clone()).or_insert(Cursor { at: to, used: (false, 0) });
        cursor.at = cursor.at.max(to);
        let at = cursor.at;
        self.note_use(channel, &reader);
        while self.used.len() > self.at_most {
            self.remove_oldest();
        }
        at
    }

    /// Removes all cursors of a channel.
    pub(super) fn forget_channel(&mut self, channel: &str) {
        for cursor in self.channels.remove(channel).unwrap_or_default().into_values() {
            self.used.remove(&cursor.used);
        }
    }

    /// Returns the channels that have cursors.
    pub(super) fn channels(&self) -> Vec<Arc<str>> {
        self.channels.keys().cloned().collect()
    }

    fn note_use(&mut self, channel: &Arc<str>, reader: &Reader) {
        let Some(cursor) = self.channels.get_mut(channel).and_then(|cursors| cursors.get_mut(reader)) else {
            return;
        };
        self.uses += 1;
        let now = (matches!(reader, Reader::User(_)), self.uses);
        let before = std::mem::replace(&mut cursor.used, now);
        // The entry moves, so that its name is not copied for every acknowledgement.
        let entry = self.used.remove(&before).unwrap_or_else(|| (Arc::clone(channel), reader.clone()));
        self.used.insert(now, entry);
    }

    fn remove_oldest(&mut self) {
        let Some((_, (channel, reader))) = self.used.pop_first() else {
            return;
        };
        if let Some(cursors) = self.channels.get_mut(&channel) {
            cursors.remove(&reader);
            if cursors.is_empty() {
                self.channels.remove(&channel);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use xano_realtime_protocol::frame::Permissions;

    use super::{Cursors, Reader};
    use crate::message_id::MessageId;

    fn reader(name: &str) -> Reader {
        Reader::Client(name.into())
    }

    fn id(text: &str) -> MessageId {
        MessageId::parse(text).unwrap()
    }

    #[test]
    fn a_cursor_never_moves_back() {
        let channel: Arc<str> = "rt/orders".into();
        let mut cursors = Cursors::new(10);
        assert_eq!(cursors.get(&channel, &reader("a")), None);
        assert_eq!(cursors.advance(&channel, reader("a"), id("5-1")), id("5-1"));
        assert_eq!(cursors.advance(&channel, reader("a"), id("5-0")), id("5-1"));
        assert_eq!(cursors.advance(&channel, reader("a"), id("10-0")), id("10-0"));
        assert_eq!(cursors.get(&channel, &reader("a")), Some(id("10-0")));
    }

    #[test]
    fn the_cursor_that_was_unused_for_the_longest_time_makes_room() {
        let channels: [Arc<str>; 2] = ["rt/orders", "rt/news"].map(Into::into);
        let mut cursors = Cursors::new(2);
        cursors.advance(&channels[0], reader("a"), id("1-0"));
        cursors.advance(&channels[1], reader("b"), id("2-0"));
        assert!(cursors.get(&channels[0], &reader("a")).is_some(), "used again");
        cursors.advance(&channels[1], reader("c"), id("3-0"));
        assert_eq!(cursors.get(&channels[1], &reader("b")), None);
        assert_eq!(cursors.get(&channels[0], &reader("a")), Some(id("1-0")));
        for number in 0..10_000 {
            cursors.advance(&channels[0], reader(&number.to_string()), id("4-0"));
        }
        assert_eq!(cursors.used.len(), 2);
        assert_eq!(cursors.channels.values().map(|of_channel| of_channel.len()).sum::<usize>(), 2);
        cursors.forget_channel(&channels[0]);
        assert!(cursors.used.is_empty() && cursors.channels.is_empty());
    }

    #[test]
    fn clients_without_a_token_cannot_take_the_cursors_of_users() {
        let channel: Arc<str> = "rt/orders".into();
        let jack = Reader::User(Permissions { dbo_id: 5, row_id: 7 });
        let mut cursors = Cursors::new(10);
        cursors.advance(&channel, jack.clone(), id("1-0"));
        for number in 0..100 {
            cursors.advance(&channel, reader(&number.to_string()), id("2-0"));
        }
        assert_eq!(cursors.get(&channel, &jack), Some(id("1-0")));
        for row_id in 100..110 {
            cursors.advance(&channel, Reader::User(Permissions { dbo_id: 5, row_id }), id("3-0"));
        }
        assert_eq!((cursors.get(&channel, &jack), cursors.used.len()), (None, 10));
    }
}
