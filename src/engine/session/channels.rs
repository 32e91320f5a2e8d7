//! The channels of a connection.

use super::channel::Channel;
use super::options::JoinOptions;
use super::queue::{Entry, Full, MAX_FRAMES};

/// A channel's number within its connection. Small: the host gives them out and reuses them.
pub type ChannelId = u32;

/// The channels of a connection, by their number.
#[derive(Debug)]
pub struct Channels {
    channels: Vec<Option<Channel>>,
    count: usize,
}

impl Channels {
    /// No channel.
    pub const fn new() -> Self {
        Channels { channels: Vec::new(), count: 0 }
    }

    /// Whether there is no channel.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The first number that no channel has.
    pub fn end(&self) -> ChannelId {
        self.channels.len() as ChannelId
    }

    /// Adds the channel, or adds to its options.
    pub fn add(&mut self, channel: ChannelId, options: JoinOptions) {
        let index = channel as usize;
        if index >= self.channels.len() {
            self.channels.resize_with(index + 1, || None);
        }
        let Some(place) = self.channels.get_mut(index) else {
            return;
        };
        match place {
            Some(known) => known.options = known.options.union(options.asked()),
            None => {
                *place = Some(Channel::new(options));
                self.count += 1;
            }
        }
    }

    /// The socket is gone, and every join with it.
    pub fn forget_joins(&mut self) {
        self.channels.iter_mut().flatten().for_each(Channel::forget_join);
    }

    /// Every channel.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Channel> {
        self.channels.iter_mut().flatten()
    }

    /// Removes the channel; says whether it was joined on the current socket. None where there is no such channel.
    pub fn remove(&mut self, channel: ChannelId) -> Option<bool> {
        let removed = self.channels.get_mut(channel as usize)?.take()?;
        self.count -= 1;
        Some(removed.joined.is_some())
    }

    /// Keeps an entry until it can be sent. On a channel that is not there it is refused as well.
    pub fn wait(&mut self, channel: ChannelId, entry: Entry) -> Result<(), Full> {
        self.get(channel).ok_or(Full)?.queue.push(entry, MAX_FRAMES)
    }

    /// Whether something waits on the channel that may go out.
    pub fn is_waiting(&mut self, channel: ChannelId) -> bool {
        self.get(channel).is_some_and(|channel| channel.next().is_some())
    }

    /// A channel on which something waits that may go out.
    pub fn first_waiting(&mut self) -> Option<ChannelId> {
        (0..self.end()).find(|&channel| self.is_waiting(channel))
    }

    pub(super) fn get(&mut self, channel: ChannelId) -> Option<&mut Channel> {
        self.channels.get_mut(channel as usize)?.as_mut()
    }
}

impl Default for Channels {
    fn default() -> Self {
        Self::new()
    }
}
