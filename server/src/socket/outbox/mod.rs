//! What waits to be sent to one socket: bounded, and written all at once.
//!
//! Whoever adds a frame to an outbox that nobody writes undertakes to write it, outside the locks of the hub and with
//! others that it owes; see [`FlushBatch`]. The socket's own task is woken only where that is not enough: the
//! client takes nothing for the time being, or the socket is to be closed. Measured: docs/decisions/007-writes.md.
//!
//! The limit holds on every path, before the first write too (`outbox_bytes`); what it does not count is the frame that is
//! being written, so that a long answer reaches a slow reader: docs/decisions/009-limits.md.

mod backlog;
mod flush_batch;
#[cfg(test)]
mod tests;

use std::io::{self, ErrorKind};
use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::net::TcpStream;
use tokio::net::tcp::OwnedWriteHalf;
use tokio::sync::Notify;

use crate::hub::Encoded;
use backlog::Backlog;
pub(crate) use flush_batch::FlushBatch;

/// What waits to be sent to one socket.
#[derive(Debug)]
pub(crate) struct Outbox {
    stream: OwnedWriteHalf,
    queue: Mutex<Queue>,
    /// Wakes the socket's own task.
    wake: Notify,
    /// A client for whom more than this waits when one more frame comes reads too slowly.
    limit: Limit,
    /// How many bytes the kernel has taken so far.
    taken_bytes: AtomicU64,
}

/// How many bytes may wait for one socket when one more frame comes.
#[derive(Clone, Copy, Debug)]
struct Limit(usize);

impl Limit {
    /// What was tried to write and the client has not taken.
    fn unread(self) -> usize {
        self.0
    }

    /// What nobody has tried to write yet: several senders may add to one outbox before the first of them writes.
    fn unwritten(self) -> usize {
        self.0.saturating_mul(4)
    }

    /// Answers that the client asked for. A socket of which more waits than it takes is not read, so that it asks for no
    /// more; only answers that come later than the question, of a trigger or another server, add up.
    fn answers(self) -> usize {
        self.0.saturating_mul(16)
    }
}

/// Why the server closes a socket from behind its outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// There is nobody to talk to any more, save for a farewell.
    Over,
    /// The client reads too slowly. Dropping frames would be a loss that nobody is told of; closing tells.
    SlowConsumer,
    /// The server stops.
    Restart,
    /// The client sent too much that had to be refused.
    TooManyRefusals,
    /// The connection hash is another one by now, or realtime is switched off.
    AddressChanged,
    /// The admin disconnects the socket's user.
    Disconnected,
}

/// What came of adding a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Added {
    /// The socket is to be closed.
    No,
    /// Somebody has undertaken to write what waits.
    Yes,
    /// Whoever added it has to write: nobody else will.
    ToWrite,
}

/// What the socket's own task has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// To wait until the client takes something again, then to write.
    Writable,
    /// To close the socket: what waited is written, or will never be.
    End(Ending),
}

#[derive(Debug, Default)]
struct Queue {
    waiting: Backlog,
    /// Bytes that the writer has taken out to write them.
    in_hand: usize,
    writer: Writer,
    ending: Option<Ending>,
}

/// Who writes what waits; one at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Writer {
    #[default]
    Nobody,
    /// Whoever added the first frame, or is writing already.
    Adder,
    /// The socket's own task, as soon as there is room.
    Owner,
}

impl Outbox {
    pub(crate) fn new(stream: OwnedWriteHalf, limit_bytes: usize) -> Outbox {
        Outbox {
            stream,
            queue: Mutex::default(),
            wake: Notify::new(),
            limit: Limit(limit_bytes),
            taken_bytes: AtomicU64::new(0),
        }
    }

    /// Adds a frame, unless the socket is to be closed; it is if this is the one too many.
    #[must_use]
    pub(crate) fn add(&self, frame: Encoded) -> Added {
        let mut queue = self.lock();
        if queue.ending.is_some() {
            return Added::No;
        }
        self.enqueue(&mut queue, frame)
    }

    /// Adds what the WebSocket protocol itself has to say, also while the socket is being closed.
    #[must_use]
    pub(crate) fn add_control(&self, frame: Encoded) -> Added {
        self.enqueue(&mut self.lock(), frame)
    }

    fn enqueue(&self, queue: &mut Queue, frame: Encoded) -> Added {
        // A farewell always has room.
        if queue.ending.is_none() && self.is_over_limit(queue) {
            queue.waiting.drop_unbegun();
            queue.ending = Some(Ending::SlowConsumer);
            self.wake.notify_one();
            return Added::No;
        }
        queue.waiting.push(frame);
        if queue.writer != Writer::Nobody {
            return Added::Yes;
        }
        queue.writer = Writer::Adder;
        Added::ToWrite
    }

    fn is_over_limit(&self, queue: &Queue) -> bool {
        let waiting = queue.waiting.waiting_behind();
        let pushed = if queue.writer == Writer::Owner { self.limit.unread() } else { self.limit.unwritten() };
        waiting.pushed + queue.in_hand > pushed || waiting.answers > self.limit.answers()
    }

    /// How many bytes wait to be written.
    pub(crate) fn waiting_bytes(&self) -> usize {
        self.lock().waiting.waiting().all()
    }

    /// Whether the client takes less than it is sent, and more waits for it than it should add to: nothing is read of it
    /// until it has taken that.
    pub(crate) fn is_congested(&self) -> bool {
        let queue = self.lock();
        queue.writer == Writer::Owner && queue.waiting.waiting().all() > CONGESTED_BYTES
    }

    /// Nothing more is taken in; what waits is still sent, then the socket closes.
    pub(crate) fn end(&self, ending: Ending) {
        self.lock().ending.get_or_insert(ending);
        self.wake.notify_one();
    }

    /// The client reads too slowly: only what is begun is still sent. For the socket's own task, while it is the writer.
    pub(crate) fn give_up(&self) {
        let mut queue = self.lock();
        queue.waiting.drop_unbegun();
        queue.ending.get_or_insert(Ending::SlowConsumer);
    }

    /// Whether something waits that the client does not take for the time being.
    pub(crate) fn is_blocked(&self) -> bool {
        self.lock().writer == Writer::Owner
    }

    /// How many bytes the kernel has taken so far.
    pub(crate) fn taken_bytes(&self) -> u64 {
        self.taken_bytes.load(Ordering::Relaxed)
    }

    /// Writes what waits, as much as the kernel takes; what is added meanwhile too. For who undertook it.
    pub(crate) fn write(&self) {
        let mut queue = self.lock();
        while !queue.waiting.is_empty() {
            // What was added after the end is the farewell.
            let has_ended = queue.ending.is_some();
            let mut batch = mem::take(&mut queue.waiting);
            queue.in_hand = batch.waiting_behind().pushed;
            drop(queue);
            let before = batch.unwritten_bytes();
            let outcome = batch.write_to(self.stream());
            let taken = before - batch.unwritten_bytes();
            self.taken_bytes.fetch_add(u64::try_from(taken).unwrap_or(u64::MAX), Ordering::Relaxed);
            queue = self.lock();
            queue.in_hand = 0;
            match outcome {
                Ok(()) if queue.waiting.is_empty() => queue.waiting = batch.emptied(),
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    if !has_ended && queue.ending == Some(Ending::SlowConsumer) {
                        batch.drop_unbegun();
                    }
                    batch.append(mem::take(&mut queue.waiting));
                    queue.waiting = batch;
                    queue.writer = Writer::Owner;
                    drop(queue);
                    return self.wake.notify_one();
                }
                Err(_) => {
                    queue.waiting = Backlog::default();
                    queue.ending = Some(Ending::Over);
                }
            }
        }
        queue.writer = Writer::Nobody;
        let is_ending = queue.ending.is_some();
        drop(queue);
        if is_ending {
            self.wake.notify_one();
        }
    }

    /// Resolves when the client may take something again.
    pub(crate) async fn writable(&self) -> io::Result<()> {
        self.stream.writable().await
    }

    /// Resolves when there is something to do for the socket's own task.
    pub(crate) async fn need(&self) -> Need {
        loop {
            {
                let queue = self.lock();
                match (queue.writer, queue.ending) {
                    (Writer::Owner, _) => return Need::Writable,
                    (Writer::Nobody, Some(ending)) => return Need::End(ending),
                    (Writer::Nobody, None) | (Writer::Adder, _) => {}
                }
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

    /// Resolves when nothing waits any more; writes for the socket's own task.
    pub(crate) async fn written(&self) -> io::Result<()> {
        while let Need::Writable = self.need().await {
            self.writable().await?;
            self.write();
        }
        Ok(())
    }

    /// The socket itself.
    pub(crate) fn stream(&self) -> &TcpStream {
        self.stream.as_ref()
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        // Nothing that is done under the lock leaves the queue half changed.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// As much waits for a socket at most before it is written, and before a client that takes little is no longer read.
pub(crate) const CONGESTED_BYTES: usize = 256 * 1024;
