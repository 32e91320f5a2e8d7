//! Messages, events, and requests for the history.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::value::RawValue;

use crate::channel::{Channel, Member};
use crate::command::Message;
use crate::depth::is_too_deep;
use crate::idempotency::Outcome;
use crate::log_entry::{LogEntry, Sender};
use crate::v1::frames;
use crate::v1::permissions::{self, Act, Audience};
use crate::{ConnectionId, Encoded, Hub, Output, Refusal};

impl Hub {
    pub(crate) fn message(
        &mut self,
        from: ConnectionId,
        channel: &str,
        message: &Message<'_>,
        bytes: usize,
    ) -> Result<Vec<Output>, Refusal> {
        if let Some(answer) = self.repeat(from, channel, message, bytes)? {
            return Ok(answer);
        }
        let state = self.channels.get(channel).ok_or(Refusal::NotJoined)?;
        let Some(url) = state.rules.triggers.message.clone() else {
            return self.send(from, channel, message);
        };
        addressees(state, &self.by_socket_id, from, message)?;
        self.ask_about_message(from, channel, url, message);
        Ok(Vec::new())
    }

    /// Sends a message, if that is allowed.
    pub(crate) fn send(
        &mut self,
        from: ConnectionId,
        channel: &str,
        message: &Message<'_>,
    ) -> Result<Vec<Output>, Refusal> {
        self.check_load()?;
        let state = self.channels.get_mut(channel).ok_or(Refusal::NotJoined)?;
        let (sender, to) = addressees(state, &self.by_socket_id, from, message)?;
        let (authenticated, payload) = (message.authenticated, message.payload.as_deref());
        let key = message.key.as_deref();
        let client = Arc::clone(&sender.client);
        let Some(recipient) = message.recipient.as_deref() else {
            let said = LogEntry::Message { client: &client, authenticated, payload };
            return Ok(self.append(channel, said, Some(Sender { id: from, key })));
        };
        let frame = frames::private_message(channel, &client, authenticated, recipient, payload);
        let to = match to {
            Addressees::Here(to) => to,
            Addressees::Elsewhere => {
                self.send_elsewhere(channel, recipient, &frame, from, key);
                return Ok(Vec::new());
            }
        };
        let mut deliveries = vec![Output::message(to, Encoded::text(frame.get()))];
        let outcome = Outcome { id: None, is_dropped: false };
        deliveries.extend(key.and_then(|key| self.record_outcome(from, channel, key, outcome)));
        Ok(deliveries)
    }

    pub(crate) fn history(
        &mut self,
        from: ConnectionId,
        channel: &str,
        with_one_client: bool,
    ) -> Result<Vec<Output>, Refusal> {
        self.expire(channel);
        let state = self.channels.get(channel).ok_or(Refusal::NotJoined)?;
        let reader = state.member(from).ok_or(Refusal::NotJoined)?;
        let messages = if with_one_client { Vec::new() } else { state.history.readable_by(reader.is_authenticated) };
        let frame = frames::history(channel, &messages, None);
        Ok(vec![Output::to_one(from, frame)])
    }

    /// Sends an event of the workspace to every member. The permissions for messages do not apply to it.
    pub(crate) fn event(&mut self, channel: &str, data: Option<&RawValue>) -> Result<Vec<Output>, Refusal> {
        if data.is_some_and(|data| is_too_deep(data.get())) {
            return Err(Refusal::TooDeep);
        }
        self.check_load()?;
        self.append_event(channel, LogEntry::Event { data })
    }
}

/// The recipients of a message.
enum Addressees {
    Here(Vec<ConnectionId>),
    /// The recipient is connected to another server.
    Elsewhere,
}

/// Returns the sender and the recipients of a message, if it may be sent.
fn addressees<'a>(
    state: &'a Channel,
    by_socket_id: &HashMap<String, ConnectionId>,
    from: ConnectionId,
    message: &Message<'_>,
) -> Result<(&'a Member, Addressees), Refusal> {
    let sender = state.member(from).ok_or(Refusal::NotJoined)?;
    let authenticated = message.authenticated;
    let (to, audience) = match message.recipient.as_deref() {
        None => (Addressees::Here(Vec::new()), Audience::Everybody),
        Some(socket_id) => {
            // Check the sender's permission first, so that a refused sender does not learn who is on the channel.
            let unknown = Audience::One { is_authenticated: true };
            permissions::check(&state.rules, sender.is_authenticated, Act::Send { authenticated, to: unknown })?;
            let here = by_socket_id.get(socket_id).and_then(|&id| Some((id, state.member(id)?.is_authenticated)));
            let (to, is_authenticated) = match here {
                Some((id, is_authenticated)) => (Addressees::Here(vec![id]), is_authenticated),
                None => (Addressees::Elsewhere, state.elsewhere(socket_id).ok_or(Refusal::RecipientAbsent)?),
            };
            (to, Audience::One { is_authenticated })
        }
    };
    permissions::check(&state.rules, sender.is_authenticated, Act::Send { authenticated, to: audience })?;
    Ok((sender, to))
}
