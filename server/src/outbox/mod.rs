//! The outbox of one socket: a bounded queue of frames, flushed with as few writes as possible.
//!
//! The task that adds a frame to an idle outbox becomes its writer. It flushes the outbox after it has released the
//! hub's lock, together with the other outboxes of its batch; see [`FlushBatch`]. The socket's own task is woken in two
//! cases only: the client's TCP buffer is full, or the socket must close. Measurements: docs/decisions/007-writes.md.
//!
//! The limit `outbox_bytes` holds on every path, also before the first write. It does not count the frame that is being
//! written, so that a long history answer reaches a slow reader: docs/decisions/009-limits.md.

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

/// The queue of frames for one socket, and the socket's write half.
#[derive(Debug)]
pub(crate) struct Outbox {
    stream: OwnedWriteHalf,
    queue: Mutex<Queue>,
    /// Wakes the socket's own task.
    wake: Notify,
    /// The limit on waiting bytes. A client that exceeds it when one more frame is added is a slow consumer.
    limit: Limit,
    /// The number of bytes that the kernel has accepted so far.
    taken_bytes: AtomicU64,
}

/// The limit on the bytes that may wait for one socket when one more frame is added.
#[derive(Clone, Copy, Debug)]
struct Limit(usize);

impl Limit {
    /// The limit on bytes that the server has tried to write and the client has not read.
    fn unread(self) -> usize {
        self.0
    }

    /// The limit on bytes before the first write. It is larger because several tasks may add to one outbox before the
    /// first of them flushes it.
    fn unwritten(self) -> usize {
        self.0.saturating_mul(4)
    }

    /// The limit on history answers. The server stops reading from a client with a congested outbox, so that it cannot
    /// request more of them. Only answers that arrive later, from a trigger or another server, can add up.
    fn answers(self) -> usize {
        self.0.saturating_mul(16)
    }
}

/// The reason why the server closes a socket through its outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The connection is lost or its session has ended. Only a close frame may still be sent.
    Over,
    /// The client reads too slowly. The socket is closed because dropping frames would be a loss that no client
    /// notices.
    SlowConsumer,
    /// The server stops.
    Restart,
    /// The client has sent too many frames that were refused.
    TooManyRefusals,
    /// The connection hash has changed, or realtime is switched off.
    AddressChanged,
    /// The admin has disconnected the socket's user.
    Disconnected,
}

/// The result of adding a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Added {
    /// The frame was not added: the socket is closing.
    No,
    /// The frame was added, and another task flushes the outbox.
    Yes,
    /// The frame was added, and the caller must flush the outbox: no other task does.
    ToWrite,
}

/// The next action of the socket's own task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// Wait until the socket is writable, then flush.
    Writable,
    /// Close the socket. Its frames are either written or cannot be written.
    End(Ending),
}

#[derive(Debug, Default)]
struct Queue {
    waiting: Backlog,
    /// The bytes of the batch that the writer has taken from the queue and not returned yet.
    in_hand: usize,
    writer: Writer,
    ending: Option<Ending>,
}

/// The task that flushes the outbox. There is at most one at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Writer {
    #[default]
    Nobody,
    /// The task that added the first frame, whether it is writing already or not.
    Adder,
    /// The socket's own task, as soon as the socket is writable.
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

    /// Adds a frame, unless the socket is closing. A frame over the limit closes the socket.
    #[must_use]
    pub(crate) fn add(&self, frame: Encoded) -> Added {
        let mut queue = self.lock();
        if queue.ending.is_some() {
            return Added::No;
        }
        self.enqueue(&mut queue, frame)
    }

    /// Adds a control frame of the WebSocket protocol, also while the socket is closing.
    #[must_use]
    pub(crate) fn add_control(&self, frame: Encoded) -> Added {
        self.enqueue(&mut self.lock(), frame)
    }

    fn enqueue(&self, queue: &mut Queue, frame: Encoded) -> Added {
        // While the socket is closing, the limit does not hold: the close frame must fit.
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

    /// Returns the number of waiting bytes.
    pub(crate) fn waiting_bytes(&self) -> usize {
        self.lock().waiting.waiting().all()
    }

    /// Returns whether the client's TCP buffer is full and too many bytes wait for it. Until it has read them, the
    /// server reads nothing from this client.
    pub(crate) fn is_congested(&self) -> bool {
        let queue = self.lock();
        queue.writer == Writer::Owner && queue.waiting.waiting().all() > CONGESTED_BYTES
    }

    /// Closes the outbox for new frames. The frames that wait are still sent, then the socket closes.
    pub(crate) fn end(&self, ending: Ending) {
        self.lock().ending.get_or_insert(ending);
        self.wake.notify_one();
    }

    /// Closes the outbox of a slow consumer: only a partly written frame is still sent. Only the socket's own task may
    /// call this, while it is the writer.
    pub(crate) fn give_up(&self) {
        let mut queue = self.lock();
        queue.waiting.drop_unbegun();
        queue.ending.get_or_insert(Ending::SlowConsumer);
    }

    /// Returns whether frames wait because the client's TCP buffer is full.
    pub(crate) fn is_blocked(&self) -> bool {
        self.lock().writer == Writer::Owner
    }

    /// Returns the number of bytes that the kernel has accepted so far.
    pub(crate) fn taken_bytes(&self) -> u64 {
        self.taken_bytes.load(Ordering::Relaxed)
    }

    /// Flushes the outbox, as far as the kernel accepts bytes, including frames that other tasks add during the flush.
    /// Only the writer may call this.
    pub(crate) fn write(&self) {
        let mut queue = self.lock();
        while !queue.waiting.is_empty() {
            // Frames added after the end are the close handshake.
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

    /// Resolves when the socket is writable.
    pub(crate) async fn writable(&self) -> io::Result<()> {
        self.stream.writable().await
    }

    /// Resolves when the socket's own task has something to do.
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

    /// Resolves when the socket must close, even if frames still wait.
    pub(crate) async fn ended(&self) -> Ending {
        loop {
            if let Some(ending) = self.lock().ending {
                return ending;
            }
            self.wake.notified().await;
        }
    }

    /// Flushes the outbox in the socket's own task. Resolves when no frame waits.
    pub(crate) async fn written(&self) -> io::Result<()> {
        while let Need::Writable = self.need().await {
            self.writable().await?;
            self.write();
        }
        Ok(())
    }

    /// Returns the TCP stream of the socket.
    pub(crate) fn stream(&self) -> &TcpStream {
        self.stream.as_ref()
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        // A panic under the lock cannot leave the queue half changed.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The largest number of bytes that a batch collects before it is flushed, and that may wait for a slow reader before
/// the server stops reading from it.
pub(crate) const CONGESTED_BYTES: usize = 256 * 1024;
