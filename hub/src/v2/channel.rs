//! One channel: its settings, its members, its presence and its messages.

use std::collections::BTreeMap;
use std::sync::Arc;

use xano_realtime_protocol::frame::Permissions;

use super::connection::Address;
use super::copies::Copies;
use super::frames;
use super::roster::{Identity, Roster};
use crate::history::History;
use crate::presence::Change;
use crate::retention::Account;
use crate::settings::v2::{ChannelSettings, Params};
use crate::{ConnectionId, Output};

/// One channel.
#[derive(Debug)]
pub(crate) struct Channel {
    pub(super) name: Arc<str>,
    /// The address whose sockets are on it.
    pub(super) address: Address,
    pub(super) settings: Arc<ChannelSettings>,
    pub(super) params: Params,
    pub(super) history: History,
    /// Ordered by the opening of their sockets, so that tests are deterministic.
    pub(super) members: BTreeMap<ConnectionId, Member>,
    pub(super) roster: Roster,
    /// What the bookkeeping of all channels knows of this one.
    pub(super) account: Account,
    /// Frames that wait for the `deliver` trigger, by recipient.
    pub(super) copies: Copies,
}

/// A member: one socket on a channel.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member {
    pub(super) user: Option<Permissions>,
}

impl Channel {
    /// Creates a channel.
    pub(super) fn new(name: &str, address: Address, settings: Arc<ChannelSettings>, params: Params) -> Channel {
        Channel {
            name: name.into(),
            address,
            settings,
            params,
            history: History::after(None),
            members: BTreeMap::new(),
            roster: Roster::default(),
            account: Account::default(),
            copies: Copies::default(),
        }
    }

    /// Returns whether the channel can be forgotten.
    pub(super) fn is_bare(&self) -> bool {
        self.members.is_empty() && self.history.is_empty()
    }

    pub(super) fn identity(&self, id: ConnectionId) -> Option<Identity> {
        self.members.get(&id).map(|member| Identity::of(id, member.user))
    }

    /// Tells a change of presence to all members except the one that it is about.
    pub(super) fn tell(&self, change: &Change, sink: &mut Vec<Output>) {
        if !self.settings.presence {
            return;
        }
        let to: Vec<_> = self.members.keys().copied().filter(|&id| Some(id) != change.about).collect();
        if !to.is_empty() {
            sink.push(Output::frame(to, frames::presence_change(&self.name, change)));
        }
    }
}
