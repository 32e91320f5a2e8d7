//! The sending ends of the streams of a channel.

use std::cell::RefCell;
use std::rc::Rc;

use xano_realtime_protocol::Action;

use super::error::ServerError;
use super::frame::RawFrame;
use super::queue::{Bounds, Queue};

/// What a stream wants to hear. Errors of the channel reach each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    Everything,
    Only(Action),
}

/// The sending end of a stream.
pub(super) struct Listener {
    wanted: Wanted,
    pub(super) queue: Queue<Told>,
}

/// What a stream is told. Frames are decoded by who takes them.
#[derive(Clone)]
pub(super) enum Told {
    Frame {
        frame: RawFrame,
        /// Whether it was recovered.
        replayed: bool,
    },
    Interrupted,
    Gap,
    GapPossible,
    Refused(ServerError),
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
    pub(super) fn tell(&self, frame: &RawFrame, replayed: bool) {
        let kind = frame.kind();
        let listeners = self.0.borrow().clone();
        for listener in listeners {
            if listener.wanted == Wanted::Everything || kind.is_some_and(|kind| listener.wanted == Wanted::Only(kind)) {
                listener.queue.push(Told::Frame { frame: frame.clone(), replayed });
            }
        }
    }

    pub(super) fn tell_all(&self, told: &Told) {
        let listeners = self.0.borrow().clone();
        for listener in listeners {
            listener.queue.push(told.clone());
        }
    }

    /// Every stream ends.
    pub(super) fn close(&self) {
        for listener in self.0.take() {
            listener.queue.close();
        }
    }
}
