//! What waits to be sent to one socket: bounded, and written all at once.
//!
//! Whoever adds a frame to an outbox that nobody writes undertakes to write it, outside the locks of the hub and with
//! others that it owes; see [`Due`]. The socket's own task is woken only where that is not enough: the
//! client takes nothing for the time being, or the socket is to be closed. Measured: docs/decisions/007-writes.md.

mod backlog;
mod due;
mod encoded;
#[cfg(test)]
mod tests;

use std::io::{self, ErrorKind};
use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::net::TcpStream;
use tokio::net::tcp::OwnedWriteHalf;
use tokio::sync::Notify;

use backlog::Backlog;
pub(crate) use due::Due;
pub(crate) use encoded::Encoded;

/// What waits to be sent to one socket.
#[derive(Debug)]
pub(crate) struct Outbox {
    stream: OwnedWriteHalf,
    queue: Mutex<Queue>,
    /// Wakes the socket's own task.
    wake: Notify,
    /// A client for whom more than this waits when one more frame comes reads too slowly.
    limit_bytes: usize,
    /// How many bytes the kernel has taken so far.
    taken_bytes: AtomicU64,
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
    Room,
    /// To close the socket: what waited is written, or will never be.
    End(Ending),
}

#[derive(Debug, Default)]
struct Queue {
    waiting: Backlog,
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
        Outbox { stream, queue: Mutex::default(), wake: Notify::new(), limit_bytes, taken_bytes: AtomicU64::new(0) }
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
        // What the adder has not got round to is not the client's fault. A farewell always has room.
        let is_slow = queue.writer == Writer::Owner && queue.ending.is_none();
        if is_slow && queue.waiting.bytes() > self.limit_bytes {
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
            drop(queue);
            let before = batch.unwritten_bytes();
            let outcome = batch.write_to(self.stream());
            let taken = before - batch.unwritten_bytes();
            self.taken_bytes.fetch_add(u64::try_from(taken).unwrap_or(u64::MAX), Ordering::Relaxed);
            queue = self.lock();
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
    pub(crate) async fn room(&self) -> io::Result<()> {
        self.stream.writable().await
    }

    /// Resolves when there is something to do for the socket's own task.
    pub(crate) async fn need(&self) -> Need {
        loop {
            {
                let queue = self.lock();
                match (queue.writer, queue.ending) {
                    (Writer::Owner, _) => return Need::Room,
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
        while let Need::Room = self.need().await {
            self.room().await?;
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
