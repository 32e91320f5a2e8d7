//! Counts of channels and members, for operators.

use serde::Serialize;

use super::Hub;
use crate::channel::Channel;
use crate::v2;

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
    /// For a channel of V2, the address of its sockets: the server's canonical, with the tenant if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// Its name.
    pub channel: String,
    /// The pattern of the settings' row that applies to it; for a channel of V2 its template.
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
        let of_v1 = self.channels.iter().map(|(name, state)| AnyChannel::V1(name, state));
        let mut channels: Vec<_> = of_v1.chain(self.v2.channels().map(AnyChannel::V2)).collect();
        let order = |one: &AnyChannel<'_>, other: &AnyChannel<'_>| {
            other.member_count().cmp(&one.member_count()).then_with(|| one.name().cmp(other.name()))
        };
        if channels.len() > at_most {
            channels.select_nth_unstable_by(at_most, order);
            channels.truncate(at_most);
        }
        channels.sort_unstable_by(order);
        channels.into_iter().map(|channel| channel.view()).collect()
    }
}

/// A channel of either version.
#[derive(Clone, Copy)]
enum AnyChannel<'a> {
    V1(&'a str, &'a Channel),
    V2(&'a v2::Channel),
}

impl AnyChannel<'_> {
    fn name(&self) -> &str {
        match self {
            AnyChannel::V1(name, _) => name,
            AnyChannel::V2(channel) => channel.name(),
        }
    }

    fn member_count(&self) -> usize {
        match self {
            AnyChannel::V1(_, channel) => channel.members().len(),
            AnyChannel::V2(channel) => channel.member_count(),
        }
    }

    fn view(&self) -> ChannelView {
        match self {
            AnyChannel::V1(name, channel) => ChannelView {
                server: None,
                channel: (*name).to_owned(),
                pattern: channel.rules.pattern.clone(),
                members: channel.members().len(),
                authenticated: channel.members().filter(|&(_, is_authenticated)| is_authenticated).count(),
                history: channel.history.len(),
            },
            AnyChannel::V2(channel) => channel.view(),
        }
    }
}
