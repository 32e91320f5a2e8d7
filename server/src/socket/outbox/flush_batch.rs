//! Outboxes that somebody has undertaken to write.

use std::sync::Arc;

use super::{Added, CONGESTED_BYTES, Outbox};
use crate::hub::Encoded;

/// Outboxes that somebody has undertaken to write: at a time of their choice, when this is dropped at the latest.
///
/// It is to outlive the lock that the hub works under: writing takes much longer than adding.
#[derive(Debug, Default)]
pub(crate) struct FlushBatch {
    outboxes: Vec<Arc<Outbox>>,
    /// In the frames that were added since the last write. No outbox got more than all of them.
    bytes: usize,
}

impl FlushBatch {
    /// Adds a frame to an outbox. Says whether it was added.
    pub(crate) fn add(&mut self, outbox: &Arc<Outbox>, frame: Encoded) -> bool {
        let added = outbox.add(frame);
        if added == Added::ToWrite {
            self.outboxes.push(Arc::clone(outbox));
        }
        added != Added::No
    }

    /// A frame of so many bytes was added, to however many outboxes.
    pub(crate) fn note(&mut self, bytes: usize) {
        self.bytes += bytes;
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.outboxes.is_empty()
    }

    /// Whether as much was added to an outbox as may wait before it is written.
    pub(crate) fn is_full(&self) -> bool {
        self.bytes > CONGESTED_BYTES
    }

    /// Writes them. Many are shared out, so that all cores write to a large audience, and nobody waits behind it.
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

/// Around a millisecond's work.
const OUTBOXES_PER_TASK: usize = 256;
