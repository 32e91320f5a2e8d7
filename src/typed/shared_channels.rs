//! The channels of a connection, by their number and by their name.

use std::collections::HashMap;
use std::rc::Rc;

use super::shared_channel::SharedChannel;
use crate::engine::ChannelId;

#[derive(Default)]
pub(super) struct SharedChannels {
    /// Until the engine has forgotten them.
    by_number: Vec<Option<Rc<SharedChannel>>>,
    /// Until their last room has left.
    by_name: HashMap<String, Rc<SharedChannel>>,
}

impl SharedChannels {
    pub(super) fn add(&mut self, name: &str, make: impl FnOnce(ChannelId) -> SharedChannel) -> Rc<SharedChannel> {
        let free = self.by_number.iter().position(Option::is_none).unwrap_or(self.by_number.len());
        let channel = Rc::new(make(free as ChannelId));
        match self.by_number.get_mut(free) {
            Some(vacant) => *vacant = Some(channel.clone()),
            None => self.by_number.push(Some(channel.clone())),
        }
        self.by_name.insert(name.to_owned(), channel.clone());
        channel
    }

    /// Its last room has left; the engine still knows its number.
    pub(super) fn unsubscribe(&mut self, name: &str) {
        self.by_name.remove(name);
    }

    pub(super) fn forget(&mut self, number: ChannelId) {
        if let Some(place) = self.by_number.get_mut(number as usize) {
            *place = None;
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    pub(super) fn by_number(&self, number: ChannelId) -> Option<Rc<SharedChannel>> {
        self.by_number.get(number as usize)?.clone()
    }

    pub(super) fn by_name(&self, name: &str) -> Option<Rc<SharedChannel>> {
        self.by_name.get(name).cloned()
    }

    /// In the order of their numbers.
    pub(super) fn all(&self) -> Vec<Rc<SharedChannel>> {
        self.by_number.iter().flatten().filter(|channel| self.by_name.contains_key(&channel.name)).cloned().collect()
    }
}
