//! Changed settings of channels that have members or keep messages. If another row now applies to a channel, the
//! channel loses its members and messages, and the row applies to an empty channel.

use std::sync::Arc;

use crate::channel::Channel;
use crate::settings::{ChannelRules, Settings};
use crate::v1::frames;
use crate::v1::permissions::{self, Act};
use crate::{ConnectionId, Hub, Output, Refusal};

impl Hub {
    /// Puts new settings in force. Members who may no longer be on a channel receive an error and a leave; the
    /// remaining members see them leave.
    pub(super) fn apply(&mut self, settings: Settings) -> Vec<Output> {
        let before = std::mem::replace(&mut self.settings, settings);
        let pattern = |settings: &Settings, channel: &str| Some(settings.rules_for(channel)?.pattern.clone());
        for channel in self.keys.channels() {
            if pattern(&before, &channel) != pattern(&self.settings, &channel) {
                self.keys.forget_channel(&channel);
            }
        }
        let channels: Vec<_> = self.channels.keys().cloned().collect();
        channels.iter().flat_map(|channel| self.reform(channel)).collect()
    }

    fn reform(&mut self, channel: &Arc<str>) -> Vec<Output> {
        let Some(state) = self.channels.get(channel) else {
            return Vec::new();
        };
        match self.settings.rules_for(channel).cloned() {
            Some(rules) if rules == state.rules => Vec::new(),
            Some(rules) if rules.pattern == state.rules.pattern => self.follow_row(channel, rules),
            Some(_) => self.close_channel(channel, &Refusal::SettingsReplaced),
            None => self.close_channel(channel, &Refusal::NoSettings),
        }
    }

    /// Applies a changed row to a channel.
    fn follow_row(&mut self, channel: &Arc<str>, rules: Arc<ChannelRules>) -> Vec<Output> {
        let bounds = self.retention.bounds(rules.history);
        let Some(state) = self.channels.get_mut(channel) else {
            return Vec::new();
        };
        let is_expelled = |is_authenticated: bool| permissions::check(&rules, is_authenticated, Act::Join).is_err();
        let expelled: Vec<_> =
            state.members().filter(|&(_, is_authenticated)| is_expelled(is_authenticated)).map(|(id, _)| id).collect();
        if rules.anonymous_clients && !state.rules.anonymous_clients {
            state.history.reserve_for_authenticated();
        }
        let had_presence = std::mem::replace(&mut state.rules, rules).presence;
        state.history.shrink_to(bounds);
        let list = if had_presence { None } else { state.list_for_listeners(channel) };
        let mut deliveries = self.expel(channel, expelled, &Refusal::Anonymous);
        deliveries.extend(list);
        self.note_change(channel);
        deliveries
    }

    /// Removes all members and all kept messages of a channel.
    fn close_channel(&mut self, channel: &Arc<str>, why: &Refusal) -> Vec<Output> {
        let members =
            self.channels.get(channel).into_iter().flat_map(|state| state.members().map(|(id, _)| id)).collect();
        if let Some(state) = self.channels.get_mut(channel) {
            // All members leave at the same time, so no member needs the updates.
            state.forget_listeners();
        }
        let waiting = self.waiting_for_log(channel);
        let mut deliveries = self.expel(channel, members, why);
        self.send_erase(channel);
        self.forget(channel);
        // Commands that wait behind these joins are handled under the new row, on a new channel.
        for id in waiting {
            deliveries.extend(self.refuse_one_waiting(id, channel, why));
        }
        deliveries
    }

    /// Removes members, who receive an error and a leave. The remaining members see them leave.
    fn expel(&mut self, channel: &Arc<str>, ids: Vec<ConnectionId>, why: &Refusal) -> Vec<Output> {
        if ids.is_empty() {
            return Vec::new();
        }
        let mut deliveries =
            vec![Output::refusal_to_all(ids.clone(), channel, why), Output::frame(ids.clone(), frames::left(channel))];
        for id in ids {
            if let Some(connection) = self.connections.get_mut(&id) {
                connection.channels.remove(channel);
            }
            deliveries.extend(self.dismiss(id, channel));
        }
        deliveries
    }
}

impl Channel {
    /// If the new row switches presence on, sends the list to the members that once asked for it.
    fn list_for_listeners(&self, channel: &str) -> Option<Output> {
        let to: Vec<ConnectionId> = self.listeners().collect();
        (self.rules.presence && !to.is_empty()).then(|| Output::frame(to, self.presence_full(channel, None)))
    }
}
