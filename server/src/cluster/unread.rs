//! The queue of unread replica events, bounded in bytes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use redis::aio::SendError;
use redis::{PushInfo, PushKind, Value};
use tokio::sync::mpsc;

/// The receiving end of the queue.
#[derive(Debug)]
pub(super) struct Unread {
    pushes: mpsc::UnboundedReceiver<PushInfo>,
    size: Arc<Size>,
}

#[derive(Debug, Default)]
struct Size {
    bytes: AtomicUsize,
    is_overrun: AtomicBool,
}

/// Creates the queue: the function that the connection calls with each replica event, and the receiving end.
pub(super) fn unread() -> (impl Fn(PushInfo) -> Result<(), SendError> + Send + Sync + 'static, Unread) {
    let (sender, pushes) = mpsc::unbounded_channel();
    let size = Arc::new(Size::default());
    let written = Arc::clone(&size);
    let send = move |push: PushInfo| {
        let bytes = bytes_of(&push);
        if written.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes > MAX_UNREAD_BYTES {
            // The reader will give up the connection and start again, so this one may be dropped.
            written.bytes.fetch_sub(bytes, Ordering::Relaxed);
            written.is_overrun.store(true, Ordering::Relaxed);
            return Ok(());
        }
        sender.send(push).map_err(|_| SendError)
    };
    (send, Unread { pushes, size })
}

impl Unread {
    pub(super) fn is_empty(&self) -> bool {
        self.pushes.is_empty()
    }

    /// Returns whether replica events were dropped because the queue was full.
    pub(super) fn is_overrun(&self) -> bool {
        self.size.is_overrun.load(Ordering::Relaxed)
    }

    /// Returns the next push: a replica event, or the notification that the connection is broken.
    pub(super) async fn next(&mut self) -> PushInfo {
        let lost = PushInfo { kind: PushKind::Disconnection, data: Vec::new() };
        let push = self.pushes.recv().await.unwrap_or(lost);
        self.size.bytes.fetch_sub(bytes_of(&push).min(self.size.bytes.load(Ordering::Relaxed)), Ordering::Relaxed);
        push
    }
}

fn bytes_of(push: &PushInfo) -> usize {
    let of_value = |value: &Value| match value {
        Value::BulkString(bytes) => bytes.len(),
        _ => 0,
    };
    push.data.iter().map(of_value).sum::<usize>() + NOTICE_BYTES
}

/// The overhead of a replica event: its place in the queue, and its allocations. So one bound limits both bytes and
/// number.
const NOTICE_BYTES: usize = 256;

/// Above this bound, new snapshots of all channels take less memory than the queue.
const MAX_UNREAD_BYTES: usize = 64 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use redis::{PushInfo, PushKind, Value};

    use super::unread;

    #[tokio::test]
    async fn unread_events_are_bounded_in_bytes_and_the_reader_learns_that_some_were_dropped() {
        let notice = || PushInfo { kind: PushKind::Message, data: vec![Value::BulkString(vec![0; 1024 * 1024])] };
        let (send, mut unread) = unread();
        for _ in 0..63 {
            send(notice()).unwrap();
        }
        assert!(!unread.is_overrun());
        unread.next().await;
        send(notice()).unwrap();
        assert!(!unread.is_overrun(), "what is read makes room");
        send(notice()).unwrap();
        assert!(unread.is_overrun());
        let mut read = 0;
        while !unread.is_empty() {
            unread.next().await;
            read += 1;
        }
        assert_eq!(read, 63);
    }
}
