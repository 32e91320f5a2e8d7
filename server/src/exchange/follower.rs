//! The exchange's side of the cluster: it passes the inputs of the shared log to the hub.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use super::Exchange;
use crate::cluster::Follower;
use crate::hub::{Input, LogInput};
use crate::outbox::FlushBatch;
use crate::protocol::frame::Permissions;
use crate::settings::Settings;

/// An exchange that follows the shared log.
#[derive(Debug)]
pub(crate) struct ClusterFollower {
    exchange: Arc<Exchange>,
    /// The outboxes that replica events have filled since the last flush, so that many of them need few writes.
    batch: Mutex<FlushBatch>,
}

impl ClusterFollower {
    pub(crate) fn new(exchange: Arc<Exchange>) -> ClusterFollower {
        ClusterFollower { exchange, batch: Mutex::default() }
    }
}

impl Follower for ClusterFollower {
    fn notice(&self, channel: &str, notice: &str) {
        let mut batch = self.batch.lock().unwrap_or_else(PoisonError::into_inner);
        let input = Input::Log(LogInput::Notice { channel, notice });
        self.exchange.feed(Instant::now(), input, &mut batch);
    }

    fn flush(&self) {
        self.batch.lock().unwrap_or_else(PoisonError::into_inner).write();
    }

    fn handle(&self, input: LogInput<'_>) {
        match input {
            LogInput::Settings { .. } => self.exchange.change_settings(Input::Log(input)),
            input => drop(self.exchange.feed(Instant::now(), Input::Log(input), &mut FlushBatch::default())),
        }
    }

    fn apply(&self, settings: Settings) {
        self.exchange.change_settings(Input::Settings(settings));
    }

    fn advance(&self) {
        self.exchange.advance();
    }

    fn channels(&self) -> Vec<(Arc<str>, usize)> {
        self.exchange.lock().hub.followed_channels()
    }

    fn read_settings(&self, read: &mut dyn FnMut(&Settings)) {
        read(self.exchange.lock().hub.settings());
    }

    fn disconnect(&self, user: Permissions) {
        self.exchange.disconnect(user);
    }

    fn queued_for_all(&self, received: Instant) {
        self.exchange.metrics.queued_for_all(received);
    }
}
