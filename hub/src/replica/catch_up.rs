//! How the replica of a channel catches up with the shared log.

use crate::channel::Channel;
use crate::history::{Bounds, History};
use crate::replica::event::Entry;
use crate::replica::request::Snapshot;
use crate::{Output, Refusal};

/// An open request for the state of a channel.
#[derive(Debug)]
pub(crate) struct CatchUp {
    /// The number of the request. Answers to earlier requests are ignored.
    pub(crate) question: u64,
    /// The replica events that have arrived since the request.
    notices: Vec<Box<str>>,
    bytes: usize,
    is_overrun: bool,
}

impl CatchUp {
    pub(crate) fn asked(question: u64) -> CatchUp {
        CatchUp { question, notices: Vec::new(), bytes: 0, is_overrun: false }
    }

    /// Keeps a replica event until the snapshot has arrived. If there are too many, drops all of them and requests one
    /// more snapshot, which contains their effect.
    pub(crate) fn hear(&mut self, channel: &str, notice: Box<str>) {
        if self.is_overrun {
            return;
        }
        self.bytes += notice.len();
        if self.bytes <= MAX_CATCH_UP_BYTES {
            self.notices.push(notice);
            return;
        }
        tracing::debug!(channel, "too many replica events wait for a snapshot; another one is requested");
        self.notices = Vec::new();
        self.is_overrun = true;
    }

    pub(crate) fn is_overrun(&self) -> bool {
        self.is_overrun
    }

    pub(crate) fn into_notices(self) -> Vec<Box<str>> {
        self.notices
    }
}

impl Channel {
    /// Replays the entries of a snapshot that this replica has missed. Sends the members a gap if some are lost.
    pub(crate) fn catch_up(&mut self, channel: &str, snapshot: &Snapshot, node: &str, bounds: Bounds) -> Vec<Output> {
        let Some(channel_replica) = &mut self.replica else {
            return Vec::new();
        };
        let is_first = channel_replica.epoch.is_empty();
        let is_continued = channel_replica.epoch == snapshot.epoch;
        let seen = self.history.newest();
        let is_kept = |seen| snapshot.entries.iter().any(|&(id, _)| Some(id) == seen);
        let is_all_kept = snapshot.said <= snapshot.entries.len() as u64;
        let has_seen_some = if seen.is_none() { is_all_kept } else { is_kept(seen) };
        let is_complete = is_continued && (seen == snapshot.newest || has_seen_some);
        let mut deliveries = Vec::new();
        if !is_continued {
            channel_replica.epoch = snapshot.epoch.clone();
            self.history = History::after(None);
        }
        let first = snapshot.entries.first().map(|&(id, _)| id);
        if !is_first && !is_complete {
            deliveries.extend(self.tell_all(channel, &Refusal::Gap));
        }
        if self.history.newest().is_none() {
            // If Redis does not know the newest missing entry, it may be any entry before the oldest kept one.
            let lost = snapshot.hidden.or(if is_all_kept { None } else { first.or(snapshot.newest) });
            self.history = History::after(lost);
        }
        for (id, entry) in &snapshot.entries {
            if Some(*id) <= self.history.newest() {
                continue;
            }
            match serde_json::from_str::<Entry<'_>>(entry) {
                Ok(entry) => {
                    let taken = self.append(channel, *id, &entry.said, entry.sender(node), bounds);
                    // After a change of epoch the snapshot contains all kept entries, and members have received some of
                    // them before.
                    deliveries.extend(taken.into_iter().filter(|_| Some(*id) > seen));
                }
                Err(_) => tracing::error!(channel, "an entry of the shared log is malformed"),
            }
        }
        self.agree(snapshot, bounds);
        deliveries
    }

    /// Removes the messages that the history no longer shows, and adopts the newest id even if its message is not kept.
    fn agree(&mut self, snapshot: &Snapshot, bounds: Bounds) {
        if self.history.newest() < snapshot.newest {
            self.history = History::after(snapshot.newest);
        }
        let shown = self.history.since(snapshot.hidden, true).frames.len();
        self.history.shrink_to(Bounds { count: shown, ..bounds });
    }

    fn tell_all(&self, channel: &str, why: &Refusal) -> Option<Output> {
        let to = self.audience(false);
        (!to.is_empty()).then(|| Output::refusal_to_all(to, channel, why))
    }
}

/// The bound on waiting replica events. Above it, another snapshot costs less memory.
const MAX_CATCH_UP_BYTES: usize = 4 * 1024 * 1024;
