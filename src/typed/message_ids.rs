//! The ids of the messages of a channel of Realtime V2, by the numbers that the engine has for them.

use std::cell::Cell;
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use crate::engine::MessageId;

/// How many ids of a channel have a number at most. A service may send ever new ones. More than a ledger has messages, so that
/// what is acknowledged has its id.
const MOST_IDS: usize = 12_000;

thread_local! {
    static GIVEN: Cell<MessageId> = const { Cell::new(0) };
}

/// The newest ids of one channel.
#[derive(Debug, Default)]
pub(super) struct MessageIds {
    numbers: HashMap<Rc<str>, MessageId>,
    /// In the order of their numbers.
    ids: VecDeque<Known>,
}

#[derive(Debug)]
struct Known {
    number: MessageId,
    id: Rc<str>,
    /// Whether it has come on the current socket, not as one of the transcript.
    has_come: bool,
}

impl MessageIds {
    /// A message has come. Returns the number of its id, and whether it has come before on this socket, not as one of the
    /// transcript.
    pub(super) fn arrived(&mut self, id: String, transcript: bool) -> (MessageId, bool) {
        let number = self.number(id);
        let known = self.index_of(number).and_then(|index| self.ids.get_mut(index));
        let again = known.is_some_and(|known| {
            let again = known.has_come;
            known.has_come |= !transcript;
            again
        });
        (number, again)
    }

    /// There is another socket.
    pub(super) fn start_over(&mut self) {
        self.ids.iter_mut().for_each(|known| known.has_come = false);
    }

    /// An id that is seen for the first time gets a higher number than all others.
    fn number(&mut self, id: String) -> MessageId {
        if let Some(&number) = self.numbers.get(id.as_str()) {
            return number;
        }
        let (id, number) = (Rc::from(id), GIVEN.get().wrapping_add(1));
        GIVEN.set(number);
        self.numbers.insert(Rc::clone(&id), number);
        self.ids.push_back(Known { number, id, has_come: false });
        if self.ids.len() > MOST_IDS
            && let Some(oldest) = self.ids.pop_front()
        {
            self.numbers.remove(&oldest.id);
        }
        number
    }

    /// The id with that number, unless it is forgotten.
    pub(super) fn id(&self, number: MessageId) -> Option<&str> {
        self.index_of(number).and_then(|index| self.ids.get(index)).map(|known| &*known.id)
    }

    fn index_of(&self, number: MessageId) -> Option<usize> {
        self.ids.binary_search_by_key(&number, |known| known.number).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_IDS, MessageIds};

    #[test]
    fn an_id_keeps_its_number_and_a_new_one_gets_a_higher_one() {
        let (mut ids, mut others) = (MessageIds::default(), MessageIds::default());
        let first = ids.number("1-0".to_owned());
        let other = others.number("1-0".to_owned());
        let second = ids.number("0-5".to_owned());
        assert!(first < other && other < second);
        assert_eq!(ids.number("1-0".to_owned()), first);
        assert_eq!([first, second, other].map(|number| ids.id(number)), [Some("1-0"), Some("0-5"), None]);
    }

    #[test]
    fn a_message_comes_again_where_it_came_on_the_same_socket_and_not_as_one_of_the_transcript() {
        let mut ids = MessageIds::default();
        let mut comes_again = |transcript| ids.arrived("1-0".to_owned(), transcript).1;
        assert_eq!([true, false, true, false].map(&mut comes_again), [false, false, true, true]);
        ids.start_over();
        assert!(!ids.arrived("1-0".to_owned(), false).1);
    }

    #[test]
    fn the_oldest_ids_are_forgotten_and_never_more_than_the_bound_are_kept() {
        let mut ids = MessageIds::default();
        let numbers: Vec<_> = (0..=MOST_IDS).map(|count| ids.number(count.to_string())).collect();
        assert_eq!((ids.ids.len(), ids.numbers.len()), (MOST_IDS, MOST_IDS));
        let known: Vec<_> = numbers.iter().filter_map(|&number| ids.id(number)).collect();
        assert_eq!(known.first(), Some(&"1"));
        assert!(ids.number("0".to_owned()) > numbers.iter().copied().max().unwrap_or_default());
    }
}
