//! The queue of questions to trigger URLs, fair between sockets and between channels. Pure: it uses no clock and no
//! network.
//!
//! A URL has a bounded number of open questions, and one socket or one channel may have only a share of them. All other
//! questions wait. When a question ends, the next one belongs to the socket with the fewest open questions at that URL.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::sync::Arc;

use crate::hub::ConnectionId;
use crate::settings::TriggerUrl;

/// All questions that have no answer yet, with counters per URL, socket and channel.
#[derive(Debug, Default)]
pub(super) struct Queue {
    last: u64,
    open: HashMap<QuestionId, Question>,
    /// Ordered by age, oldest first.
    waiting: VecDeque<(QuestionId, Question)>,
    /// The numbers of open questions. A key without an open question has no entry.
    by_url: HashMap<TriggerUrl, usize>,
    by_socket: HashMap<(TriggerUrl, ConnectionId), usize>,
    by_channel: HashMap<(TriggerUrl, Arc<str>), usize>,
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
                self.waiting.push_back((id, question));
                Entered::Waiting(id, displaced)
            }
            None => Entered::Refused,
        }
    }

    /// Removes a question that is answered or given up. Returns the questions that may be sent now.
    pub(super) fn leave(&mut self, id: QuestionId) -> Vec<QuestionId> {
        let Some(question) = self.open.remove(&id) else {
            self.waiting.retain(|(waiting, _)| *waiting != id);
            return Vec::new();
        };
        let Question { url, socket, channel, .. } = question;
        decrement(&mut self.by_url, url.clone());
        decrement(&mut self.by_socket, (url.clone(), socket));
        decrement(&mut self.by_channel, (url.clone(), channel));
        std::iter::from_fn(|| self.open_next(&url)).collect()
    }

    fn open_next(&mut self, url: &TriggerUrl) -> Option<QuestionId> {
        let candidates = self.waiting.iter().enumerate().filter(|(_, (_, question))| question.url == *url);
        let candidates = candidates.filter(|(_, (_, question))| self.may_open(question));
        // Several sockets may have equally few; then the oldest question is next.
        let (index, _) = candidates.min_by_key(|(_, (_, question))| self.open_of_socket(question))?;
        let (id, question) = self.waiting.remove(index)?;
        self.open(id, question);
        Some(id)
    }

    fn open(&mut self, id: QuestionId, question: Question) {
        let Question { url, socket, channel, .. } = question.clone();
        *self.by_url.entry(url.clone()).or_default() += 1;
        *self.by_socket.entry((url.clone(), socket)).or_default() += 1;
        *self.by_channel.entry((url, channel)).or_default() += 1;
        self.open.insert(id, question);
    }

    fn may_open(&self, question: &Question) -> bool {
        let of_channel = self.by_channel.get(&(question.url.clone(), Arc::clone(&question.channel)));
        self.by_url.get(&question.url).is_none_or(|&open| open < OPEN_PER_URL)
            && self.open_of_socket(question) < OPEN_PER_SOCKET
            && of_channel.is_none_or(|&open| open < OPEN_PER_CHANNEL)
    }

    fn open_of_socket(&self, question: &Question) -> usize {
        self.by_socket.get(&(question.url.clone(), question.socket)).copied().unwrap_or_default()
    }

    /// Drops the newest questions of sockets that have more waiting than this one, until the new question fits. Returns
    /// `None` if its own socket has the most waiting.
    fn make_room(&mut self, newcomer: &Question) -> Option<Vec<QuestionId>> {
        let mut weights: HashMap<ConnectionId, usize> = HashMap::new();
        for (_, question) in &self.waiting {
            *weights.entry(question.socket).or_default() += question.weight();
        }
        let mut total: usize = weights.values().sum();
        let own = weights.get(&newcomer.socket).copied().unwrap_or_default();
        // A socket without waiting questions may add one of any size.
        if own > 0 && own + newcomer.weight() > WAITING_PER_SOCKET {
            return None;
        }
        let mut displaced = Vec::new();
        while total > 0 && total + newcomer.weight() > WAITING {
            let (&greediest, &weight) = weights.iter().max_by_key(|(_, weight)| **weight)?;
            if weight <= own + newcomer.weight() {
                return None;
            }
            let index = self.waiting.iter().rposition(|(_, question)| question.socket == greediest)?;
            let (id, question) = self.waiting.remove(index)?;
            total -= question.weight();
            weights.insert(greediest, weight - question.weight());
            displaced.push(id);
        }
        Some(displaced)
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
