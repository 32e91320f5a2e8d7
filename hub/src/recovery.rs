//! Recovery: the messages that a returning client has missed.

use crate::history::{History, Missed};
use crate::message_id::MessageId;

/// The position in a channel's log up to which a client has seen everything.
#[derive(Clone, Debug)]
pub struct Since {
    pub(crate) epoch: Box<str>,
    /// The id of the last message seen; `None` if there was none.
    pub(crate) id: Option<Box<str>>,
}

impl Since {
    /// Returns the missed messages. In another epoch the position means nothing, so this is everything that is kept,
    /// and more may be missing.
    pub(crate) fn missed(&self, history: &History, epoch: &str, is_authenticated: bool) -> Missed {
        match self.seen().filter(|_| *self.epoch == *epoch) {
            Some(seen) => history.since(seen, is_authenticated),
            None => Missed { frames: history.readable_by(is_authenticated), is_complete: false },
        }
    }

    /// Returns the position; `None` if the id is not one of this server.
    fn seen(&self) -> Option<Option<MessageId>> {
        match &self.id {
            Some(id) => MessageId::parse(id).map(Some),
            None => Some(None),
        }
    }
}
