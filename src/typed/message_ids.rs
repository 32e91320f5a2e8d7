//! The ids of the messages of a channel of Realtime V2, by the numbers that the engine has for them.

use std::cell::Cell;
use std::collections::{HashMap, HashSet, VecDeque};
use std::rc::Rc;

use crate::engine::{Epoch, MessageId};

/// How many ids of a channel have a number at most. A service may send ever new ones.
const MOST_IDS: usize = 5_000;

thread_local! {
    static GIVEN: Cell<MessageId> = const { Cell::new(0) };
}

/// The newest ids of one channel.
#[derive(Debug, Default)]
pub(super) struct MessageIds {
    numbers: HashMap<Rc<str>, MessageId>,
    /// In the order of their numbers.
    ids: VecDeque<(MessageId, Rc<str>)>,
    /// The messages that have come on the current socket, those of transcripts aside.
    came: HashSet<MessageId>,
    socket: Option<Epoch>,
}

impl MessageIds {
    /// The number of an id. One that is seen for the first time gets a higher number than all others.
    pub(super) fn number(&mut self, id: String) -> MessageId {
        if let Some(&number) = self.numbers.get(id.as_str()) {
            return number;
        }
        let (id, number) = (Rc::from(id), GIVEN.get().wrapping_add(1));
        GIVEN.set(number);
        self.numbers.insert(Rc::clone(&id), number);
        self.ids.push_back((number, id));
        if self.ids.len() > MOST_IDS
            && let Some((forgotten, oldest)) = self.ids.pop_front()
        {
            self.numbers.remove(&oldest);
            self.came.remove(&forgotten);
        }
        number
    }

    /// A message has come; says whether it has come on that socket before.
    pub(super) fn comes_again(&mut self, number: MessageId, socket: Option<Epoch>) -> bool {
        if self.socket != socket {
            self.socket = socket;
            self.came.clear();
        }
        !self.came.insert(number)
    }

    /// The id with that number, unless it is forgotten.
    pub(super) fn id(&self, number: MessageId) -> Option<&str> {
        let index = self.ids.binary_search_by_key(&number, |&(number, _)| number).ok()?;
        self.ids.get(index).map(|(_, id)| &**id)
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
    fn a_message_comes_again_on_the_same_socket_alone() {
        let mut ids = MessageIds::default();
        let number = ids.number("1-0".to_owned());
        let again = [1, 1, 2, 2].map(|socket| ids.comes_again(number, Some(socket)));
        assert_eq!(again, [false, true, false, true]);
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
