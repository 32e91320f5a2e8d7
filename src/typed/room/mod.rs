//! One channel as one client has it, and who hears what comes there.
//!
//! # Layout
//!
//! - this module: its place on a connection, and what it hears.
//! - `sending`: what it says and asks.

mod sending;

pub(super) use sending::Composed;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use xano_realtime_protocol::{Action, v2};

use super::asking::Asking;
use super::connection::Connection;
use super::error::{AnswerError, ServerError};
use super::frame::{self, RawFields, RawFrame};
use super::frames::{self, Kept};
use super::heard::{HeardElsewhere, IsKnown};
use super::items;
use super::listeners::{Listener, Listeners, Told, Wanted};
use super::members::Client;
use super::pool;
use super::queue::{Bounds, Queue};
use super::realtime::Realtime;
use super::received::Received;
use super::shared_channel::SharedChannel;
use super::version::RealtimeVersion;
use crate::engine::{Input, JoinOptions};

/// Over how many connections that a room has left it knows what it heard.
const MOST_ELSEWHERE: usize = 4;

/// Joined while it lives.
pub(super) struct Room {
    pub(super) name: String,
    pub(super) client: Rc<Realtime>,
    /// Its place on a connection; none before it was joined, and once its client is gone.
    place: RefCell<Option<Rc<SharedChannel>>>,
    options: Cell<JoinOptions>,
    /// Whether the application says which messages of Realtime V2 it has handled.
    acknowledges_itself: Cell<bool>,
    /// Whether it was on its channel, over a socket that is gone.
    is_interrupted: Cell<bool>,
    /// What it has heard over connections that it has left, the latest first: they may have been ahead of the present one.
    elsewhere: RefCell<VecDeque<HeardElsewhere>>,
    listeners: Listeners,
    watchers: RefCell<Vec<Rc<Queue<Vec<Client>>>>>,
    /// What waits for the kept messages.
    histories: Asking<RawFrame>,
    /// What waits until the channel is joined.
    joins: Asking<()>,
}

impl Room {
    pub(super) fn new(name: String, client: Rc<Realtime>) -> Room {
        let is_v2 = client.version() == RealtimeVersion::V2;
        Room {
            name,
            client,
            place: RefCell::default(),
            options: Cell::new(JoinOptions::NONE.with(JoinOptions::V2, is_v2)),
            acknowledges_itself: Cell::new(false),
            is_interrupted: Cell::new(false),
            elsewhere: RefCell::default(),
            listeners: Listeners::default(),
            watchers: RefCell::default(),
            histories: Asking::default(),
            joins: Asking::default(),
        }
    }

    pub(super) fn place(&self) -> Option<Rc<SharedChannel>> {
        self.place.borrow().clone()
    }

    /// Whether that is its place.
    pub(super) fn is_at(&self, channel: &SharedChannel) -> bool {
        self.place().is_some_and(|place| std::ptr::eq(Rc::as_ptr(&place), channel))
    }

    pub(super) fn connection(&self) -> Option<Rc<Connection>> {
        self.place().map(|place| place.connection.clone())
    }

    /// Joins the channel, or asks for more than before.
    pub(super) fn join(self: &Rc<Self>, options: JoinOptions, manual_ack: bool) {
        if self.client.is_closed() {
            return;
        }
        self.options.set(self.options.get().union(options));
        self.acknowledges_itself.set(self.acknowledges_itself.get() || manual_ack);
        match self.place() {
            Some(place) => {
                place.connection.decide(Input::Join { channel: place.number, options: self.options.get() });
            }
            None => self.enter(&pool::connection_of(&self.client), None),
        }
    }

    /// `left` is where it was until now.
    pub(super) fn enter(self: &Rc<Self>, connection: &Rc<Connection>, left: Option<&SharedChannel>) {
        let place = connection.channel(&self.name);
        let returns = left.map_or(JoinOptions::NONE, |left| place.take_over(left, self));
        if let Some(heard) = left.and_then(SharedChannel::heard_here) {
            let mut elsewhere = self.elsewhere.borrow_mut();
            elsewhere.truncate(MOST_ELSEWHERE - 1);
            elsewhere.push_front(heard);
        }
        place.add(self);
        self.place.replace(Some(place.clone()));
        connection.decide(Input::Join { channel: place.number, options: self.options.get().union(returns) });
        self.client.tell(&connection.status());
        self.tell_present(&place.present());
        if place.is_joined() {
            self.joined();
        }
    }

    /// Takes it out of its channel. Hands back what waits there: what it has published, and everything if it was the last
    /// one.
    pub(super) fn leave(&self) -> Vec<Kept> {
        let Some(place) = self.place.take() else { return Vec::new() };
        let (connection, channel) = (&place.connection, place.number);
        if place.remove(self) {
            connection.unsubscribe(&self.name);
            return connection.decide(Input::Leave { channel }).forgotten;
        }
        let published = frames::published_in(self).into_iter();
        published.flat_map(|message| connection.decide(Input::Answered { channel, message }).forgotten).collect()
    }

    /// A new socket is open: what was asked over the last one is asked again.
    pub(super) fn connected(&self) {
        if let Some(connection) = self.connection().filter(|_| self.histories.is_waiting()) {
            connection.write(&frame::bare(Action::History, &self.name));
        }
    }

    pub(super) fn receive(&self, frame: &RawFrame) {
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
    pub(super) fn hear(&self, received: &Received) {
        if received.frame.kind_v2() == Some(v2::Action::Error) {
            return self.refused(&items::refusal(&received.frame));
        }
        self.listeners.tell(received);
    }

    pub(super) fn acknowledges_itself(&self) -> bool {
        self.acknowledges_itself.get()
    }

    /// The socket is gone, and what is said now is not heard.
    pub(super) fn disconnected(&self) {
        if self.connection().is_some_and(|connection| connection.is_stopped()) {
            self.fail(&AnswerError::Stopped);
        }
        if self.place().is_some_and(|place| place.is_joined()) {
            self.is_interrupted.set(true);
        }
    }

    /// Whether it wants to have what was missed.
    pub(super) fn recovers(&self) -> bool {
        self.options.get().contains(JoinOptions::RECOVER)
    }

    /// It gets an entry that was missed, unless it was further than that on a connection that it has left.
    pub(super) fn replay(&self, frame: &RawFrame) {
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

    pub(super) fn tell(&self, told: &Told) {
        self.listeners.tell_all(told);
    }

    pub(super) fn joined(&self) {
        self.joins.answer(&Ok(()));
        let is_whole = self.place().is_some_and(|place| place.is_whole());
        if self.is_interrupted.take() && !self.recovers() && !is_whole {
            self.listeners.tell_all(&Told::Interrupted);
        }
    }

    /// The server refused something: each waiting future and each stream gets the error.
    fn refused(&self, error: &ServerError) {
        self.fail(&error.clone().into());
        self.listeners.tell_all(&Told::Refused(error.clone()));
    }

    /// The client is gone: the channel is left, and every stream and every waiting future ends.
    pub(super) fn close(&self) {
        self.fail(&AnswerError::Closed);
        self.listeners.close();
        for watcher in self.watchers.take() {
            watcher.close();
        }
        self.leave();
    }

    pub(super) fn listen(&self, wanted: Wanted, bounds: Bounds) -> Rc<Listener> {
        self.listeners.add(wanted, bounds, self.client.is_closed())
    }

    pub(super) fn unlisten(&self, listener: &Rc<Listener>) {
        self.listeners.remove(listener);
    }

    pub(super) fn watch(&self, watcher: Rc<Queue<Vec<Client>>>) {
        if self.client.is_closed() {
            return watcher.close();
        }
        watcher.push(self.present());
        self.watchers.borrow_mut().push(watcher);
    }

    pub(super) fn unwatch(&self, watcher: &Rc<Queue<Vec<Client>>>) {
        self.watchers.borrow_mut().retain(|other| !Rc::ptr_eq(other, watcher));
    }

    pub(super) fn present(&self) -> Vec<Client> {
        self.place().map(|place| place.present()).unwrap_or_default()
    }

    pub(super) fn tell_present(&self, present: &[Client]) {
        let watchers = self.watchers.borrow().clone();
        for watcher in watchers {
            watcher.push(present.to_vec());
        }
    }

    /// No answer comes to what waits.
    fn fail(&self, error: &AnswerError) {
        self.histories.answer(&Err(error.clone()));
        self.joins.answer(&Err(error.clone()));
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.close();
        self.client.forget_dropped();
    }
}
