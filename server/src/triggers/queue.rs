//! The queue of questions to trigger URLs, fair between sockets and between channels. Pure: it uses no clock and no
//! network.
//!
//! A URL has a bounded number of open questions, and one socket or one channel may have only a share of them. All other
//! questions wait. When a question ends, the next one belongs to the socket with the fewest open questions at that URL.
//!
//! `weights` counts what waits.

mod weights;

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::sync::Arc;

use crate::hub::ConnectionId;
use crate::settings::TriggerUrl;
use weights::Weights;

/// All questions that have no answer yet, with counters per URL, socket and channel.
#[derive(Debug, Default)]
pub(super) struct Queue {
    last: u64,
    open: HashMap<QuestionId, Question>,
    /// Ordered by age, oldest first.
    waiting: VecDeque<(QuestionId, Question)>,
    weights: Weights,
    /// What is open at each URL. A URL without an open question has no entry.
    urls: HashMap<TriggerUrl, AtUrl>,
}

/// The numbers of open questions at one URL. A key without an open question has no entry.
#[derive(Debug, Default)]
struct AtUrl {
    all: usize,
    by_socket: HashMap<ConnectionId, usize>,
    by_channel: HashMap<Arc<str>, usize>,
}

/// The properties of a question that decide when it may be sent.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) url: TriggerUrl,
    pub(crate) socket: ConnectionId,
    pub(crate) channel: Arc<str>,
    pub(crate) bytes: usize,
}

/// The identifier of a question. It is never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct QuestionId(u64);

/// The outcome for a new question.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Entered {
    /// The question may be sent now.
    Open(QuestionId),
    /// The question waits. The listed questions are dropped to make room, because their sockets have more waiting.
    Waiting(QuestionId, Vec<QuestionId>),
    /// The question is refused: too many are waiting.
    Refused,
}

impl Queue {
    pub(super) fn enter(&mut self, question: Question) -> Entered {
        self.last += 1;
        let id = QuestionId(self.last);
        if self.may_open(&question) {
            self.open(id, question);
            return Entered::Open(id);
        }
        match self.make_room(&question) {
            Some(displaced) => {
                self.weights.add(&question);
                self.waiting.push_back((id, question));
                Entered::Waiting(id, displaced)
            }
            None => Entered::Refused,
        }
    }

    /// Removes a question that is answered or given up. Returns the questions that may be sent now.
    pub(super) fn leave(&mut self, id: QuestionId) -> Vec<QuestionId> {
        let Some(question) = self.open.remove(&id) else {
            self.give_up(id);
            return Vec::new();
        };
        let Question { url, socket, channel, .. } = question;
        if let Some(at_url) = self.urls.get_mut(&url) {
            at_url.all -= 1;
            decrement(&mut at_url.by_socket, socket);
            decrement(&mut at_url.by_channel, channel);
            if at_url.all == 0 {
                self.urls.remove(&url);
            }
        }
        std::iter::from_fn(|| self.open_next(&url)).collect()
    }

    fn give_up(&mut self, id: QuestionId) {
        if let Some(index) = self.waiting.iter().position(|(waiting, _)| *waiting == id) {
            self.take_waiting(index);
        }
    }

    fn take_waiting(&mut self, index: usize) -> Option<(QuestionId, Question)> {
        let (id, question) = self.waiting.remove(index)?;
        self.weights.remove(&question);
        Some((id, question))
    }

    fn open_next(&mut self, url: &TriggerUrl) -> Option<QuestionId> {
        if self.urls.get(url).is_some_and(|at_url| at_url.all >= OPEN_PER_URL) {
            return None;
        }
        let mut next: Option<(usize, usize)> = None;
        for (index, (_, question)) in self.waiting.iter().enumerate() {
            if question.url != *url || !self.may_open(question) {
                continue;
            }
            // Several sockets may have equally few; then the oldest question is next.
            let of_socket = self.open_of_socket(question);
            if next.is_none_or(|(fewest, _)| of_socket < fewest) {
                next = Some((of_socket, index));
            }
            if of_socket == 0 {
                break;
            }
        }
        let (id, question) = self.take_waiting(next?.1)?;
        self.open(id, question);
        Some(id)
    }

    fn open(&mut self, id: QuestionId, question: Question) {
        let at_url = self.urls.entry(question.url.clone()).or_default();
        at_url.all += 1;
        *at_url.by_socket.entry(question.socket).or_default() += 1;
        *at_url.by_channel.entry(Arc::clone(&question.channel)).or_default() += 1;
        self.open.insert(id, question);
    }

    fn may_open(&self, question: &Question) -> bool {
        self.urls.get(&question.url).is_none_or(|at_url| {
            at_url.all < OPEN_PER_URL
                && self.open_of_socket(question) < OPEN_PER_SOCKET
                && at_url.by_channel.get(&question.channel).is_none_or(|&open| open < OPEN_PER_CHANNEL)
        })
    }

    fn open_of_socket(&self, question: &Question) -> usize {
        let at_url = self.urls.get(&question.url);
        at_url.and_then(|at_url| at_url.by_socket.get(&question.socket)).copied().unwrap_or_default()
    }

    /// Drops the newest questions of sockets that have more waiting than this one, until the new question fits. Returns
    /// `None` if its own socket has the most waiting.
    fn make_room(&mut self, newcomer: &Question) -> Option<Vec<QuestionId>> {
        let own = self.weights.of(newcomer.socket);
        // A socket without waiting questions may add one of any size.
        if own > 0 && own + newcomer.weight() > WAITING_PER_SOCKET {
            return None;
        }
        let mut displaced = Vec::new();
        while self.weights.total() > 0 && self.weights.total() + newcomer.weight() > WAITING {
            let greedier = self.weights.heaviest().filter(|(weight, _)| *weight > own + newcomer.weight());
            let Some((_, socket)) = greedier else {
                self.put_back(displaced);
                return None;
            };
            let index = self.waiting.iter().rposition(|(_, question)| question.socket == socket)?;
            displaced.push((index, self.take_waiting(index)?));
        }
        Some(displaced.into_iter().map(|(_, (id, _))| id).collect())
    }

    /// Puts questions that would make room in vain back into their places, the last one first.
    fn put_back(&mut self, displaced: Vec<(usize, (QuestionId, Question))>) {
        for (index, entry) in displaced.into_iter().rev() {
            self.weights.add(&entry.1);
            self.waiting.insert(index, entry);
        }
    }
}

impl Question {
    /// Returns the size of the question, with a minimum that covers its overhead. So one bound limits both bytes and
    /// number.
    fn weight(&self) -> usize {
        self.bytes.max(LEAST_WEIGHT)
    }
}

fn decrement<K: Eq + Hash>(counts: &mut HashMap<K, usize>, key: K) {
    if let Some(count) = counts.get_mut(&key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(&key);
        }
    }
}

const OPEN_PER_URL: usize = 64;

/// Sixteen sockets are needed to use all of a URL.
const OPEN_PER_SOCKET: usize = 4;

/// Two busy channels are needed to use all of a URL.
const OPEN_PER_CHANNEL: usize = 32;

/// The bytes that may wait in total: 1,024 small questions.
const WAITING: usize = 16 * 1024 * 1024;

/// The bytes that may wait for one socket: 64 small questions.
const WAITING_PER_SOCKET: usize = 1024 * 1024;

const LEAST_WEIGHT: usize = 16 * 1024;

#[cfg(test)]
mod tests;
