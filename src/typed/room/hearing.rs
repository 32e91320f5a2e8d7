//! What a client hears on a channel, and who gets it.

use std::rc::Rc;

use xano_realtime_protocol::{Action, v2};

use super::Room;
use crate::typed::frame::{RawFields, RawFrame};
use crate::typed::heard::{HeardElsewhere, IsKnown};
use crate::typed::items;
use crate::typed::listeners::{Listener, Wanted};
use crate::typed::members::Client;
use crate::typed::queue::{Bounds, Queue};
use crate::typed::received::Received;

impl Room {
    pub(in crate::typed) fn receive(&self, frame: &RawFrame) {
        match frame.kind() {
            Some(Action::History) => self.histories.answer(&Ok(frame.clone())),
            Some(Action::Error) => return self.refused(&items::refusal(frame)),
            _ => {}
        }
        if !self.is_known_elsewhere(frame, HeardElsewhere::contains) {
            self.listeners.tell(&Received::on_v1(frame, false));
        }
    }

    /// The same on Realtime V2.
    pub(in crate::typed) fn hear(&self, received: &Received) {
        if received.frame.kind_v2() == Some(v2::Action::Error) {
            return self.refused(&items::refusal(&received.frame));
        }
        self.listeners.tell(received);
    }

    /// It gets an entry that was missed, unless it was further than that on a connection that it has left.
    pub(in crate::typed) fn replay(&self, frame: &RawFrame) {
        if !self.is_known_elsewhere(frame, HeardElsewhere::reaches) {
            self.listeners.tell(&Received::on_v1(frame, true));
        }
    }

    /// Whether that holds for the entry on one of the connections that it has left.
    fn is_known_elsewhere(&self, frame: &RawFrame, is_known: IsKnown) -> bool {
        let elsewhere = self.elsewhere.borrow();
        if elsewhere.is_empty() {
            return false;
        }
        let (epoch, id) = (self.place().and_then(|place| place.epoch()), frame.option(RawFields::id));
        elsewhere.iter().any(|heard| is_known(heard, epoch.as_deref(), &id))
    }

    pub(in crate::typed) fn listen(&self, wanted: Wanted, bounds: Bounds) -> Rc<Listener> {
        self.listeners.add(wanted, bounds, self.client.is_closed())
    }

    pub(in crate::typed) fn unlisten(&self, listener: &Rc<Listener>) {
        self.listeners.remove(listener);
    }

    pub(in crate::typed) fn watch(&self, watcher: Rc<Queue<Vec<Client>>>) {
        if self.client.is_closed() {
            return watcher.close();
        }
        watcher.push(self.present());
        self.watchers.borrow_mut().push(watcher);
    }

    pub(in crate::typed) fn unwatch(&self, watcher: &Rc<Queue<Vec<Client>>>) {
        self.watchers.borrow_mut().retain(|other| !Rc::ptr_eq(other, watcher));
    }
}
