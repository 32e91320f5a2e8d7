//! What is said on a channel, and what it keeps of that.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::value::RawValue;
use xano_realtime_protocol::Action;
use xano_realtime_protocol::frame::{Options, Payload, ServerFrame};

use super::command::Message;
use super::permissions::{self, Act, Audience};
use super::room::{Member, Room, from_server};
use super::{ConnectionId, Delivery, Hub, Refusal, to_one};

impl Hub {
    pub(super) fn message(&mut self, from: ConnectionId, channel: &str, message: &Message<'_>) -> Outcome {
        let room = self.rooms.get(channel).ok_or(Refusal::NotJoined)?;
        let Some(url) = room.rules.triggers.message.clone() else {
            return self.send(from, channel, message);
        };
        addressees(room, &self.by_socket_id, from, message)?;
        self.ask_about_message(from, channel, url, message);
        Ok(Vec::new())
    }

    /// The message goes out, if that is allowed.
    pub(super) fn send(&mut self, from: ConnectionId, channel: &str, message: &Message<'_>) -> Outcome {
        let room = self.rooms.get_mut(channel).ok_or(Refusal::NotJoined)?;
        let (sender, to) = addressees(room, &self.by_socket_id, from, message)?;
        let Message { authenticated, payload, .. } = *message;
        let recipient = message.recipient.as_deref();
        let frame = ServerFrame {
            action: Action::Message,
            client: Some(&sender.client),
            options: Options::Message { authenticated, socket_id: recipient, channel },
            payload: Payload::AsSent(payload),
        };
        let frame = frame.encode();
        if recipient.is_none() {
            room.history.keep(&frame, authenticated, room.rules.history);
        }
        Ok(vec![Delivery::message(to, frame)])
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
        Ok(vec![to_one(from, from_server(channel, Action::History, Payload::History { history }))])
    }

    /// The workspace itself says something, as a Realtime Event function does: to every member, whatever the rows
    /// about messages say.
    pub fn event(&mut self, channel: &str, data: Option<&RawValue>) -> Result<Delivery, Refusal> {
        let rules = self.settings.rules_for(channel).ok_or(Refusal::NoSettings)?;
        let frame = from_server(channel, Action::Event, Payload::Event { data, dbo_id: 0, row_id: 0 });
        let to = self.rooms.get(channel).map(|room| room.audience(false)).unwrap_or_default();
        if rules.history > 0 {
            let new = || Room::new(Arc::clone(rules));
            let room = self.rooms.entry(channel.into()).or_insert_with(new);
            room.history.keep(&frame, false, rules.history);
        }
        Ok(Delivery::message(to, frame))
    }
}

/// What came of a client's wish.
type Outcome = Result<Vec<Delivery>, Refusal>;

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
