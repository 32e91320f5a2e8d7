//! Messages of the workspace. They run no handler and need no permission; transcript and stream keep them.
//! (guess: workspace-publish)

use std::sync::Arc;

use serde_json::value::RawValue;

use super::broadcast::Outgoing;
use super::channel::Channel;
use super::connection::Address;
use super::refusal::Refusal;
use super::service::Service;
use crate::Output;
use crate::depth::is_too_deep;
use crate::settings::Settings;

/// A message that the workspace publishes.
#[derive(Clone, Copy, Debug)]
pub struct Publication<'a> {
    /// The name or the canonical of the server, or `tenant:canonical` for the channels of a tenant.
    pub server: &'a str,
    /// The name of the channel.
    pub channel: &'a str,
    /// The `type` of the message.
    pub message: Option<&'a str>,
    /// The payload, forwarded byte for byte.
    pub data: Option<&'a RawValue>,
}

impl Service {
    /// Sends a message of the workspace to every member.
    pub(crate) fn publish(&mut self, publication: Publication<'_>, settings: &Settings, sink: &mut Vec<Output>) {
        if let Err(why) = self.try_publish(publication, settings, sink) {
            sink.push(Output::RefusePublication(why));
        }
    }

    fn try_publish(
        &mut self,
        publication: Publication<'_>,
        settings: &Settings,
        sink: &mut Vec<Output>,
    ) -> Result<(), Refusal> {
        let Publication { server, channel, message, data } = publication;
        if data.is_some_and(|data| is_too_deep(data.get())) {
            return Err(crate::Refusal::TooDeep.into());
        }
        let named = settings.servers().iter().find(|candidate| candidate.name == server);
        let address = Address::parse(named.map_or(server, |named| &named.canonical));
        let server = settings.server(address.canonical()).ok_or(Refusal::UnknownConnection)?;
        let (rules, params) = server.channel_for(channel)?;
        let key = address.key(channel);
        let key = match self.channels.get_key_value(&*key) {
            Some((key, _)) => Arc::clone(key),
            None => {
                let state = Channel::new(channel, address, Arc::clone(rules), params);
                self.insert_channel(key.into(), state)?
            }
        };
        let outgoing = Outgoing { from: None, name: message, payload: data };
        let (frame, id) = self.append(&key, message, data).ok_or(Refusal::NotJoined)?;
        // A channel that keeps nothing is forgotten again.
        let members = self.channels.get(&key).map(|state| state.members.keys().copied().collect());
        let members: Vec<_> = members.unwrap_or_default();
        sink.push(Output::Published { members: members.len() });
        self.deliver(&key, &outgoing, members, frame, id, sink);
        Ok(())
    }
}
