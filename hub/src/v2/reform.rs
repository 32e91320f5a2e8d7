//! Changed settings of servers and channels in use. `settings` has the rules.

use std::sync::Arc;

use super::connection::Stage;
use super::frames;
use super::refusal::Refusal;
use super::service::Service;
use crate::settings::Settings;
use crate::settings::v2::{ChannelSettings, Params};
use crate::{Closing, ConnectionId, Output};

impl Service {
    /// Puts new settings in force. Members who may no longer be on a channel receive an error and a leave.
    pub(crate) fn reform(&mut self, settings: &Settings, sink: &mut Vec<Output>) {
        let gone = self.follow_servers(settings);
        let mut keys: Vec<_> = self.channels.keys().cloned().collect();
        keys.sort_unstable();
        for key in keys {
            self.reform_channel(&key, settings, sink);
        }
        for key in self.cursors.channels() {
            // A cursor without a channel belongs to the template that its name has now, or to none.
            let (address, channel) = key.split_once('/').unwrap_or_default();
            let canonical = address.split_once(':').map_or(address, |(_, canonical)| canonical);
            let server = settings.server(canonical).filter(|server| server.is_open());
            if server.is_none_or(|server| server.channel_for(channel).is_err()) {
                self.cursors.forget_channel(&key);
            }
        }
        // A socket receives nothing more after this, so it comes last.
        if !gone.is_empty() {
            sink.push(Output::Close { to: gone, why: Closing::ServerGone });
        }
    }

    /// Gives each socket its server's new settings. Returns the sockets of servers that are gone or switched off.
    fn follow_servers(&mut self, settings: &Settings) -> Vec<ConnectionId> {
        let mut gone = Vec::new();
        for (&id, connection) in &mut self.connections {
            // A socket that is not authenticated yet meets the new settings then.
            if connection.server.is_none() {
                continue;
            }
            match settings.server(connection.address.canonical()).filter(|server| server.is_open()) {
                Some(server) => connection.server = Some(Arc::clone(server)),
                None => {
                    // Until the socket has closed, it must not join channels of a server that is gone.
                    connection.stage = Stage::Refused;
                    gone.push(id);
                }
            }
        }
        gone.sort_unstable();
        gone
    }

    fn reform_channel(&mut self, key: &Arc<str>, settings: &Settings, sink: &mut Vec<Output>) {
        let Some(state) = self.channels.get(key) else {
            return;
        };
        let server = settings.server(state.address.canonical()).filter(|server| server.is_open());
        let found = server.map(|server| server.channel_for(&state.name));
        match found {
            Some(Ok((rules, _))) if *rules == state.settings => {}
            Some(Ok((rules, params))) if rules.name == state.settings.name => {
                let rules = Arc::clone(rules);
                self.follow_channel(key, rules, params, sink);
            }
            Some(Ok(_)) => self.close_channel(key, &crate::Refusal::SettingsReplaced.into(), sink),
            Some(Err(why)) => self.close_channel(key, &why.into(), sink),
            // The sockets are being closed.
            None => self.close_channel(key, &Refusal::Disabled, sink),
        }
    }

    /// Applies changed settings of the same template.
    fn follow_channel(
        &mut self,
        key: &Arc<str>,
        settings: Arc<ChannelSettings>,
        params: Params,
        sink: &mut Vec<Output>,
    ) {
        let bounds = self.bounds_of(&settings);
        let Some(state) = self.channels.get_mut(key) else {
            return;
        };
        let is_expelled = |user: bool| !user && !settings.anonymous_clients;
        let members = state.members.iter().filter(|(_, member)| is_expelled(member.user.is_some()));
        let expelled: Vec<_> = members.map(|(&id, _)| id).collect();
        if settings.anonymous_clients && !state.settings.anonymous_clients {
            state.history.reserve_for_authenticated();
        }
        let had_stream = state.has_stream();
        let had_presence = std::mem::replace(&mut state.settings, settings).presence;
        state.params = params;
        if had_stream != state.has_stream() {
            // The kept frames have ids, or lack them.
            while state.history.remove_oldest() {}
        }
        state.history.shrink_to(bounds);
        self.retention.count(&mut state.account, state.history.bytes());
        let has_gained_presence = state.settings.presence && !had_presence;
        self.expel(key, expelled, &crate::Refusal::Anonymous.into(), sink);
        if has_gained_presence {
            self.show_presence(key, sink);
        }
        self.note_change(key);
    }

    /// Sends the list to all members of a channel whose presence was switched on.
    fn show_presence(&self, key: &str, sink: &mut Vec<Output>) {
        let Some(state) = self.channels.get(key) else {
            return;
        };
        for &id in state.members.keys() {
            if let Some(own) = state.identity(id) {
                let (members, more) = state.roster.without(own);
                sink.push(Output::to_one(id, frames::presence_full(&state.name, &members, more)));
            }
        }
    }

    /// Removes all members, all kept messages and all cursors of a channel.
    fn close_channel(&mut self, key: &Arc<str>, why: &Refusal, sink: &mut Vec<Output>) {
        let Some(state) = self.channels.get_mut(key) else {
            return;
        };
        let members: Vec<_> = state.members.keys().copied().collect();
        // All members leave at the same time, so no member needs to be told.
        if state.settings.presence {
            Arc::make_mut(&mut state.settings).presence = false;
        }
        self.cursors.forget_channel(key);
        self.expel(key, members, why, sink);
        self.forget(key);
    }

    /// Removes members, who receive an error and a leave.
    fn expel(&mut self, key: &Arc<str>, ids: Vec<ConnectionId>, why: &Refusal, sink: &mut Vec<Output>) {
        let Some(name) = self.channels.get(key).map(|state| Arc::clone(&state.name)).filter(|_| !ids.is_empty()) else {
            return;
        };
        let frame = frames::refusal(Some(&name), why);
        sink.push(Output::Refuse { to: ids.clone(), frame, code: why.code() });
        sink.push(Output::frame(ids.clone(), frames::left(&name)));
        for id in ids {
            if let Some(connection) = self.connections.get_mut(&id) {
                connection.channels.remove(&name);
            }
            self.dismiss(id, key, sink);
        }
    }
}
