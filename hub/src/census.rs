//! Counts of channels and members, for operators.

use std::sync::Arc;

use serde::Serialize;

use super::Hub;
use crate::channel::Channel;

/// The counts of a hub.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Census {
    /// Open sockets.
    pub connections: usize,
    /// Channels with at least one member.
    pub channels: usize,
    /// Members of all channels; a socket counts once per channel.
    pub members: usize,
    /// The memory of all histories, in bytes.
    pub history_bytes: usize,
}

/// A channel with members or kept messages.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct ChannelView {
    /// Its name.
    pub channel: String,
    /// The pattern of the settings' row that applies to it.
    pub pattern: String,
    /// The number of members.
    pub members: usize,
    /// The number of authenticated members.
    pub authenticated: usize,
    /// The number of kept messages and events.
    pub history: usize,
}

impl Hub {
    /// Returns the counts of this hub.
    pub fn census(&self) -> Census {
        Census {
            connections: self.connections.len() + self.v2.connection_count(),
            channels: self.channels_in_use + self.v2.channels_in_use(),
            members: self.members + self.v2.members(),
            history_bytes: self.retention.bytes() + self.v2.in_use().bytes,
        }
    }

    /// Returns the channels with the most members, largest first. Iterates over every channel.
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
