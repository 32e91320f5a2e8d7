//! What waits to be sent to one socket: bounded, and taken all at once.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio_tungstenite::tungstenite::Utf8Bytes;

/// What waits to be sent to one socket.
#[derive(Debug)]
pub(crate) struct Outbox {
    queue: Mutex<Queue>,
    wake: Notify,
    /// A client for whom more than this waits when one more frame comes reads too slowly.
    limit_bytes: usize,
}

/// Why the server closes a socket from behind its outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The client reads too slowly. Dropping frames would be a loss that nobody is told of; closing tells.
    SlowConsumer,
    /// The server stops.
    Restart,
    /// The client sent too much that had to be refused.
    TooManyRefusals,
    /// The connection hash is another one by now, or realtime is switched off.
    AddressChanged,
}

#[derive(Debug, Default)]
struct Queue {
    frames: VecDeque<Utf8Bytes>,
    bytes: usize,
    ending: Option<Ending>,
}

impl Outbox {
    pub(crate) fn new(limit_bytes: usize) -> Outbox {
        Outbox { queue: Mutex::default(), wake: Notify::new(), limit_bytes }
    }

    /// Adds a frame, unless the socket is to be closed; it is if this is the one too many. Says whether it was added.
    pub(crate) fn push(&self, frame: Utf8Bytes) -> bool {
        let mut queue = self.lock();
        if queue.ending.is_some() {
            return false;
        }
        if queue.bytes > self.limit_bytes {
            *queue = Queue { ending: Some(Ending::SlowConsumer), ..Queue::default() };
            drop(queue);
            self.wake.notify_one();
            return false;
        }
        let was_empty = queue.frames.is_empty();
        queue.bytes += frame.len();
        queue.frames.push_back(frame);
        drop(queue);
        if was_empty {
            self.wake.notify_one();
        }
        true
    }

    /// Nothing more is taken in; what waits is still sent, then the socket closes.
    pub(crate) fn end(&self, ending: Ending) {
        self.lock().ending.get_or_insert(ending);
        self.wake.notify_one();
    }

    /// Everything that waits, as soon as there is something; the ending after the last frame.
    pub(crate) async fn take(&self) -> Result<VecDeque<Utf8Bytes>, Ending> {
        loop {
            if let Some(taken) = self.try_take() {
                return taken;
            }
            self.wake.notified().await;
        }
    }

    /// Resolves when the socket is to be closed, whatever still waits.
    pub(crate) async fn ended(&self) -> Ending {
        loop {
            if let Some(ending) = self.lock().ending {
                return ending;
            }
            self.wake.notified().await;
        }
    }

    fn try_take(&self) -> Option<Result<VecDeque<Utf8Bytes>, Ending>> {
        let mut queue = self.lock();
        if !queue.frames.is_empty() {
            queue.bytes = 0;
            return Some(Ok(std::mem::take(&mut queue.frames)));
        }
        queue.ending.map(Err)
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        // Nothing that is done under the lock leaves the queue half changed.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
