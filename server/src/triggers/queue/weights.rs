//! The weights of the waiting questions, by socket. They are kept up to date, so that a question that finds no room costs
//! no look at all others: one message may ask about thousands of recipients.

use std::collections::{BTreeSet, HashMap};

use super::Question;
use crate::hub::ConnectionId;

/// The weights of all waiting questions.
#[derive(Debug, Default)]
pub(super) struct Weights {
    total: usize,
    /// A socket without a waiting question has no entry.
    by_socket: HashMap<ConnectionId, usize>,
    /// The same, the heaviest last.
    ordered: BTreeSet<(usize, ConnectionId)>,
}

impl Weights {
    pub(super) fn total(&self) -> usize {
        self.total
    }

    pub(super) fn of(&self, socket: ConnectionId) -> usize {
        self.by_socket.get(&socket).copied().unwrap_or_default()
    }

    /// Returns the socket whose questions weigh the most, with their weight.
    pub(super) fn heaviest(&self) -> Option<(usize, ConnectionId)> {
        self.ordered.last().copied()
    }

    /// Counts a question that begins to wait.
    pub(super) fn add(&mut self, question: &Question) {
        self.total += question.weight();
        self.set(question.socket, self.of(question.socket) + question.weight());
    }

    /// Counts a question that waits no longer.
    pub(super) fn remove(&mut self, question: &Question) {
        self.total -= question.weight();
        self.set(question.socket, self.of(question.socket) - question.weight());
    }

    fn set(&mut self, socket: ConnectionId, weight: usize) {
        let before = if weight == 0 { self.by_socket.remove(&socket) } else { self.by_socket.insert(socket, weight) };
        if let Some(before) = before {
            self.ordered.remove(&(before, socket));
        }
        if weight > 0 {
            self.ordered.insert((weight, socket));
        }
    }
}
