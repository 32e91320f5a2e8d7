//! Who is where, for those who run the server.

use serde::Serialize;

use super::Hub;

/// How many there are of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Census {
    /// Open sockets.
    pub connections: usize,
    /// Channels that somebody is on.
    pub channels: usize,
    /// Sockets on channels, once for each channel.
    pub members: usize,
}

/// A channel that somebody is on, or that keeps messages.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct ChannelView {
    /// Its name.
    pub channel: String,
    /// The row of the settings that it follows.
    pub pattern: String,
    /// Sockets on it.
    pub members: usize,
    /// Those of them that are authenticated.
    pub authenticated: usize,
    /// Messages and events that it keeps.
    pub history: usize,
}

impl Hub {
    /// How many there are of what. Looks at every channel.
    pub fn census(&self) -> Census {
        let members = || self.rooms.values().map(|room| room.members().len());
        Census {
            connections: self.connections.len(),
            channels: members().filter(|&count| count > 0).count(),
            members: members().sum(),
        }
    }

    /// The channels with the most members, most first, at most so many.
    pub fn largest_channels(&self, at_most: usize) -> Vec<ChannelView> {
        let mut rooms: Vec<_> = self.rooms.iter().collect();
        rooms.sort_by(|(name, room), (other_name, other)| {
            other.members().len().cmp(&room.members().len()).then_with(|| name.cmp(other_name))
        });
        rooms.truncate(at_most);
        let view = |(name, room): (&std::sync::Arc<str>, &super::room::Room)| ChannelView {
            channel: name.to_string(),
            pattern: room.rules.pattern.clone(),
            members: room.members().len(),
            authenticated: room.members().filter(|&(_, is_authenticated)| is_authenticated).count(),
            history: room.history.len(),
        };
        rooms.into_iter().map(view).collect()
    }
}
