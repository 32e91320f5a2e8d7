//! One channel: its rules, its members, what it keeps.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::value::RawValue;
use xano_realtime_protocol::Action;
use xano_realtime_protocol::frame::{Options, Payload, PresenceAction, ServerFrame};

use crate::history::History;
use crate::message_id::MessageId;
use crate::presence::{Change, Presence};
use crate::replica::channel::ChannelReplica;
use crate::retention::LastUse;
use crate::settings::ChannelRules;
use crate::{ConnectionId, Encoded, Output};

/// One channel.
#[derive(Debug)]
pub(crate) struct Channel {
    pub(crate) rules: Arc<ChannelRules>,
    pub(crate) history: History,
    /// In the order in which the sockets opened, so that lists and tests see one order.
    members: BTreeMap<ConnectionId, Member>,
    /// What the members were told of each other, where the channel is this server's alone.
    pub(super) presence: Presence<ConnectionId>,
    /// What of the history is counted among what all channels keep.
    pub(super) counted_bytes: usize,
    /// Where nobody is on the channel and it keeps messages.
    pub(super) unused_since: Option<LastUse>,
    /// Only where other servers have the channel too.
    pub(super) replica: Option<ChannelReplica>,
}

/// A socket on a channel.
#[derive(Debug)]
pub(crate) struct Member {
    /// The client as it stands in a frame, shared by all its channels.
    pub(crate) client: Arc<RawValue>,
    pub(crate) is_authenticated: bool,
    pub(crate) wants_presence: bool,
}

impl Channel {
    /// What was said there before, if anything, has no later id than `lost`.
    pub(crate) fn new(rules: Arc<ChannelRules>, lost: Option<MessageId>) -> Channel {
        Channel {
            rules,
            history: History::after(lost),
            members: BTreeMap::new(),
            presence: Presence::default(),
            counted_bytes: 0,
            unused_since: None,
            replica: None,
        }
    }

    /// Of a channel that other servers have too.
    pub(super) fn replicated(rules: Arc<ChannelRules>, replica: ChannelReplica) -> Channel {
        Channel { replica: Some(replica), ..Channel::new(rules, None) }
    }

    /// Message ids are comparable within one.
    pub(super) fn epoch<'a>(&'a self, of_hub: &'a str) -> &'a str {
        self.replica.as_ref().map_or(of_hub, ChannelReplica::epoch)
    }

    /// Whether somebody with that socket id is here by way of another server, and then if they are authenticated.
    pub(super) fn elsewhere(&self, socket_id: &str) -> Option<bool> {
        self.replica.as_ref()?.knows(socket_id)
    }

    pub(crate) fn member(&self, id: ConnectionId) -> Option<&Member> {
        self.members.get(&id)
    }

    /// Everybody, with whether they are authenticated.
    pub(crate) fn members(&self) -> impl ExactSizeIterator<Item = (ConnectionId, bool)> {
        self.members.iter().map(|(&id, member)| (id, member.is_authenticated))
    }

    /// Those that asked for presence.
    pub(crate) fn listeners(&self) -> impl Iterator<Item = ConnectionId> {
        self.members.iter().filter(|(_, member)| member.wants_presence).map(|(&id, _)| id)
    }

    /// Nobody is told of changes of presence from now on.
    pub(super) fn forget_listeners(&mut self) {
        self.members.values_mut().for_each(|member| member.wants_presence = false);
    }

    /// Takes somebody in, or adds to the wishes of somebody who is in already. Says whether they are new.
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

    /// Whether nobody is on the channel, and it keeps messages for those who come.
    pub(super) fn is_unused(&self) -> bool {
        self.replica.is_none() && self.members.is_empty()
    }

    /// Whether the room may be forgotten.
    pub(crate) fn is_bare(&self) -> bool {
        self.members.is_empty()
            && match &self.replica {
                // What others have too, they keep too.
                Some(channel_replica) => channel_replica.waiting.is_empty(),
                None => self.history.is_empty(),
            }
    }

    /// Everybody that a message is for, its sender included.
    pub(crate) fn audience(&self, for_authenticated: bool) -> Vec<ConnectionId> {
        let hears = |member: &Member| member.is_authenticated || !for_authenticated;
        let audience = self.members.iter().filter(|(_, member)| hears(member));
        audience.map(|(&id, _)| id).collect()
    }

    /// The list for a member who asked for it, who is on it in any case.
    pub(crate) fn presence_full(&self, channel: &str, reader: Option<(ConnectionId, &RawValue)>) -> Encoded {
        let (presence, more) = match &self.replica {
            Some(channel_replica) => channel_replica.present(reader.map(|(_, client)| client)),
            None => self.present(reader.map(|(id, _)| id)),
        };
        from_server(channel, Action::PresenceFull, Payload::PresenceFull { presence, more })
    }

    /// The members that the list names, and how many it does not.
    fn present(&self, reader: Option<ConnectionId>) -> (Vec<&RawValue>, usize) {
        let is_listed = |id: ConnectionId| Some(id) == reader || self.presence.names(&id);
        let listed = self.members.iter().filter(|(id, _)| is_listed(**id)).map(|(_, member)| &*member.client);
        let is_unnamed = reader.is_some_and(|id| self.presence.is_unnamed(&id));
        let unnamed = self.presence.unnamed() - usize::from(is_unnamed);
        (listed.chain(self.presence.leaving().map(|client| &**client)).collect(), unnamed)
    }

    /// A member came who is on the list of members already.
    pub(super) fn announce_join(&mut self, channel: &str, id: ConnectionId, at: PresencePoint) -> Option<Output> {
        if self.replica.is_some() {
            // The shared log announces it to all servers.
            return None;
        }
        let client = Arc::clone(&self.members.get(&id)?.client);
        let change = Change { action: PresenceAction::Join, client, about: Some(id) };
        let told = self.presence.came(id, self.members.len(), at.named_at_most, at.now_ms, change);
        told.and_then(|change| self.tell(channel, change))
    }

    /// A member went who is no longer on the list of members; another one may take the place in the presence list.
    pub(super) fn announce_leave(
        &mut self,
        channel: &str,
        id: ConnectionId,
        client: Arc<RawValue>,
        at: PresencePoint,
    ) -> Vec<Output> {
        let change = Change { action: PresenceAction::Leave, client, about: Some(id) };
        let mut told: Vec<_> = self.presence.went(id, at.now_ms, change).into_iter().collect();
        if let Some(next) = self.presence.next_named(self.members.len(), at.named_at_most)
            && let Some(member) = self.members.get(&next)
        {
            let client = Arc::clone(&member.client);
            let change = Change { action: PresenceAction::Join, client, about: Some(next) };
            told.extend(self.presence.tell(next, at.now_ms, change));
        }
        told.into_iter().filter_map(|change| self.tell(channel, change)).collect()
    }

    /// The changes of presence that wait, to be told now.
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

    /// Tells the others that asked for presence; never the one it is about.
    pub(super) fn tell(&self, channel: &str, change: Change) -> Option<Output> {
        if !self.rules.presence {
            return None;
        }
        let Change { action, client, about } = change;
        let to: Vec<_> = self.listeners().filter(|&id| Some(id) != about).collect();
        if to.is_empty() {
            return None;
        }
        let payload = Payload::PresenceUpdate { action, presence: &client };
        Some(Output::frame(to, from_server(channel, Action::PresenceUpdate, payload)))
    }
}

/// When presence changes, and how many members its list names.
#[derive(Clone, Copy, Debug)]
pub(super) struct PresencePoint {
    pub(super) now_ms: u64,
    pub(super) named_at_most: usize,
}

/// A frame about a channel that no client sent.
pub(crate) fn from_server(channel: &str, action: Action, payload: Payload<'_>) -> Encoded {
    Encoded::frame(&ServerFrame { action, client: None, options: Options::channel(channel), payload })
}

/// An answer with kept messages. `complete`: whether they are all that was said since a message that the reader named.
pub(super) fn history_frame(channel: &str, frames: &[Encoded], complete: Option<bool>) -> Encoded {
    let payload = Payload::History { history: [], complete };
    let frame = ServerFrame { action: Action::History, client: None, options: Options::channel(channel), payload };
    let frame = frame.encode();
    // The list is the last one of the frame, as the payload is its last field.
    let (opening, closing) = frame.get().rsplit_once("[]").unwrap_or_default();
    Encoded::spliced(&format!("{opening}["), frames.iter(), &format!("]{closing}"))
}
