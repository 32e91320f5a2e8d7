//! The rooms of a connection, by their number and by their name.

use std::collections::HashMap;
use std::rc::{Rc, Weak};

use super::room::Room;
use crate::engine::ChannelId;

/// They are held weakly: a room lives for as long as the application has a handle.
#[derive(Default)]
pub(super) struct Rooms {
    places: Vec<Option<Place>>,
    numbers: HashMap<String, ChannelId>,
}

struct Place {
    name: String,
    room: Weak<Room>,
}

impl Rooms {
    pub(super) fn add(&mut self, name: &str, make: impl FnOnce(ChannelId) -> Rc<Room>) -> Rc<Room> {
        let free = self.places.iter().position(Option::is_none).unwrap_or(self.places.len());
        let channel = free as ChannelId;
        let room = make(channel);
        let place = Some(Place { name: name.to_owned(), room: Rc::downgrade(&room) });
        match self.places.get_mut(free) {
            Some(vacant) => *vacant = place,
            None => self.places.push(place),
        }
        self.numbers.insert(name.to_owned(), channel);
        room
    }

    pub(super) fn remove(&mut self, channel: ChannelId) {
        let Some(place) = self.places.get_mut(channel as usize).and_then(Option::take) else { return };
        // A new room may have the name.
        if self.numbers.get(&place.name) == Some(&channel) {
            self.numbers.remove(&place.name);
        }
    }

    /// Of a room that may be gone already.
    pub(super) fn name(&self, channel: ChannelId) -> String {
        self.place(channel).map(|place| place.name.clone()).unwrap_or_default()
    }

    pub(super) fn by_name(&self, name: &str) -> Option<Rc<Room>> {
        self.place(*self.numbers.get(name)?)?.room.upgrade()
    }

    pub(super) fn all(&self) -> Vec<Rc<Room>> {
        self.places.iter().flatten().filter_map(|place| place.room.upgrade()).collect()
    }

    fn place(&self, channel: ChannelId) -> Option<&Place> {
        self.places.get(channel as usize)?.as_ref()
    }
}
