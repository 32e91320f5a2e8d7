//! The log, which orders messages and events. It is local, or several servers share it. Only this module distinguishes
//! the two cases.

use std::sync::Arc;

use crate::channel::{Channel, Member};
use crate::command::JoinOptions;
use crate::idempotency::Outcome;
use crate::log_entry::{LogEntry, Sender};
use crate::message_id::MessageId;
use crate::replica::Replica;
use crate::replica::request::Requester;
use crate::v1::frames;
use crate::{ConnectionId, Hub, Output, Refusal};

/// The log that orders the messages and events of all channels.
#[derive(Debug)]
pub(crate) enum Log {
    /// The log of a single server, which this hub orders itself.
    Local,
    /// A log that several servers share. This hub sends requests to it and follows its replica events.
    Replicated(Box<Replica>),
}

impl Log {
    pub(crate) fn replica(&self) -> Option<&Replica> {
        match self {
            Log::Local => None,
            Log::Replicated(replica) => Some(replica),
        }
    }

    pub(crate) fn replica_mut(&mut self) -> Option<&mut Replica> {
        match self {
            Log::Local => None,
            Log::Replicated(replica) => Some(replica),
        }
    }
}

impl Hub {
    /// Appends an entry to the log of a channel and delivers it. A shared log does both later.
    pub(crate) fn append(&mut self, channel: &str, said: LogEntry<'_>, sender: Option<Sender<'_>>) -> Vec<Output> {
        let Some(state) = self.channels.get_mut(channel) else {
            return Vec::new();
        };
        if let Log::Replicated(replica) = &mut self.log {
            let row = state
                .replica
                .as_ref()
                .map_or_else(|| replica.row(&state.rules), |channel_replica| Arc::clone(&channel_replica.row));
            replica.say(channel, said, sender, row);
            return Vec::new();
        }
        let id = MessageId::next(state.history.newest(), self.now_ms);
        if let Some(key) = sender.and_then(|sender| sender.key) {
            self.keys.remember(channel, key, Outcome { id: Some(id), is_dropped: false });
        }
        let bounds = self.retention.bounds(state.rules.history);
        let outputs = state.append(channel, id, &said, sender, bounds);
        self.note_message(channel);
        outputs
    }

    /// Appends an event of the workspace, which needs no member on the channel.
    pub(crate) fn append_event(&mut self, channel: &str, event: LogEntry<'_>) -> Result<Vec<Output>, Refusal> {
        let rules = self.settings.rules_for(channel).ok_or(Refusal::NoSettings)?;
        if let Log::Replicated(replica) = &mut self.log {
            let row = replica.row(rules);
            replica.say(channel, event, None, row);
            return Ok(Vec::new());
        }
        if !self.channels.contains_key(channel) {
            if rules.history == 0 {
                self.forgotten = Some(MessageId::next(self.forgotten, self.now_ms));
                return Ok(Vec::new());
            }
            let rules = Arc::clone(rules);
            self.make_room_for_channel(channel)?;
            self.channels.insert(channel.into(), Channel::new(rules, self.forgotten));
        }
        Ok(self.append(channel, event, None))
    }

    /// Records the outcome of a message without a place in the log, and answers its sender. A shared log does both
    /// later.
    pub(crate) fn record_outcome(
        &mut self,
        from: ConnectionId,
        channel: &str,
        key: &str,
        outcome: Outcome,
    ) -> Option<Output> {
        if let Log::Replicated(replica) = &mut self.log {
            let row = &self.channels.get(channel)?.replica.as_ref()?.row;
            replica.remember(channel, outcome, Requester { from, key: Some(key.into()) }, Arc::clone(row));
            return None;
        }
        self.keys.remember(channel, key, outcome);
        Some(Output::to_one(from, frames::ack(channel, key, outcome)))
    }

    /// Makes a socket a member. If servers share the log, this happens later, when its replica event arrives.
    pub(crate) fn enter(
        &mut self,
        id: ConnectionId,
        channel: &str,
        join_options: JoinOptions,
    ) -> Result<Vec<Output>, Refusal> {
        match &self.log {
            Log::Replicated(_) if !self.is_member(id, channel) => {
                self.may_join(id, channel)?;
                self.check_load()?;
                self.make_room_for_channel(channel)?;
                self.request_join(id, channel, join_options);
                Ok(Vec::new())
            }
            _ => self.admit(id, channel, join_options),
        }
    }

    /// Announces the leave of a member. A shared log announces it later, by a replica event.
    pub(crate) fn announce_leave(&mut self, channel: &str, id: ConnectionId, member: Member) -> Vec<Output> {
        let point = self.presence_point();
        match (&self.log, self.channels.get_mut(channel)) {
            (Log::Local, Some(state)) => state.announce_leave(channel, id, member.client, point),
            _ => {
                self.send_leave(channel, &member.client);
                Vec::new()
            }
        }
    }

    /// Forgets a channel that has no members, no waiting joins and no messages. A replicated channel is kept for a
    /// while.
    pub(crate) fn forget_if_bare(&mut self, channel: &str) {
        if self.channels.get(channel).is_none_or(|state| !state.is_bare()) {
            return;
        }
        match &self.log {
            Log::Local => self.forget(channel),
            Log::Replicated(_) => self.rest(channel),
        }
    }
}
