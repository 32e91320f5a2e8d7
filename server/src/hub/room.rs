//! One channel: its rules, its members, what it keeps.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::value::RawValue;
use xano_realtime_protocol::Action;
use xano_realtime_protocol::frame::{Options, Payload, PresenceAction, ServerFrame};

use super::history::History;
use super::message_id::MessageId;
use super::share::Share;
use super::{ConnectionId, Delivery};
use crate::settings::ChannelRules;

/// One channel.
#[derive(Debug)]
pub(crate) struct Room {
    pub(crate) rules: Arc<ChannelRules>,
    pub(crate) history: History,
    /// In the order in which the sockets opened, so that lists and tests see one order.
    members: BTreeMap<ConnectionId, Member>,
    /// Only where other servers have the channel too.
    pub(super) share: Option<Share>,
}

/// A socket on a channel.
#[derive(Debug)]
pub(crate) struct Member {
    /// The client as it stands in a frame, shared by all its channels.
    pub(crate) client: Arc<RawValue>,
    pub(crate) is_authenticated: bool,
    pub(crate) wants_presence: bool,
}

impl Room {
    /// What was said there before, if anything, has no later id than `lost`.
    pub(crate) fn new(rules: Arc<ChannelRules>, lost: Option<MessageId>) -> Room {
        Room { rules, history: History::after(lost), members: BTreeMap::new(), share: None }
    }

    /// Of a channel that other servers have too.
    pub(super) fn shared(rules: Arc<ChannelRules>, share: Share) -> Room {
        Room { share: Some(share), ..Room::new(rules, None) }
    }

    /// Message ids are comparable within one.
    pub(super) fn epoch<'a>(&'a self, of_hub: &'a str) -> &'a str {
        self.share.as_ref().map_or(of_hub, Share::epoch)
    }

    /// Whether somebody with that socket id is here by way of another server, and then if they are authenticated.
    pub(super) fn elsewhere(&self, socket_id: &str) -> Option<bool> {
        self.share.as_ref()?.knows(socket_id)
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

    /// Whether the room may be forgotten.
    pub(crate) fn is_bare(&self) -> bool {
        self.members.is_empty()
            && match &self.share {
                // What others have too, they keep too.
                Some(share) => share.waiting.is_empty(),
                None => self.history.is_empty(),
            }
    }

    /// Everybody that a message is for, its sender included.
    pub(crate) fn audience(&self, for_authenticated: bool) -> Vec<ConnectionId> {
        let hears = |member: &Member| member.is_authenticated || !for_authenticated;
        let audience = self.members.iter().filter(|(_, member)| hears(member));
        audience.map(|(&id, _)| id).collect()
    }

    /// The list for somebody who asked for it: somebody new, who is on it, or those who are here.
    pub(crate) fn presence_full(&self, channel: &str, newcomer: Option<&RawValue>) -> Box<RawValue> {
        let presence = match &self.share {
            Some(share) => share.present(newcomer),
            None => self.members.values().map(|member| &*member.client).collect(),
        };
        from_server(channel, Action::PresenceFull, Payload::PresenceFull { presence })
    }

    /// Tells the others that asked for presence; never the one it is about.
    pub(crate) fn presence_update(
        &self,
        channel: &str,
        action: PresenceAction,
        about: Option<ConnectionId>,
        client: &RawValue,
    ) -> Option<Delivery> {
        if !self.rules.presence {
            return None;
        }
        let to: Vec<_> = self.listeners().filter(|&id| Some(id) != about).collect();
        if to.is_empty() {
            return None;
        }
        let payload = Payload::PresenceUpdate { action, presence: client };
        Some(Delivery::new(to, from_server(channel, Action::PresenceUpdate, payload)))
    }
}

/// A frame about a channel that no client sent.
pub(crate) fn from_server(channel: &str, action: Action, payload: Payload<'_>) -> Box<RawValue> {
    let frame = ServerFrame { action, client: None, options: Options::channel(channel), payload };
    frame.encode()
}
