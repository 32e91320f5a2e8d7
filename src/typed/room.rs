//! One channel of a connection, and who hears what comes there.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures::channel::oneshot;
use xano_realtime_protocol::Action;

use super::connection::Connection;
use super::error::{HistoryError, SendError, ServerError};
use super::frame::{self, RawFrame, Recipients};
use super::items::{self, Client};
use super::queue::{Bounds, Queue};
use crate::engine::{ChannelId, JoinOptions};

/// What a stream wants to hear. Errors of the channel reach each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    Everything,
    Only(Action),
}

/// The sending end of a stream.
pub(super) struct Listener {
    wanted: Wanted,
    pub(super) queue: Queue<Heard>,
}

/// What a stream is told. Frames are decoded by who takes them.
pub(super) enum Heard {
    Frame(RawFrame),
    Interrupted,
    Refused(ServerError),
}

/// Whether the server has said that the channel is joined.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Membership {
    Outside,
    Inside,
    /// It was, over a socket that is gone.
    Interrupted,
}

/// Joined while it lives.
pub(super) struct Room {
    pub(super) id: ChannelId,
    pub(super) name: String,
    pub(super) connection: Rc<Connection>,
    membership: Cell<Membership>,
    listeners: RefCell<Vec<Rc<Listener>>>,
    present: RefCell<Vec<Client>>,
    watchers: RefCell<Vec<Rc<Queue<Vec<Client>>>>>,
    asking: RefCell<Vec<oneshot::Sender<Result<RawFrame, HistoryError>>>>,
}

impl Room {
    pub(super) fn new(id: ChannelId, name: String, connection: Rc<Connection>) -> Room {
        Room {
            id,
            name,
            connection,
            membership: Cell::new(Membership::Outside),
            listeners: RefCell::default(),
            present: RefCell::default(),
            watchers: RefCell::default(),
            asking: RefCell::default(),
        }
    }

    pub(super) fn join(&self, options: JoinOptions) {
        self.connection.join(self.id, options);
    }

    pub(super) fn send<P: serde::Serialize + ?Sized>(
        &self,
        recipients: Recipients<'_>,
        payload: &P,
    ) -> Result<(), SendError> {
        let body = frame::message(&self.name, recipients, payload).map_err(SendError::Encode)?;
        let bytes = u32::try_from(body.len()).unwrap_or(u32::MAX);
        let comes_back = recipients.socket_id.is_none();
        self.connection.send(self.id, body, bytes, comes_back)
    }

    /// Asks for the kept messages, now or as soon as there is a connection.
    pub(super) fn ask(&self) -> oneshot::Receiver<Result<RawFrame, HistoryError>> {
        let (answer, answered) = oneshot::channel();
        if self.connection.is_closed() {
            // Without its other end the answer is "closed".
            return answered;
        }
        let is_first = {
            let mut asking = self.asking.borrow_mut();
            // Who has given up waiting is not asked for.
            asking.retain(|other| !other.is_canceled());
            asking.push(answer);
            asking.len() == 1
        };
        if is_first {
            self.connection.write(&frame::bare(Action::History, &self.name));
        }
        answered
    }

    /// A new socket is open: what was asked over the last one is asked again.
    pub(super) fn connected(&self) {
        let asks = self.asking.borrow().iter().any(|answer| !answer.is_canceled());
        if asks {
            self.connection.write(&frame::bare(Action::History, &self.name));
        }
    }

    pub(super) fn receive(&self, frame: &RawFrame) {
        let kind = frame.kind();
        match kind {
            Some(Action::PresenceFull) => self.set_present(items::present(frame)),
            Some(Action::PresenceUpdate) => self.change_present(frame),
            Some(Action::History) => self.answer(|| Ok(frame.clone())),
            Some(Action::Join) => self.joined(),
            Some(Action::Error) => return self.refused(&items::refusal(frame)),
            _ => {}
        }
        self.tell(|| Heard::Frame(frame.clone()), |wanted| kind.is_some_and(|kind| wanted == Wanted::Only(kind)));
    }

    /// The socket is gone, and what is said now is not heard.
    pub(super) fn disconnected(&self) {
        if self.membership.get() == Membership::Inside {
            self.membership.set(Membership::Interrupted);
        }
    }

    fn joined(&self) {
        if self.membership.replace(Membership::Inside) == Membership::Interrupted {
            self.tell(|| Heard::Interrupted, |_| true);
        }
    }

    /// The server refused something: each waiting future and each stream gets the error.
    pub(super) fn refused(&self, error: &ServerError) {
        self.answer(|| Err(error.clone().into()));
        self.tell(|| Heard::Refused(error.clone()), |_| true);
    }

    /// Every stream and every waiting future ends.
    pub(super) fn close(&self) {
        self.asking.take();
        for listener in self.listeners.take() {
            listener.queue.close();
        }
        for watcher in self.watchers.take() {
            watcher.close();
        }
    }

    pub(super) fn listen(&self, wanted: Wanted, bounds: Bounds) -> Rc<Listener> {
        let listener = Rc::new(Listener { wanted, queue: Queue::new(bounds) });
        if self.connection.is_closed() {
            listener.queue.close();
        } else {
            self.listeners.borrow_mut().push(listener.clone());
        }
        listener
    }

    pub(super) fn unlisten(&self, listener: &Rc<Listener>) {
        self.listeners.borrow_mut().retain(|other| !Rc::ptr_eq(other, listener));
    }

    pub(super) fn watch(&self, watcher: Rc<Queue<Vec<Client>>>) {
        if self.connection.is_closed() {
            return watcher.close();
        }
        watcher.push(self.present());
        self.watchers.borrow_mut().push(watcher);
    }

    pub(super) fn unwatch(&self, watcher: &Rc<Queue<Vec<Client>>>) {
        self.watchers.borrow_mut().retain(|other| !Rc::ptr_eq(other, watcher));
    }

    pub(super) fn present(&self) -> Vec<Client> {
        self.present.borrow().clone()
    }

    fn change_present(&self, frame: &RawFrame) {
        let Some((came, client)) = items::change(frame) else { return };
        let mut present = self.present();
        present.retain(|other| other.socket_id != client.socket_id);
        if came {
            present.push(client);
        }
        self.set_present(present);
    }

    fn set_present(&self, present: Vec<Client>) {
        self.present.replace(present);
        let watchers = self.watchers.borrow().clone();
        for watcher in watchers {
            watcher.push(self.present());
        }
    }

    fn answer(&self, answer: impl Fn() -> Result<RawFrame, HistoryError>) {
        for asker in self.asking.take() {
            // Who does not wait any more needs no answer.
            let _ = asker.send(answer());
        }
    }

    fn tell(&self, heard: impl Fn() -> Heard, wants: impl Fn(Wanted) -> bool) {
        let listeners = self.listeners.borrow().clone();
        for listener in listeners {
            if listener.wanted == Wanted::Everything || wants(listener.wanted) {
                listener.queue.push(heard());
            }
        }
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.close();
        self.connection.leave(self.id);
    }
}
