//! What all channels keep, in bytes and number. The hub makes room for both dialects together.

use std::sync::Arc;

use super::service::Service;
use crate::retention::InUse;

impl Service {
    /// Sets the time, and what the channels of V1 use of the bounds. Call this before every input.
    pub(crate) fn prepare(&mut self, now_ms: u64, of_v1: InUse) {
        self.now_ms = now_ms;
        self.retention.set_elsewhere(of_v1);
    }

    /// Returns what the channels of V2 use.
    pub(crate) fn in_use(&self) -> InUse {
        InUse { bytes: self.retention.bytes(), channels: self.channels.len() }
    }

    /// Returns whether all histories together exceed their bound.
    pub(crate) fn is_over_bound(&self) -> bool {
        self.retention.is_over()
    }

    /// Returns whether there can be no further channel.
    pub(super) fn is_full(&self) -> bool {
        self.retention.is_full(self.channels.len())
    }

    /// Returns whether there can be no further channel although no channel of V2 is forgotten for it.
    pub(crate) fn needs_room(&self) -> bool {
        self.is_full() && self.retention.oldest_unused("").is_none()
    }

    /// Forgets the channel that was unused for the longest time, with its messages. Returns whether there
    /// was one.
    pub(crate) fn forget_unused(&mut self) -> bool {
        let oldest = self.retention.oldest_unused("");
        oldest.inspect(|oldest| self.forget(oldest)).is_some()
    }

    /// Forgets unused channels whose messages are all too old.
    pub(crate) fn forget_outdated(&mut self, now_ms: u64) {
        while let Some(channel) = self.retention.outdated(now_ms) {
            self.forget(&channel);
        }
    }

    /// Removes the oldest messages of the channel that has got the last one, while all channels are in use and keep too
    /// much.
    pub(crate) fn shrink_last(&mut self) {
        let Some(key) = self.last_appended.take().filter(|_| self.retention.is_over()) else {
            return;
        };
        while self.retention.is_over() {
            let Some(state) = self.channels.get_mut(&key) else {
                return;
            };
            if !state.history.remove_oldest() {
                return;
            }
            self.retention.count(&mut state.account, state.history.bytes());
        }
    }

    /// Notes the channel that has got a message.
    pub(super) fn note_appended(&mut self, key: &Arc<str>) {
        self.last_appended = Some(Arc::clone(key));
        if self.channels.get(key).is_some_and(|state| state.members.is_empty()) {
            self.note_change(key);
        }
    }

    /// Call this after the members of a channel have changed, or its messages while it has no members.
    pub(super) fn note_change(&mut self, key: &Arc<str>) {
        let Some(state) = self.channels.get_mut(key) else {
            return;
        };
        if state.is_bare() {
            return self.forget(key);
        }
        if state.members.is_empty() {
            self.retention.releases(key, &mut state.account, self.now_ms);
        } else {
            self.retention.uses(&mut state.account);
        }
    }

    /// Forgets a channel, except for its cursors: a reader that comes back does not start anew.
    pub(super) fn forget(&mut self, key: &Arc<str>) {
        if let Some(mut state) = self.channels.remove(key) {
            self.forgotten = self.forgotten.max(state.history.newest());
            self.retention.release(&mut state.account);
            self.restless.remove(key);
        }
    }
}
