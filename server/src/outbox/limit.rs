//! The limits on the bytes that may wait for one socket.

/// The limit on the bytes that may wait for one socket when one more frame is added.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit(pub(super) usize);

impl Limit {
    /// The limit on bytes that the server has tried to write and the client has not read.
    pub(super) fn unread(self) -> usize {
        self.0
    }

    /// The limit on bytes before the first write. It is larger because several tasks may add to one outbox before the
    /// first of them flushes it.
    pub(super) fn unwritten(self) -> usize {
        self.0.saturating_mul(4)
    }

    /// The limit on history answers. The server stops reading from a client with a congested outbox, so that it cannot
    /// request more of them. Only answers that arrive later, from a trigger or another server, can add up.
    pub(super) fn answers(self) -> usize {
        self.0.saturating_mul(16)
    }
}
