//! A batch of outboxes with unsent frames.

use std::sync::Arc;

use super::{Added, CONGESTED_BYTES, Outbox};
use crate::hub::Encoded;

/// A batch of outboxes with unsent frames. Call `write` to flush them, or let `Drop` do it.
///
/// The batch must outlive the hub's lock: flushing takes much longer than adding a frame.
#[derive(Debug, Default)]
pub(crate) struct FlushBatch {
    outboxes: Vec<Arc<Outbox>>,
    /// The bytes of all frames added since the last flush. No single outbox has received more than this.
    bytes: usize,
}

impl FlushBatch {
    /// Adds a frame to an outbox. Returns whether the outbox accepted it.
    pub(crate) fn add(&mut self, outbox: &Arc<Outbox>, frame: Encoded) -> bool {
        let added = outbox.add(frame);
        if added == Added::ToWrite {
            self.outboxes.push(Arc::clone(outbox));
        }
        added != Added::No
    }

    /// Counts the bytes of a frame once, no matter how many outboxes it was added to.
    pub(crate) fn note(&mut self, bytes: usize) {
        self.bytes += bytes;
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.outboxes.is_empty()
    }

    /// Returns whether an outbox may have received so many bytes that the batch must be flushed.
    pub(crate) fn is_full(&self) -> bool {
        self.bytes > CONGESTED_BYTES
    }

    /// Flushes all outboxes. A large batch is divided into several tasks, so that all cores write to a large channel
    /// and no other client waits for it.
    pub(crate) fn write(&mut self) {
        self.bytes = 0;
        while self.outboxes.len() > OUTBOXES_PER_TASK {
            let share = self.outboxes.split_off(self.outboxes.len() - OUTBOXES_PER_TASK);
            tokio::spawn(async move { drop(FlushBatch { outboxes: share, bytes: 0 }) });
        }
        for outbox in std::mem::take(&mut self.outboxes) {
            outbox.write();
        }
    }
}

impl Drop for FlushBatch {
    fn drop(&mut self) {
        self.write();
    }
}

/// The number of outboxes that one task flushes in about a millisecond.
const OUTBOXES_PER_TASK: usize = 256;
