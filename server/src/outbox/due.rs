//! Outboxes that somebody has undertaken to write.

use std::sync::Arc;

use super::{Added, Encoded, Outbox};

/// Outboxes that somebody has undertaken to write: at a time of their choice, when this is dropped at the latest.
///
/// It is to outlive the lock that the hub works under: writing takes much longer than adding.
#[derive(Debug, Default)]
pub(crate) struct Due(Vec<Arc<Outbox>>);

impl Due {
    /// Adds a frame to an outbox. Says whether it was added.
    pub(crate) fn add(&mut self, outbox: &Arc<Outbox>, frame: Encoded) -> bool {
        let added = outbox.add(frame);
        if added == Added::ToWrite {
            self.0.push(Arc::clone(outbox));
        }
        added != Added::No
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Writes them. Many are shared out, so that all cores write to a large audience, and nobody waits behind it.
    pub(crate) fn write(&mut self) {
        while self.0.len() > OUTBOXES_PER_TASK {
            let share = Due(self.0.split_off(self.0.len() - OUTBOXES_PER_TASK));
            tokio::spawn(async move { drop(share) });
        }
        for outbox in std::mem::take(&mut self.0) {
            outbox.write();
        }
    }
}

impl Drop for Due {
    fn drop(&mut self) {
        self.write();
    }
}

/// Around a millisecond's work.
const OUTBOXES_PER_TASK: usize = 256;
