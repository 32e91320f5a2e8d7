//! What is said on a channel, and what it keeps of that.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::value::RawValue;
use xano_realtime_protocol::Action;
use xano_realtime_protocol::frame::{Options, Payload, ServerFrame};

use super::command::Message;
use super::depth::is_too_deep;
use super::keys::Outcome;
use super::message_id::MessageId;
use super::permissions::{self, Act, Audience};
use super::post::Asker;
use super::room::{Member, Room, history_frame};
use super::said::{Said, Sender};
use super::{ConnectionId, Encoded, Hub, Output, Refusal};

impl Hub {
    pub(super) fn message(
        &mut self,
        from: ConnectionId,
        channel: &str,
        message: &Message<'_>,
        bytes: usize,
    ) -> Result<Vec<Output>, Refusal> {
        if let Some(answer) = self.repeat(from, channel, message, bytes)? {
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
    ) -> Result<Vec<Output>, Refusal> {
        self.check_load()?;
        let room = self.rooms.get_mut(channel).ok_or(Refusal::NotJoined)?;
        let (sender, to) = addressees(room, &self.by_socket_id, from, message)?;
        let (authenticated, payload) = (message.authenticated, message.payload.as_deref());
        let key = message.key.as_deref();
        let client = Arc::clone(&sender.client);
        let Some(recipient) = message.recipient.as_deref() else {
            let said = Said::Message { client: &client, authenticated, payload };
            return Ok(self.say(channel, said, Some(Sender { id: from, key })));
        };
        let frame = private_frame(channel, &client, authenticated, recipient, payload);
        let to = match to {
            Addressees::Here(to) => to,
            Addressees::Elsewhere => {
                if let (Some(shared), Some(share)) = (&mut self.shared, &room.share) {
                    let asker = Asker { from, key: key.map(Into::into) };
                    shared.whisper(channel, recipient, &frame, asker, Arc::clone(&share.row));
                }
                return Ok(Vec::new());
            }
        };
        let mut deliveries = vec![Output::message(to, Encoded::text(frame.get()))];
        let outcome = Outcome { id: None, is_dropped: false };
        deliveries.extend(key.and_then(|key| self.note_outcome(from, channel, key, outcome)));
        Ok(deliveries)
    }

    /// It gets its place in the order of the channel; where others share the channel, they give it.
    fn say(&mut self, channel: &str, said: Said<'_>, sender: Option<Sender<'_>>) -> Vec<Output> {
        let Some(room) = self.rooms.get_mut(channel) else {
            return Vec::new();
        };
        if let Some(shared) = &mut self.shared {
            let row = room.share.as_ref().map_or_else(|| shared.row(&room.rules), |share| Arc::clone(&share.row));
            shared.say(channel, said, sender, row);
            return Vec::new();
        }
        let id = MessageId::next(room.history.newest(), self.now_ms);
        if let Some(key) = sender.and_then(|sender| sender.key) {
            self.keys.remember(channel, key, Outcome { id: Some(id), is_dropped: false });
        }
        let bounds = self.retention.bounds(room.rules.history);
        let deliveries = room.take_in(channel, id, &said, sender, bounds);
        self.note_message(channel);
        deliveries
    }

    pub(super) fn history(
        &mut self,
        from: ConnectionId,
        channel: &str,
        with_one_client: bool,
    ) -> Result<Vec<Output>, Refusal> {
        self.expire(channel);
        let room = self.rooms.get(channel).ok_or(Refusal::NotJoined)?;
        let reader = room.member(from).ok_or(Refusal::NotJoined)?;
        let frames = if with_one_client { Vec::new() } else { room.history.readable_by(reader.is_authenticated) };
        let frame = history_frame(channel, &frames, None);
        Ok(vec![Output::to_one(from, frame)])
    }

    /// The workspace itself says something, as a Realtime Event function does: to every member, whatever the rows
    /// about messages say.
    pub(super) fn event(&mut self, channel: &str, data: Option<&RawValue>) -> Result<Vec<Output>, Refusal> {
        if data.is_some_and(|data| is_too_deep(data.get())) {
            return Err(Refusal::TooDeep);
        }
        self.check_load()?;
        let rules = self.settings.rules_for(channel).ok_or(Refusal::NoSettings)?;
        let said = Said::Event { data };
        if let Some(shared) = &mut self.shared {
            let row = shared.row(rules);
            shared.say(channel, said, None, row);
            return Ok(Vec::new());
        }
        if !self.rooms.contains_key(channel) {
            if rules.history == 0 {
                self.forgotten = Some(MessageId::next(self.forgotten, self.now_ms));
                return Ok(Vec::new());
            }
            let rules = Arc::clone(rules);
            self.make_room_for_channel(channel)?;
            self.rooms.insert(channel.into(), Room::new(rules, self.forgotten));
        }
        Ok(self.say(channel, said, None))
    }
}

/// Whom a message is for.
enum Addressees {
    Here(Vec<ConnectionId>),
    /// One who is connected elsewhere.
    Elsewhere,
}

/// The sender and those whom the message is for, if it may be sent.
fn addressees<'a>(
    room: &'a Room,
    by_socket_id: &HashMap<String, ConnectionId>,
    from: ConnectionId,
    message: &Message<'_>,
) -> Result<(&'a Member, Addressees), Refusal> {
    let sender = room.member(from).ok_or(Refusal::NotJoined)?;
    let authenticated = message.authenticated;
    let (to, audience) = match message.recipient.as_deref() {
        None => (Addressees::Here(Vec::new()), Audience::Everybody),
        Some(socket_id) => {
            // A sender who may not send learns nothing of who is here.
            let unknown = Audience::One { is_authenticated: true };
            permissions::check(&room.rules, sender.is_authenticated, Act::Send { authenticated, to: unknown })?;
            let here = by_socket_id.get(socket_id).and_then(|&id| Some((id, room.member(id)?.is_authenticated)));
            let (to, is_authenticated) = match here {
                Some((id, is_authenticated)) => (Addressees::Here(vec![id]), is_authenticated),
                None => (Addressees::Elsewhere, room.elsewhere(socket_id).ok_or(Refusal::RecipientAbsent)?),
            };
            (to, Audience::One { is_authenticated })
        }
    };
    permissions::check(&room.rules, sender.is_authenticated, Act::Send { authenticated, to: audience })?;
    Ok((sender, to))
}

/// The frame of a message to one member; it has no place in the order of the channel.
fn private_frame(
    channel: &str,
    client: &RawValue,
    authenticated: bool,
    recipient: &str,
    payload: Option<&RawValue>,
) -> Box<RawValue> {
    let socket_id = Some(recipient);
    let frame = ServerFrame {
        action: Action::Message,
        client: Some(client),
        options: Options::Message { authenticated, socket_id, channel, id: None, key: None },
        payload: Payload::AsSent(payload),
    };
    frame.encode()
}
