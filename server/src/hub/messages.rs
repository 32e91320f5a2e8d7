//! What is said on a channel, and what it keeps of that.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::value::RawValue;
use xano_realtime_protocol::Action;
use xano_realtime_protocol::frame::{Options, Payload, ServerFrame};

use super::command::Message;
use super::keys::Outcome;
use super::permissions::{self, Act, Audience};
use super::room::{Member, Room, from_server};
use super::{ConnectionId, Delivery, Hub, Refusal, publish, to_one};

impl Hub {
    pub(super) fn message(
        &mut self,
        from: ConnectionId,
        channel: &str,
        message: &Message<'_>,
        text: &str,
    ) -> Result<Vec<Delivery>, Refusal> {
        if let Some(key) = message.key.as_deref()
            && let Some(answer) = self.repeat(from, channel, key, text)?
        {
            return Ok(answer);
        }
        let room = self.rooms.get(channel).ok_or(Refusal::NotJoined)?;
        let Some(url) = room.rules.triggers.message.clone() else {
            return self.send(from, channel, message);
        };
        addressees(room, &self.by_socket_id, from, message)?;
        self.ask_about_message(from, channel, url, message);
        Ok(Vec::new())
    }

    /// The message goes out, if that is allowed.
    pub(super) fn send(
        &mut self,
        from: ConnectionId,
        channel: &str,
        message: &Message<'_>,
    ) -> Result<Vec<Delivery>, Refusal> {
        let room = self.rooms.get_mut(channel).ok_or(Refusal::NotJoined)?;
        let (sender, mut to) = addressees(room, &self.by_socket_id, from, message)?;
        let Message { authenticated, payload, .. } = *message;
        let recipient = message.recipient.as_deref();
        let id = recipient.is_none().then(|| self.ids.next());
        let id_text = id.map(|id| id.to_string());
        let encode = |key| {
            let frame = ServerFrame {
                action: Action::Message,
                client: Some(&sender.client),
                options: Options::Message { authenticated, socket_id: recipient, channel, id: id_text.as_deref(), key },
                payload: Payload::AsSent(payload),
            };
            frame.encode()
        };
        let frame = encode(None);
        // Only the sender sees the key, so only its copy of a message that has one is made apart.
        let answer = message.key.as_deref().map(|key| {
            let outcome = Outcome { id, is_dropped: false };
            self.keys.remember(channel, key, outcome);
            if id.is_none() {
                return to_one(from, publish::ack(channel, key, outcome));
            }
            to.retain(|&member| member != from);
            Delivery::message(vec![from], encode(Some(key)))
        });
        if let Some(id) = id {
            room.history.keep(id, &frame, authenticated, room.rules.history);
        }
        let mut deliveries = vec![Delivery::message(to, frame)];
        deliveries.extend(answer);
        Ok(deliveries)
    }

    pub(super) fn history(
        &self,
        from: ConnectionId,
        channel: &str,
        with_one_client: bool,
    ) -> Result<Vec<Delivery>, Refusal> {
        let room = self.rooms.get(channel).ok_or(Refusal::NotJoined)?;
        let reader = room.member(from).ok_or(Refusal::NotJoined)?;
        let history = if with_one_client { Vec::new() } else { room.history.readable_by(reader.is_authenticated) };
        Ok(vec![to_one(from, from_server(channel, Action::History, Payload::History { history, complete: None }))])
    }

    /// The workspace itself says something, as a Realtime Event function does: to every member, whatever the rows
    /// about messages say.
    pub fn event(&mut self, channel: &str, data: Option<&RawValue>) -> Result<Delivery, Refusal> {
        let rules = self.settings.rules_for(channel).ok_or(Refusal::NoSettings)?;
        let id = self.ids.next();
        let frame = ServerFrame {
            action: Action::Event,
            client: None,
            options: Options::Event { channel, id: &id.to_string() },
            payload: Payload::Event { data, dbo_id: 0, row_id: 0 },
        };
        let frame = frame.encode();
        let room = match self.rooms.get_mut(channel) {
            Some(room) => room,
            None if rules.history > 0 => {
                self.rooms.entry(channel.into()).or_insert(Room::new(Arc::clone(rules), self.forgotten))
            }
            None => {
                self.forgotten = Some(id);
                return Ok(Delivery::message(Vec::new(), frame));
            }
        };
        room.history.keep(id, &frame, false, rules.history);
        Ok(Delivery::message(room.audience(false), frame))
    }
}

/// The sender and those whom the message is for, if it may be sent.
fn addressees<'a>(
    room: &'a Room,
    by_socket_id: &HashMap<String, ConnectionId>,
    from: ConnectionId,
    message: &Message<'_>,
) -> Result<(&'a Member, Vec<ConnectionId>), Refusal> {
    let sender = room.member(from).ok_or(Refusal::NotJoined)?;
    let authenticated = message.authenticated;
    let (to, audience) = match message.recipient.as_deref() {
        None => (room.audience(authenticated), Audience::Everybody),
        Some(socket_id) => {
            let id = *by_socket_id.get(socket_id).ok_or(Refusal::RecipientAbsent)?;
            let member = room.member(id).ok_or(Refusal::RecipientAbsent)?;
            (vec![id], Audience::One { is_authenticated: member.is_authenticated })
        }
    };
    permissions::check(&room.rules, sender.is_authenticated, Act::Send { authenticated, to: audience })?;
    Ok((sender, to))
}
