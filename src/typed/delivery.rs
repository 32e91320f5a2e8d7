//! A message of Realtime V2 that the application has and has not finished with. The engine's ledger says which may be
//! acknowledged.

use std::cell::Cell;
use std::fmt;
use std::rc::{Rc, Weak};

use super::shared_channel::SharedChannel;
use crate::engine::{Input, MessageId};

/// The application is finished with the message when the last clone is dropped.
#[derive(Clone)]
pub(super) struct Delivery(Rc<Handling>);

struct Handling {
    /// It holds no channel: what is handled after a channel was left is not acknowledged.
    channel: Weak<SharedChannel>,
    message: MessageId,
    has_failed: Cell<bool>,
}

impl Delivery {
    pub(super) fn new(channel: &Rc<SharedChannel>, message: MessageId) -> Delivery {
        let channel = Rc::downgrade(channel);
        Delivery(Rc::new(Handling { channel, message, has_failed: Cell::new(false) }))
    }

    /// The message comes again behind the next join.
    pub(super) fn fail(&self) {
        self.0.has_failed.set(true);
    }
}

impl Drop for Handling {
    fn drop(&mut self) {
        // A message whose work ended in a panic was not handled.
        let failed = self.has_failed.get() || std::thread::panicking();
        if let Some(channel) = self.channel.upgrade().filter(|channel| channel.is_current()) {
            channel.connection.decide(Input::Finished { channel: channel.number, message: self.message, failed });
        }
    }
}

impl fmt::Debug for Delivery {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Delivery").finish_non_exhaustive()
    }
}

/// Messages are compared by what they say.
impl PartialEq for Delivery {
    fn eq(&self, _: &Delivery) -> bool {
        true
    }
}
