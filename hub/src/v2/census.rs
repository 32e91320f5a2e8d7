//! What operators see of a channel.

use super::channel::Channel;
use super::service::Service;
use crate::ChannelView;

impl Service {
    pub(crate) fn channels(&self) -> impl Iterator<Item = &Channel> {
        self.channels.values()
    }
}

impl Channel {
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn member_count(&self) -> usize {
        self.members.len()
    }

    /// Returns what the settings panel shows. Iterates over the members.
    pub(crate) fn view(&self) -> ChannelView {
        ChannelView {
            server: Some(self.address.text().to_owned()),
            channel: self.name.to_string(),
            pattern: self.settings.name.as_str().to_owned(),
            members: self.members.len(),
            authenticated: self.members.values().filter(|member| member.user.is_some()).count(),
            history: self.history.len(),
        }
    }
}
