//! Messages: who may send them, who receives them, and their receipts.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::value::RawValue;
use xano_realtime_protocol::frame::Permissions;

use super::channel::{Channel, Member};
use super::command::Broadcast;
use super::copies::Kind;
use super::frames::{self, Receipt};
use super::pending::Asked;
use super::refusal::Refusal;
use super::roster::Identity;
use super::service::Service;
use crate::settings::v2::{ChannelSettings, DeliverTo, MessageSettings, Who};
use crate::{ConnectionId, Output};

/// A message as it goes out, with what its handler made of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outgoing<'a> {
    /// The sender; `None` for the workspace.
    pub(super) from: Option<ConnectionId>,
    /// The name of the message handler. Only the workspace may send a message without one.
    pub(super) name: Option<&'a str>,
    pub(super) payload: Option<&'a RawValue>,
}

impl Service {
    /// Sends a message, or asks its handler first.
    pub(super) fn broadcast(
        &mut self,
        from: ConnectionId,
        channel: &str,
        broadcast: Broadcast<'_>,
        sink: &mut Vec<Output>,
    ) -> Result<(), Refusal> {
        let (key, state) = self.joined(from, channel)?;
        let Member { user } = *state.members.get(&from).ok_or(Refusal::NotJoined)?;
        let message = may_send(&state.settings, user, &broadcast)?;
        let limit = state.settings.rate_limit.messages_per_minute;
        let (key, message) = (Arc::clone(key), Arc::clone(message));
        if limit > 0 {
            self.rates.take(&key, Identity::of(from, user), limit, self.now_ms)?;
        }
        message.check_payload(broadcast.payload.as_deref().unwrap_or(RawValue::NULL))?;
        let Some(url) = &message.handler else {
            return self.send(from, &key, &message, broadcast.to, broadcast.payload.as_deref(), sink);
        };
        self.ask_handler(from, &key, url.clone(), &broadcast);
        let asked = Asked::Broadcast { broadcast: broadcast.into_owned(), message };
        if let Some(connection) = self.connections.get_mut(&from) {
            connection.waiting.start(channel, asked);
        }
        Ok(())
    }

    /// Sends what a handler made of a message. The settings may have changed since it was asked.
    pub(super) fn send_handled(
        &mut self,
        from: ConnectionId,
        channel: &str,
        broadcast: &Broadcast<'_>,
        payload: Option<Cow<'_, RawValue>>,
        sink: &mut Vec<Output>,
    ) -> Result<(), Refusal> {
        let (key, state) = self.joined(from, channel)?;
        let Member { user } = *state.members.get(&from).ok_or(Refusal::NotJoined)?;
        let message = Arc::clone(may_send(&state.settings, user, broadcast)?);
        let key = Arc::clone(key);
        self.send(from, &key, &message, broadcast.to, payload.as_deref(), sink)
    }

    /// Delivers a message, then sends the receipt: it comes after the sender's own copy. (guess: receipt-order)
    fn send(
        &mut self,
        from: ConnectionId,
        key: &Arc<str>,
        message: &MessageSettings,
        to: Option<Permissions>,
        payload: Option<&RawValue>,
        sink: &mut Vec<Output>,
    ) -> Result<(), Refusal> {
        let outgoing = Outgoing { from: Some(from), name: Some(&message.name), payload };
        let is_kept = to.is_none() && matches!(message.deliver_to, DeliverTo::Channel | DeliverTo::Others);
        let (frame, id) = if is_kept {
            self.append(key, outgoing.name, payload).ok_or(Refusal::NotJoined)?
        } else {
            let state = self.channels.get(key).ok_or(Refusal::NotJoined)?;
            (frames::message(&state.name, outgoing.name, None, payload), None)
        };
        let state = self.channels.get(key).ok_or(Refusal::NotJoined)?;
        let recipients = match to {
            Some(user) => state.sockets_of(user, from),
            None => state.audience(from, message.deliver_to),
        };
        let receipt = Receipt { delivered_local: recipients.len(), id, dropped: false, direct: to.is_some() };
        self.deliver(key, &outgoing, recipients, frame, id, sink);
        self.give_receipt(from, key, receipt, sink);
        Ok(())
    }

    /// Tells the sender that its message was dropped by the handler.
    pub(super) fn note_dropped(
        &mut self,
        from: ConnectionId,
        channel: &str,
        broadcast: &Broadcast<'_>,
        sink: &mut Vec<Output>,
    ) -> Result<(), Refusal> {
        let key = Arc::clone(self.joined(from, channel)?.0);
        let direct = broadcast.to.is_some();
        self.give_receipt(from, &key, Receipt { dropped: true, direct, ..Receipt::default() }, sink);
        Ok(())
    }

    fn give_receipt(&mut self, from: ConnectionId, key: &Arc<str>, receipt: Receipt, sink: &mut Vec<Output>) {
        if let Some(state) = self.channels.get_mut(key) {
            state.copies.answer(from, frames::receipt(&state.name, receipt), Kind::Receipt, sink);
        }
    }
}

/// Returns the message handler, if the settings let this client send the message.
fn may_send<'a>(
    settings: &'a ChannelSettings,
    user: Option<Permissions>,
    broadcast: &Broadcast<'_>,
) -> Result<&'a Arc<MessageSettings>, Refusal> {
    let Broadcast { message: name, to, .. } = broadcast;
    // guess: missing-type
    let message = settings.message(name).ok_or_else(|| Refusal::UnknownType(shown(name)))?;
    let may_publish = match settings.publish.who {
        Who::Nobody => false,
        Who::Authenticated => user.is_some(),
        Who::Anyone => true,
    };
    match to {
        // guess: anonymous-direct
        Some(_) if !settings.publish.direct || user.is_none() => return Err(Refusal::DirectDisabled),
        None if !may_publish => return Err(Refusal::PublishRefused),
        _ => {}
    }
    // guess: message-auth
    if message.auth.is_some_and(|dbo_id| user.is_none_or(|user| user.dbo_id != dbo_id)) {
        return Err(Refusal::MessageAuth);
    }
    Ok(message)
}

/// Returns as much of a name as an error repeats.
fn shown(name: &str) -> String {
    name.chars().take(NAME_SHOWN_CHARS).collect()
}

impl Channel {
    fn audience(&self, from: ConnectionId, deliver_to: DeliverTo) -> Vec<ConnectionId> {
        let members = self.members.keys().copied();
        match deliver_to {
            DeliverTo::Channel => members.collect(),
            DeliverTo::Others => members.filter(|&id| id != from).collect(),
            DeliverTo::Sender => vec![from],
            // guess: explicit
            DeliverTo::Explicit => Vec::new(),
        }
    }

    /// Returns every socket of a user except the sender's own. (guess: direct-delivery)
    fn sockets_of(&self, user: Permissions, from: ConnectionId) -> Vec<ConnectionId> {
        let sockets = self.members.iter().filter(|&(&id, member)| id != from && member.user == Some(user));
        sockets.map(|(&id, _)| id).collect()
    }
}

/// The length at which an unknown name is cut in error messages.
const NAME_SHOWN_CHARS: usize = 255;
