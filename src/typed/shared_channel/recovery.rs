//! Where the application stands on a channel, and what it has missed.

use std::rc::Rc;

use wasm_bindgen::JsValue;

use super::SharedChannel;
use crate::engine::{Acknowledgement, Input, JoinOptions};
use crate::typed::error::PublishError;
use crate::typed::frame::{self, RawFields, RawFrame, broadcast};
use crate::typed::heard::{self, HeardElsewhere};
use crate::typed::listeners::Told;
use crate::typed::position::Position;
use crate::typed::room::Room;
use crate::typed::{failure, frames};

/// Where the application stands on the channel.
#[derive(Clone)]
pub(super) enum Standing {
    /// No join was acknowledged.
    Never,
    /// The server names no position.
    Unnamed,
    At(Position),
}

impl SharedChannel {
    /// The frame that joins it.
    pub(in crate::typed) fn join_frame(&self, options: JoinOptions) -> String {
        if let Some(client_id) = &self.connection.client_id {
            return broadcast::join(&self.name, client_id, options);
        }
        match &*self.standing.borrow() {
            Standing::At(position) => frame::join(&self.name, options, Some(position)),
            _ => frame::join(&self.name, options, None),
        }
    }

    /// A room comes from the same channel of another connection. What comes on the way is recovered where the room is the
    /// first one here; where others are here already, what they got may not be what this one has.
    pub(in crate::typed) fn take_over(&self, left: &SharedChannel, room: &Room) -> JoinOptions {
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

    pub(super) fn acknowledge(&self, frame: &RawFrame) {
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
                message.settle(Err(PublishError::Failed(failure::Failure::Unconfirmed)));
            }
        }
        let writable = self.connection.takes_frames();
        self.connection.decide(Input::Acknowledged { channel: self.number, said, writable });
    }

    /// The epoch of the server, as it has told.
    pub(in crate::typed) fn epoch(&self) -> Option<String> {
        if let Some(position) = &*self.acknowledged.borrow() {
            return position.as_ref()?.epoch.clone();
        }
        match &*self.standing.borrow() {
            Standing::At(position) => position.epoch.clone(),
            _ => None,
        }
    }

    /// Whether the application has got that entry already.
    pub(super) fn has_heard(&self, id: &JsValue) -> bool {
        match &*self.standing.borrow() {
            Standing::At(position) => self.heard.borrow().contains(&position.id, id),
            _ => false,
        }
    }

    /// Whether the entry comes no later than the newest one that the application has got.
    pub(super) fn is_late(&self, id: &JsValue) -> bool {
        match &*self.standing.borrow() {
            Standing::At(position) => heard::is_within(id, &position.id),
            _ => false,
        }
    }

    /// What the application has heard here, for a room that leaves.
    pub(in crate::typed) fn heard_here(&self) -> Option<HeardElsewhere> {
        match &*self.standing.borrow() {
            Standing::At(Position { epoch, id }) => {
                let heard = self.heard.borrow().clone();
                Some(HeardElsewhere { epoch: epoch.clone(), heard, newest: id.clone() })
            }
            _ => None,
        }
    }

    /// Whether the history is the answer to what a join has asked.
    pub(super) fn is_missed(&self, frame: &RawFrame) -> bool {
        let awaits = matches!(*self.acknowledged.borrow(), Some(Some(_)));
        let Some(complete) = frame.is_complete().filter(|_| awaits) else { return false };
        self.missed.replace(frame.entries().collect());
        self.connection.decide(Input::Missed { channel: self.number, complete });
        true
    }

    /// The application gets an entry.
    pub(super) fn got(&self, frame: &RawFrame) {
        if let Standing::At(position) = &mut *self.standing.borrow_mut() {
            position.got(frame.option(RawFields::id));
        }
    }

    /// What was acknowledged last is where the application stands. What may have been missed is looked for.
    pub(in crate::typed) fn take_position(&self, recovers: bool, in_doubt: bool) {
        if let Some(position) = self.acknowledged.take() {
            if let Some(position) = &position {
                self.heard.borrow_mut().begin_behind(self.newest(position), &position.id);
            }
            self.follow(recovers && position.is_none());
            self.standing.replace(position.map_or(Standing::Unnamed, Standing::At));
        }
        if in_doubt && !self.look_back() {
            self.hand_out(true, 0);
        }
    }

    /// The entries of the answer, from the first that was missed on, go to the rooms that asked for them, and what is held goes
    /// to all.
    pub(in crate::typed) fn hand_out(&self, has_gap: bool, from: u32) {
        let (missed, position) = (self.missed.take(), self.acknowledged.take().flatten());
        let held = self.trail.borrow_mut().held.take().unwrap_or_default();
        let gap = if position.is_some() { Told::Gap } else { Told::GapPossible };
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
        if has_gap {
            self.recovering().iter().for_each(|room| room.tell(&gap));
            self.break_trail();
        }
        let behind = missed.len().saturating_sub(held.len());
        for entry in missed.iter().take(behind).skip(from as usize).filter(|entry| entry.is_entry()) {
            self.got(entry);
            self.confirm(entry);
            self.saw_missed(entry);
            self.recovering().iter().for_each(|room| room.replay(entry));
        }
        for (entry, hash) in &held {
            self.pass_entry(entry, *hash);
        }
        self.connection.decide(Input::Missed { channel: self.number, complete: true });
    }

    /// The newest entry that the application has; none where the server of that position does not know it.
    fn newest(&self, position: &Position) -> Option<JsValue> {
        match &*self.standing.borrow() {
            Standing::At(before) if before.is_of_epoch(Some(position)) => Some(before.id.clone()),
            _ => None,
        }
    }

    fn recovering(&self) -> Vec<Rc<Room>> {
        self.rooms().into_iter().filter(|room| room.recovers()).collect()
    }
}
