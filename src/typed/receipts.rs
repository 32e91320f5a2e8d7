//! The broadcasts of a channel of Realtime V2 that have no receipt yet. Receipts name no message: they come in the order of
//! the broadcasts.

use std::collections::BTreeMap;

use crate::engine::FrameId;

/// Of one channel, on one socket.
#[derive(Debug, Default)]
pub(super) struct Receipts {
    sent: u64,
    answered: u64,
    /// The published messages, by how many broadcasts had been sent with them.
    published: BTreeMap<u64, FrameId>,
}

impl Receipts {
    /// A broadcast goes out; one that was published has a number.
    pub(super) fn sent(&mut self, published: Option<FrameId>) {
        self.sent += 1;
        if let Some(message) = published {
            self.published.insert(self.sent, message);
        }
    }

    /// A receipt has come, or an error in its place: it answers the oldest broadcast that has none. Returns the number of
    /// that one if it was published.
    pub(super) fn answered(&mut self) -> Option<FrameId> {
        if self.answered == self.sent {
            return None;
        }
        self.answered += 1;
        self.published.remove(&self.answered)
    }
}

#[cfg(test)]
mod tests {
    use super::Receipts;

    #[test]
    fn a_receipt_answers_the_oldest_broadcast_published_or_not() {
        let mut receipts = Receipts::default();
        assert_eq!(receipts.answered(), None, "nothing was sent");
        receipts.sent(None);
        receipts.sent(Some(7));
        receipts.sent(None);
        receipts.sent(Some(9));
        assert_eq!([(); 5].map(|()| receipts.answered()), [None, Some(7), None, Some(9), None]);
    }
}
