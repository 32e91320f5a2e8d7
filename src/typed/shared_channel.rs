//! One channel of a connection: joined once, however many clients of the page are on it.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use wasm_bindgen::JsValue;
use xano_realtime_protocol::Action;

use super::connection::Connection;
use super::error::{PublishError, ServerError};
use super::frame::{self, RawFields, RawFrame};
use super::frames;
use super::heard::{Heard, HeardElsewhere};
use super::items::{self, Client};
use super::listeners::Told;
use super::position::Position;
use super::room::Room;
use crate::engine::{Acknowledgement, ChannelId, Failure, Input, JoinOptions};

/// What the server sends to a client that is on a channel.
const SIGNS_OF_JOINING: [Action; 4] = [Action::Join, Action::PresenceFull, Action::History, Action::Message];

pub(super) struct SharedChannel {
    pub(super) connection: Rc<Connection>,
    pub(super) name: String,
    /// What the engine knows it by.
    pub(super) number: ChannelId,
    /// The clients' sides of it.
    rooms: RefCell<Vec<Weak<Room>>>,
    /// Whether it is joined, as the engine says.
    is_joined: Cell<bool>,
    present: RefCell<Vec<Client>>,
    standing: RefCell<Standing>,
    /// Where the server stood when it acknowledged, until the engine says what that means; none where nothing is awaited.
    acknowledged: RefCell<Option<Option<Position>>>,
    /// The entries of the answer that the engine is asked about.
    missed: RefCell<Vec<RawFrame>>,
    heard: RefCell<Heard>,
    /// What the server has refused last.
    refusal: RefCell<Option<ServerError>>,
}

/// Where the application stands on the channel.
#[derive(Clone)]
enum Standing {
    /// No join was acknowledged.
    Never,
    /// The server names no position.
    Unnamed,
    At(Position),
}

impl SharedChannel {
    pub(super) fn new(connection: Rc<Connection>, name: String, number: ChannelId) -> Self {
        SharedChannel {
            connection,
            name,
            number,
            rooms: RefCell::default(),
            is_joined: Cell::new(false),
            present: RefCell::default(),
            standing: RefCell::new(Standing::Never),
            acknowledged: RefCell::default(),
            missed: RefCell::default(),
            heard: RefCell::default(),
            refusal: RefCell::default(),
        }
    }

    pub(super) fn is_joined(&self) -> bool {
        self.is_joined.get()
    }

    /// The frame that joins it.
    pub(super) fn join_frame(&self, options: JoinOptions) -> String {
        match &*self.standing.borrow() {
            Standing::At(position) => frame::join(&self.name, options, Some(position)),
            _ => frame::join(&self.name, options, None),
        }
    }

    /// A room comes from the same channel of another connection. What comes on the way is recovered where the room is the
    /// first one here; where others are here already, what they got may not be what this one has.
    pub(super) fn take_over(&self, left: &SharedChannel, room: &Room) -> JoinOptions {
        let before = left.standing.borrow().clone();
        if self.rooms.borrow().is_empty() {
            let returns = match &before {
                Standing::Never => return JoinOptions::NONE,
                Standing::Unnamed => JoinOptions::RETURNS,
                Standing::At(_) => JoinOptions::RETURNS.union(JoinOptions::POSITION),
            };
            self.standing.replace(before);
            self.heard.replace(left.heard.borrow().clone());
            return returns;
        }
        let is_same = match (&before, &*self.standing.borrow()) {
            (Standing::Never, _) => true,
            (Standing::At(one), Standing::At(other)) => one.is_at(other),
            _ => false,
        };
        if room.recovers() && !is_same {
            room.tell(&Told::GapPossible);
        }
        JoinOptions::NONE
    }

    pub(super) fn add(&self, room: &Rc<Room>) {
        self.rooms.borrow_mut().push(Rc::downgrade(room));
    }

    /// Says whether no room is left. The room may be one that is being dropped.
    pub(super) fn remove(&self, room: &Room) -> bool {
        let mut rooms = self.rooms.borrow_mut();
        rooms.retain(|other| !std::ptr::eq(other.as_ptr(), room));
        rooms.is_empty()
    }

    /// The rooms at this moment. Handles, so that nothing is borrowed while they are told something.
    pub(super) fn rooms(&self) -> Vec<Rc<Room>> {
        self.rooms.borrow().iter().filter_map(Weak::upgrade).collect()
    }

    pub(super) fn receive(&self, frame: &RawFrame) {
        let kind = frame.kind();
        if kind == Some(Action::Join) {
            self.acknowledge(frame);
        } else if !self.is_joined() && kind.is_some_and(|kind| SIGNS_OF_JOINING.contains(&kind)) {
            self.connection.decide(Input::Heard { channel: self.number });
        }
        if self.is_answer(frame, kind) {
            return;
        }
        if kind == Some(Action::History)
            && let Some(complete) = frame.is_complete().filter(|_| self.awaits_missed())
        {
            self.missed.replace(frame.entries().collect());
            self.connection.decide(Input::Missed { channel: self.number, complete });
            return;
        }
        self.got(frame);
        let present = match kind {
            Some(Action::PresenceFull) => Some(items::present(frame)),
            Some(Action::PresenceUpdate) => self.changed_present(frame),
            _ => None,
        };
        let rooms = self.rooms();
        if let Some(present) = present {
            self.present.replace(present);
            rooms.iter().for_each(|room| room.tell_present(&self.present()));
        }
        for room in rooms {
            room.receive(frame);
        }
    }

    fn acknowledge(&self, frame: &RawFrame) {
        let position = frame.position();
        let is_restarted = match &*self.standing.borrow() {
            Standing::At(before) => !before.is_of_epoch(position.as_ref()),
            _ => false,
        };
        let said = Acknowledgement {
            answers_pings: frame.answers_pings(),
            answers_keys: frame.answers_keys(),
            has_position: position.is_some(),
            is_restarted,
        };
        let epoch = position.as_ref().and_then(|position| position.epoch.clone()).unwrap_or_default();
        self.acknowledged.replace(Some(position));
        for message in frames::sent_in_another_epoch(self, &epoch) {
            for message in self.connection.decide(Input::Answered { channel: self.number, message }).forgotten {
                message.settle(Err(PublishError::Failed(super::failure::Failure::Unconfirmed)));
            }
        }
        self.connection.decide(Input::Acknowledged { channel: self.number, said });
    }

    /// Whether the frame only answers a message that was published: its echo says something besides, unless the application
    /// has it already. Settles the message.
    fn is_answer(&self, frame: &RawFrame, kind: Option<Action>) -> bool {
        let is_error = kind == Some(Action::Error);
        let Some(key) = frame.option(RawFields::key).as_string() else {
            if is_error {
                self.refusal.replace(Some(items::refusal(frame)));
                self.connection.decide(Input::ChannelRefused { channel: self.number });
            }
            return false;
        };
        if let Some(message) = frames::number_of(&key)
            && let Some(place) = frames::room_of(message).and_then(|room| room.place())
        {
            let answered = place.connection.decide(Input::Answered { channel: place.number, message });
            for message in answered.forgotten {
                message.settle(if is_error { Err(items::refusal(frame).into()) } else { Ok(items::published(frame)) });
            }
        }
        frames::is_key(&key) && (is_error || kind == Some(Action::Ack) || self.has_heard(&frame.option(RawFields::id)))
    }

    /// The epoch of the server, as it has told.
    pub(super) fn epoch(&self) -> Option<String> {
        if let Some(position) = &*self.acknowledged.borrow() {
            return position.as_ref()?.epoch.clone();
        }
        match &*self.standing.borrow() {
            Standing::At(position) => position.epoch.clone(),
            _ => None,
        }
    }

    /// Why the server does not let this client in.
    pub(super) fn refusal(&self) -> Option<ServerError> {
        self.refusal.borrow().clone()
    }

    /// Whether the application has got that entry already.
    fn has_heard(&self, id: &JsValue) -> bool {
        match &*self.standing.borrow() {
            Standing::At(position) => self.heard.borrow().contains(&position.id, id),
            _ => false,
        }
    }

    /// What the application has heard here, for a room that leaves.
    pub(super) fn heard_here(&self) -> Option<HeardElsewhere> {
        match &*self.standing.borrow() {
            Standing::At(Position { epoch, id }) => {
                let heard = self.heard.borrow().clone();
                Some(HeardElsewhere { epoch: epoch.clone(), heard, newest: id.clone() })
            }
            _ => None,
        }
    }

    fn awaits_missed(&self) -> bool {
        matches!(*self.acknowledged.borrow(), Some(Some(_)))
    }

    /// The application gets an entry.
    fn got(&self, frame: &RawFrame) {
        if let Standing::At(position) = &mut *self.standing.borrow_mut() {
            position.got(frame.option(RawFields::id));
        }
    }

    /// The server has let this client in.
    pub(super) fn joined(&self) {
        self.is_joined.set(true);
        self.rooms().iter().for_each(|room| room.joined());
    }

    /// What was acknowledged last is where the application stands.
    pub(super) fn take_position(&self) {
        let Some(position) = self.acknowledged.take() else { return };
        if let Some(position) = &position {
            self.heard.borrow_mut().begin_behind(self.newest(position), &position.id);
        }
        self.standing.replace(position.map_or(Standing::Unnamed, Standing::At));
    }

    /// The entries of the answer go to the rooms that asked for what was missed.
    pub(super) fn hand_out(&self, has_gap: bool) {
        let (missed, position) = (self.missed.take(), self.acknowledged.take().flatten());
        if let Some(position) = position {
            if has_gap {
                let (newest, mut heard) = (self.newest(&position), self.heard.borrow_mut());
                match missed.first() {
                    Some(first) => heard.begin_with(newest, &first.option(RawFields::id)),
                    None => heard.begin_behind(newest, &position.id),
                }
            }
            self.standing.replace(Standing::At(position));
        }
        missed.iter().for_each(|entry| self.got(entry));
        if has_gap {
            self.tell_recovering(&Told::Gap);
        }
        for room in self.recovering() {
            missed.iter().for_each(|entry| room.replay(entry));
        }
    }

    /// The newest entry that the application has; none where the server of that position does not know it.
    fn newest(&self, position: &Position) -> Option<JsValue> {
        match &*self.standing.borrow() {
            Standing::At(before) if before.is_of_epoch(Some(position)) => Some(before.id.clone()),
            _ => None,
        }
    }

    /// Something may be missing on the channel.
    pub(super) fn failed(&self, failure: Failure) {
        match failure {
            Failure::Gap => self.tell_recovering(&Told::Gap),
            Failure::GapPossible => self.tell_recovering(&Told::GapPossible),
            // The rest concerns frames, whose senders are told.
            _ => {}
        }
    }

    fn tell_recovering(&self, told: &Told) {
        self.recovering().iter().for_each(|room| room.tell(told));
    }

    fn recovering(&self) -> Vec<Rc<Room>> {
        self.rooms().into_iter().filter(|room| room.recovers()).collect()
    }

    /// The socket is gone, and what is said now is not heard.
    pub(super) fn disconnected(&self) {
        self.rooms().iter().for_each(|room| room.disconnected());
        self.is_joined.set(false);
    }

    /// Who is on the channel, as far as the server has told.
    pub(super) fn present(&self) -> Vec<Client> {
        self.present.borrow().clone()
    }

    fn changed_present(&self, frame: &RawFrame) -> Option<Vec<Client>> {
        let (came, client) = items::change(frame)?;
        let mut present = self.present();
        present.retain(|other| other.socket_id != client.socket_id);
        if came {
            present.push(client);
        }
        Some(present)
    }
}
