//! What has been told and is not heard yet, bounded in bytes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use redis::aio::SendError;
use redis::{PushInfo, PushKind, Value};
use tokio::sync::mpsc;

/// The end that is read.
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

/// A queue of notices: what the connection calls with each, and the end that is read.
pub(super) fn unread() -> (impl Fn(PushInfo) -> Result<(), SendError> + Send + Sync + 'static, Unread) {
    let (sender, pushes) = mpsc::unbounded_channel();
    let size = Arc::new(Size::default());
    let written = Arc::clone(&size);
    let send = move |push: PushInfo| {
        let bytes = bytes_of(&push);
        if written.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes > MAX_UNREAD_BYTES {
            // The reader gives the connection up and starts over, so what is missing is not missed.
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

    /// Whether some were dropped: there were too many.
    pub(super) fn is_overrun(&self) -> bool {
        self.size.is_overrun.load(Ordering::Relaxed)
    }

    /// The next one; a lost connection is one too.
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

/// Its place in the queue and its allocations: so the bound in bytes is one in number too.
const NOTICE_BYTES: usize = 256;

/// Who has so much to hear starts over from what is kept: that takes less memory.
const MAX_UNREAD_BYTES: usize = 64 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use redis::{PushInfo, PushKind, Value};

    use super::unread;

    #[tokio::test]
    async fn notices_that_are_not_read_are_bounded_in_bytes_and_the_reader_learns_that_some_are_missing() {
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
