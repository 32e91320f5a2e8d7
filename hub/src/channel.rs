//! One channel: its rules, its members and its history.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::value::RawValue;

use crate::history::History;
use crate::idempotency::Outcome;
use crate::message_id::MessageId;
use crate::presence::{Change, ChangeKind, Presence};
use crate::replica::channel::ChannelReplica;
use crate::retention::Account;
use crate::settings::ChannelRules;
use crate::v1::frames;
use crate::{ConnectionId, Encoded, Output};

/// One channel.
#[derive(Debug)]
pub(crate) struct Channel {
    pub(crate) rules: Arc<ChannelRules>,
    pub(crate) history: History,
    /// Ordered by the opening of their sockets, so that lists and tests are deterministic.
    members: BTreeMap<ConnectionId, Member>,
    /// The presence state of a channel that is not replicated.
    pub(super) presence: Presence<ConnectionId>,
    /// What the bookkeeping of all channels knows of this one.
    pub(super) account: Account,
    /// The replica of the channel; `None` on a single server.
    pub(super) replica: Option<ChannelReplica>,
}

/// A member: one socket on a channel.
#[derive(Debug)]
pub(crate) struct Member {
    /// The client as encoded in frames, shared by all its channels.
    pub(crate) client: Arc<RawValue>,
    pub(crate) is_authenticated: bool,
    pub(crate) wants_presence: bool,
}

impl Channel {
    /// Creates a channel. If it existed before, its newest message has the id `lost` at most.
    pub(crate) fn new(rules: Arc<ChannelRules>, lost: Option<MessageId>) -> Channel {
        Channel {
            rules,
            history: History::after(lost),
            members: BTreeMap::new(),
            presence: Presence::default(),
            account: Account::default(),
            replica: None,
        }
    }

    /// Creates a replicated channel.
    pub(super) fn replicated(rules: Arc<ChannelRules>, replica: ChannelReplica) -> Channel {
        Channel { replica: Some(replica), ..Channel::new(rules, None) }
    }

    /// Returns the epoch of the channel. Message ids are comparable only within one epoch.
    pub(super) fn epoch<'a>(&'a self, of_hub: &'a str) -> &'a str {
        self.replica.as_ref().map_or(of_hub, ChannelReplica::epoch)
    }

    /// Returns whether the member with this socket id on another server is authenticated; `None` if there is no such
    /// member.
    pub(super) fn elsewhere(&self, socket_id: &str) -> Option<bool> {
        self.replica.as_ref()?.knows(socket_id)
    }

    pub(crate) fn member(&self, id: ConnectionId) -> Option<&Member> {
        self.members.get(&id)
    }

    /// Returns all members, each with whether it is authenticated.
    pub(crate) fn members(&self) -> impl ExactSizeIterator<Item = (ConnectionId, bool)> {
        self.members.iter().map(|(&id, member)| (id, member.is_authenticated))
    }

    /// Returns the members that asked for presence.
    pub(crate) fn listeners(&self) -> impl Iterator<Item = ConnectionId> {
        self.members.iter().filter(|(_, member)| member.wants_presence).map(|(&id, _)| id)
    }

    /// Stops sending presence updates to all members.
    pub(super) fn forget_listeners(&mut self) {
        self.members.values_mut().for_each(|member| member.wants_presence = false);
    }

    /// Adds a member, or adds to the options of an existing one. Returns whether the member is new.
    pub(crate) fn admit(&mut self, id: ConnectionId, member: Member) -> bool {
        match self.members.get_mut(&id) {
            Some(present) => {
                present.wants_presence |= member.wants_presence;
                false
            }
            None => {
                self.members.insert(id, member);
                true
            }
        }
    }

    pub(crate) fn dismiss(&mut self, id: ConnectionId) -> Option<Member> {
        self.members.remove(&id)
    }

    /// Returns whether the channel has no members and is kept only for its history.
    pub(super) fn is_unused(&self) -> bool {
        self.replica.is_none() && self.members.is_empty()
    }

    /// Returns whether the channel can be forgotten.
    pub(crate) fn is_bare(&self) -> bool {
        self.members.is_empty()
            && match &self.replica {
                // Redis keeps the history of a replicated channel.
                Some(channel_replica) => channel_replica.waiting.is_empty(),
                None => self.history.is_empty(),
            }
    }

    /// Returns all recipients of a message, including its sender.
    pub(crate) fn audience(&self, for_authenticated: bool) -> Vec<ConnectionId> {
        let hears = |member: &Member| member.is_authenticated || !for_authenticated;
        let audience = self.members.iter().filter(|(_, member)| hears(member));
        audience.map(|(&id, _)| id).collect()
    }

    /// Returns the kept message of an outcome, if the member may read it.
    pub(crate) fn kept(&self, outcome: Outcome, member: &Member) -> Option<(MessageId, &Encoded)> {
        let id = outcome.id?;
        Some((id, self.history.find(id, member.is_authenticated)?))
    }

    /// Returns the presence list for a member, which always contains that member.
    pub(crate) fn presence_full(&self, channel: &str, reader: Option<(ConnectionId, &RawValue)>) -> Encoded {
        let (presence, more) = match &self.replica {
            Some(channel_replica) => channel_replica.present(reader.map(|(_, client)| client)),
            None => self.present(reader.map(|(id, _)| id)),
        };
        frames::presence_list(channel, presence, more)
    }

    /// Returns the members that the list names, and the number of members that it does not name.
    fn present(&self, reader: Option<ConnectionId>) -> (Vec<&RawValue>, usize) {
        let is_listed = |id: ConnectionId| Some(id) == reader || self.presence.names(&id);
        let listed = self.members.iter().filter(|(id, _)| is_listed(**id)).map(|(_, member)| &*member.client);
        let is_unnamed = reader.is_some_and(|id| self.presence.is_unnamed(&id));
        let unnamed = self.presence.unnamed() - usize::from(is_unnamed);
        (listed.chain(self.presence.leaving().map(|client| &**client)).collect(), unnamed)
    }

    /// Announces the join of a member that has already been added.
    pub(super) fn announce_join(&mut self, channel: &str, id: ConnectionId, at: PresencePoint) -> Option<Output> {
        if self.replica.is_some() {
            // The shared log announces the change to all servers.
            return None;
        }
        let client = Arc::clone(&self.members.get(&id)?.client);
        let change = Change { kind: ChangeKind::Join, client, about: Some(id) };
        let told = self.presence.came(id, self.members.len(), at.named_at_most, at.now_ms, change);
        told.and_then(|change| self.tell(channel, &change))
    }

    /// Announces the leave of a member that has already been removed. Another member may take its place in the presence
    /// list.
    pub(super) fn announce_leave(
        &mut self,
        channel: &str,
        id: ConnectionId,
        client: Arc<RawValue>,
        at: PresencePoint,
    ) -> Vec<Output> {
        let change = Change { kind: ChangeKind::Leave, client, about: Some(id) };
        let mut told: Vec<_> = self.presence.went(id, at.now_ms, change).into_iter().collect();
        if let Some(next) = self.presence.next_named(self.members.len(), at.named_at_most)
            && let Some(member) = self.members.get(&next)
        {
            let client = Arc::clone(&member.client);
            let change = Change { kind: ChangeKind::Join, client, about: Some(next) };
            told.extend(self.presence.tell(next, at.now_ms, change));
        }
        told.into_iter().filter_map(|change| self.tell(channel, &change)).collect()
    }

    /// Takes the waiting presence updates, which are due now.
    pub(super) fn take_pending_changes(&mut self) -> Vec<Change> {
        match &mut self.replica {
            Some(channel_replica) => channel_replica.presence.take_pending().collect(),
            None => self.presence.take_pending().collect(),
        }
    }

    pub(super) fn has_pending_changes(&self) -> bool {
        self.replica
            .as_ref()
            .map_or_else(|| self.presence.is_pending(), |channel_replica| channel_replica.presence.is_pending())
    }

    /// Sends a presence update to all members that asked for presence, except the one that it is about.
    pub(super) fn tell(&self, channel: &str, change: &Change) -> Option<Output> {
        if !self.rules.presence {
            return None;
        }
        let to: Vec<_> = self.listeners().filter(|&id| Some(id) != change.about).collect();
        (!to.is_empty()).then(|| Output::frame(to, frames::presence_update(channel, change)))
    }
}

/// The time of a presence change, and the bound on named members.
#[derive(Clone, Copy, Debug)]
pub(super) struct PresencePoint {
    pub(super) now_ms: u64,
    pub(super) named_at_most: usize,
}
