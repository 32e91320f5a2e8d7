//! New settings for channels that people are on.

use std::sync::Arc;

use xano_realtime_protocol::Action;
use xano_realtime_protocol::frame::{Payload, PresenceAction};

use super::permissions::{self, Act};
use super::room::{Room, from_server};
use super::{ConnectionId, Delivery, Hub, Refusal};
use crate::settings::{ChannelRules, Settings};

impl Hub {
    /// Puts new settings in force. Who may no longer be on a channel is told why and that they left; the others are
    /// told that they went.
    pub fn apply(&mut self, settings: Settings) -> Vec<Delivery> {
        self.settings = settings;
        let channels: Vec<_> = self.rooms.keys().cloned().collect();
        channels.iter().flat_map(|channel| self.reform(channel)).collect()
    }

    fn reform(&mut self, channel: &Arc<str>) -> Vec<Delivery> {
        let Some(room) = self.rooms.get_mut(channel) else {
            return Vec::new();
        };
        let rules = self.settings.rules_for(channel).cloned();
        if rules.as_ref().is_some_and(|rules| *rules == room.rules) {
            return Vec::new();
        }
        let out: Vec<_> =
            room.members().filter_map(|(id, known)| Some((id, expelled(rules.as_deref(), known)?))).collect();
        let mut deliveries = Vec::new();
        // One reason for all: either the row is gone, or it wants no anonymous clients any more.
        if let Some((_, why)) = out.first() {
            let ids: Vec<_> = out.iter().map(|&(id, _)| id).collect();
            deliveries.push(Delivery::refusal_to_all(ids.clone(), channel, why));
            deliveries.push(Delivery::new(ids, from_server(channel, Action::Leave, Payload::Empty {})));
        }
        let gone: Vec<_> = out.into_iter().filter_map(|(id, _)| Some((id, room.dismiss(id)?))).collect();
        for (id, member) in &gone {
            if let Some(connection) = self.connections.get_mut(id) {
                connection.channels.remove(channel);
            }
            self.share_leave(channel, &member.client);
        }
        let Some(room) = self.rooms.get_mut(channel) else {
            return deliveries;
        };
        let Some(rules) = rules else {
            deliveries.extend(self.refuse_waiting(channel, &Refusal::NoSettings));
            self.share_erase(channel);
            self.forget(channel);
            return deliveries;
        };
        let told = gone
            .iter()
            .filter(|_| room.share.is_none())
            .filter_map(|(id, member)| room.presence_update(channel, PresenceAction::Leave, Some(*id), &member.client));
        deliveries.extend(told);
        deliveries.extend(room.adopt(channel, rules));
        self.forget_if_bare(channel);
        deliveries
    }
}

/// Why somebody may not be on the channel, if so.
fn expelled(rules: Option<&ChannelRules>, is_authenticated: bool) -> Option<Refusal> {
    match rules {
        None => Some(Refusal::NoSettings),
        Some(rules) => permissions::check(rules, is_authenticated, Act::Join).err(),
    }
}

impl Room {
    /// Other rules from now on. Where presence begins, those who once asked for the list get it.
    fn adopt(&mut self, channel: &str, rules: Arc<ChannelRules>) -> Option<Delivery> {
        self.history.shrink_to(rules.history);
        let before = std::mem::replace(&mut self.rules, rules);
        if before.presence || !self.rules.presence {
            return None;
        }
        let to: Vec<ConnectionId> = self.listeners().collect();
        (!to.is_empty()).then(|| Delivery::new(to, self.presence_full(channel, None)))
    }
}
