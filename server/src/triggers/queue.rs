//! Which questions are open and which wait: fair between sockets and between channels. Pure: no clock, no network.
//!
//! A URL has a bounded number of open questions, of which one socket and one channel have a share at most. The others
//! wait. When a question ends, the next one is of the socket with the fewest open ones at that URL.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::sync::Arc;

use crate::hub::ConnectionId;
use crate::settings::TriggerUrl;

/// All questions that have no answer yet.
#[derive(Debug, Default)]
pub(super) struct Queue {
    last: u64,
    open: HashMap<QuestionId, Question>,
    /// Oldest first.
    waiting: VecDeque<(QuestionId, Question)>,
    /// Only those with an open question.
    by_url: HashMap<TriggerUrl, usize>,
    by_socket: HashMap<(TriggerUrl, ConnectionId), usize>,
    by_channel: HashMap<(TriggerUrl, Arc<str>), usize>,
}

/// What is known of a question here.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) url: TriggerUrl,
    pub(crate) socket: ConnectionId,
    pub(crate) channel: Arc<str>,
    pub(crate) bytes: usize,
}

/// Names a question; never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct QuestionId(u64);

/// What becomes of a new question.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Entered {
    /// It may be asked now.
    Open(QuestionId),
    /// It waits, and the others are given up for it: their sockets have more waiting.
    Waiting(QuestionId, Vec<QuestionId>),
    /// As many wait as may.
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

    /// A question has ended, or is given up. Returns those that may be asked now.
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
        // The oldest of them, where several sockets have as few.
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

    /// Gives up the newest questions of sockets that have more waiting than this one, until it fits. `None` if it does
    /// not: it is its own socket that has the most.
    fn make_room(&mut self, newcomer: &Question) -> Option<Vec<QuestionId>> {
        let mut weights: HashMap<ConnectionId, usize> = HashMap::new();
        for (_, question) in &self.waiting {
            *weights.entry(question.socket).or_default() += question.weight();
        }
        let mut total: usize = weights.values().sum();
        let own = weights.get(&newcomer.socket).copied().unwrap_or_default();
        // One question of any size may wait.
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
    /// Its bytes, and what it takes beside them: so one bound holds for bytes and for number.
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

/// Sixteen sockets fill a URL, not one.
const OPEN_PER_SOCKET: usize = 4;

/// Two busy channels fill a URL, not one.
const OPEN_PER_CHANNEL: usize = 32;

/// 1,024 small questions, or 16 MiB.
const WAITING: usize = 16 * 1024 * 1024;

/// 64 small questions, or 1 MiB.
const WAITING_PER_SOCKET: usize = 1024 * 1024;

const LEAST_WEIGHT: usize = 16 * 1024;

#[cfg(test)]
mod tests;
