//! Who is where, for those who run the server.

use std::sync::Arc;

use serde::Serialize;

use super::Hub;
use crate::channel::Channel;

/// How many there are of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Census {
    /// Open sockets.
    pub connections: usize,
    /// Channels that somebody is on.
    pub channels: usize,
    /// Sockets on channels, once for each channel.
    pub members: usize,
    /// What all histories take in memory.
    pub history_bytes: usize,
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
    /// How many there are of what.
    pub fn census(&self) -> Census {
        Census {
            connections: self.connections.len(),
            channels: self.channels_in_use,
            members: self.members,
            history_bytes: self.retention.bytes(),
        }
    }

    /// The channels with the most members, most first, at most so many. Looks at every channel.
    pub fn largest_channels(&self, at_most: usize) -> Vec<ChannelView> {
        let mut rooms: Vec<_> = self.channels.iter().collect();
        let order = |(name, state): &(&Arc<str>, &Channel), (other_name, other): &(&Arc<str>, &Channel)| {
            other.members().len().cmp(&state.members().len()).then_with(|| name.cmp(other_name))
        };
        if rooms.len() > at_most {
            rooms.select_nth_unstable_by(at_most, order);
            rooms.truncate(at_most);
        }
        rooms.sort_unstable_by(order);
        let view = |(name, state): (&Arc<str>, &Channel)| ChannelView {
            channel: name.to_string(),
            pattern: state.rules.pattern.clone(),
            members: state.members().len(),
            authenticated: state.members().filter(|&(_, is_authenticated)| is_authenticated).count(),
            history: state.history.len(),
        };
        rooms.into_iter().map(view).collect()
    }
}
