//! The settings of a Realtime server.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::channel::ChannelSettings;
use super::error::{NoChannel, ServersError, refuse};
use super::index::Index;
use super::lenient::{group, rows};
use super::template::Params;
use super::text::{canonical, name};
use crate::settings::TriggerUrl;

/// A Realtime server of V2.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object")]
pub struct ServerSettings {
    /// The name of the server, for people and for publishing from the workspace.
    #[serde(deserialize_with = "name")]
    pub name: String,
    /// The last segment of the address of a socket.
    #[serde(deserialize_with = "canonical")]
    pub canonical: String,
    /// A note for people, without effect.
    #[serde(default)]
    pub description: String,
    /// Whether clients may connect.
    #[serde(default)]
    pub enabled: bool,
    /// The time after the opening of a socket in which the server refuses every frame, as a busy instance does.
    #[serde(default)]
    pub handshake_delay_ms: u32,
    /// The URLs that are called when a client connects and disconnects.
    #[serde(default, deserialize_with = "group")]
    pub triggers: ServerTriggers,
    /// The channels in their original order, switched on or not.
    #[serde(default, deserialize_with = "rows")]
    channels: Vec<Arc<ChannelSettings>>,
    /// The active channels.
    #[serde(skip)]
    index: Index,
}

/// The triggers of a server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object")]
pub struct ServerTriggers {
    /// The URL that admits or denies a connection.
    #[serde(default)]
    pub connect: Option<TriggerUrl>,
    /// The URL that is told that a connection has ended.
    #[serde(default)]
    pub disconnect: Option<TriggerUrl>,
}

impl ServerSettings {
    /// Returns the active channel whose template matches a name, with the parameters of the name.
    pub fn channel_for(&self, name: &str) -> Result<(&Arc<ChannelSettings>, Params), NoChannel> {
        let channel = self.index.find(name).ok_or(NoChannel::NoTemplate)?;
        Ok((channel, channel.params_of(name)?))
    }

    /// Returns the channels in their original order, switched on or not.
    pub fn channels(&self) -> &[Arc<ChannelSettings>] {
        &self.channels
    }

    /// Returns whether clients can connect at all: the server is enabled and has an active channel.
    pub fn is_open(&self) -> bool {
        self.enabled && self.active().next().is_some()
    }

    /// Returns whether a client without a token can connect: an active channel admits it.
    pub fn admits_anonymous(&self) -> bool {
        self.is_open() && self.active().any(|channel| channel.anonymous_clients)
    }

    fn active(&self) -> impl Iterator<Item = &Arc<ChannelSettings>> {
        self.channels.iter().filter(|channel| channel.active)
    }

    /// Checks the channels together, and builds the index of the active ones.
    pub(super) fn prepare(&mut self, place: &str) -> Result<(), ServersError> {
        let mut all = Index::default();
        for (at, channel) in self.channels.iter_mut().enumerate() {
            let place = format!("{place}.channels[{at}]");
            // The channel has just been parsed, so nothing else refers to it.
            if let Some(channel) = Arc::get_mut(channel) {
                channel.prepare(&place)?;
            }
            if let Some(other) = all.insert(channel) {
                let why = format!("matches the same names as {:?}; keep one of the channels", other.name.as_str());
                return refuse(format!("{place}.name"), why);
            }
            if channel.active {
                self.index.insert(channel);
            }
        }
        Ok(())
    }
}
