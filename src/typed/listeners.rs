//! The sending ends of the streams of a channel.

use std::cell::RefCell;
use std::rc::Rc;

use super::actions::ActionName;
use super::error::ServerError;
use super::queue::{Bounds, Queue};
use super::received::Received;

/// What a stream wants to hear. Errors of the channel reach each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    Everything,
    Only(ActionName),
}

impl From<Option<ActionName>> for Wanted {
    fn from(name: Option<ActionName>) -> Self {
        name.map_or(Wanted::Everything, Wanted::Only)
    }
}

/// The sending end of a stream.
pub(super) struct Listener {
    wanted: Wanted,
    pub(super) queue: Queue<Told>,
}

impl Listener {
    fn push(&self, told: Told) {
        if let Some(lost) = self.queue.push(told) {
            lost.is_not_handled();
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.queue.take_all().for_each(|told| told.is_not_handled());
    }
}

/// What a stream is told.
#[derive(Clone)]
pub(super) enum Told {
    Frame(Received),
    Interrupted,
    Gap,
    GapPossible,
    Poisoned,
    Refused(ServerError),
}

impl Told {
    /// Nobody gets it: a message of Realtime V2 is not acknowledged for that, and comes again behind the next join.
    fn is_not_handled(&self) {
        if let Told::Frame(Received { delivery: Some(delivery), .. }) = self {
            delivery.fail();
        }
    }
}

#[derive(Default)]
pub(super) struct Listeners(RefCell<Vec<Rc<Listener>>>);

impl Listeners {
    pub(super) fn add(&self, wanted: Wanted, bounds: Bounds, is_closed: bool) -> Rc<Listener> {
        let listener = Rc::new(Listener { wanted, queue: Queue::new(bounds) });
        if is_closed {
            listener.queue.close();
        } else {
            self.0.borrow_mut().push(listener.clone());
        }
        listener
    }

    pub(super) fn remove(&self, listener: &Rc<Listener>) {
        self.0.borrow_mut().retain(|other| !Rc::ptr_eq(other, listener));
    }

    /// Tells the streams that want to hear frames of that kind.
    pub(super) fn tell(&self, received: &Received) {
        let name = received.name();
        let listeners = self.0.borrow().clone();
        for listener in listeners {
            if listener.wanted == Wanted::Everything || name.is_some_and(|name| listener.wanted == Wanted::Only(name)) {
                listener.push(Told::Frame(received.clone()));
            }
        }
    }

    pub(super) fn tell_all(&self, told: &Told) {
        let listeners = self.0.borrow().clone();
        for listener in listeners {
            listener.push(told.clone());
        }
    }

    /// Every stream ends.
    pub(super) fn close(&self) {
        for listener in self.0.take() {
            listener.queue.close();
        }
    }
}
