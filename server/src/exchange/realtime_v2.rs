//! The sockets of Realtime V2, which open before they are authenticated.

use std::sync::Arc;
use std::time::Instant;

use super::Exchange;
use crate::hub::v2::{Publication, Refusal, Visitor};
use crate::hub::{Closing, ConnectionId, Input};
use crate::outbox::{Ending, FlushBatch, Outbox};

impl Exchange {
    /// Opens a socket of Realtime V2. It is not ready until [`Exchange::authenticate`] admits it.
    pub(crate) fn open_v2(self: &Arc<Self>, visitor: Visitor, outbox: &Arc<Outbox>) -> ConnectionId {
        let user = visitor.user.as_ref().ok().and_then(|user| Some(user.as_ref()?.row));
        let id = self.lock().add_socket(user, outbox);
        self.feed(Instant::now(), Input::OpenV2 { id, visitor }, &mut FlushBatch::default());
        id
    }

    /// Admits a socket of Realtime V2, or refuses it and closes it.
    pub(crate) fn authenticate(self: &Arc<Self>, id: ConnectionId) {
        self.feed(Instant::now(), Input::Authenticate { id }, &mut FlushBatch::default());
    }

    /// Sends a message of the workspace to a channel of Realtime V2. Returns the number of members that it is for.
    pub(crate) fn publish(self: &Arc<Self>, publication: Publication<'_>) -> Result<usize, Refusal> {
        let effect = self.feed(Instant::now(), Input::Publish(publication), &mut FlushBatch::default());
        effect.publication_refusal.map_or(Ok(effect.published), Err)
    }
}

/// Returns how a socket ends that the hub closes.
pub(super) fn ending(why: Closing) -> Ending {
    match why {
        Closing::Refused => Ending::Refused,
        Closing::ServerGone => Ending::ServerGone,
        Closing::Busy => Ending::Busy,
    }
}
