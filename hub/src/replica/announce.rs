//! What a hub announces to the shared log about its own clients, and the replies to their messages.

use std::sync::Arc;

use serde_json::value::RawValue;
use xano_realtime_protocol::frame::Client;

use crate::channel::Channel;
use crate::command::JoinOptions;
use crate::replica::Replica;
use crate::replica::channel::ChannelReplica;
use crate::replica::request::{LogReply, LogRequest, Requester};
use crate::v1::frames;
use crate::{ConnectionId, Hub, Output, Refusal};

impl Hub {
    /// Refuses a command if too many bytes already wait for Redis.
    pub(crate) fn check_load(&self) -> Result<(), Refusal> {
        let is_full = |replica: &Replica| replica.load.bytes() + replica.posted >= MAX_WAITING_BYTES;
        if self.log.replica().is_some_and(is_full) { Err(Refusal::Unavailable) } else { Ok(()) }
    }

    /// Announces the join of a local client. The client becomes a member when the replica event arrives.
    pub(crate) fn request_join(&mut self, id: ConnectionId, channel: &str, join_options: JoinOptions) {
        let (Some(replica), Some(connection), Some(rules)) =
            (self.log.replica_mut(), self.connections.get(&id), self.settings.rules_for(channel))
        else {
            return;
        };
        let state = self.channels.entry(channel.into()).or_insert_with_key(|channel| {
            let row = replica.row(rules);
            let catch_up = replica.open(channel, None, "", &row);
            Channel::replicated(Arc::clone(rules), ChannelReplica::asked(row, catch_up))
        });
        replica.idle.remove(channel);
        if let Some(channel_replica) = &state.replica {
            replica.join(channel, connection, &channel_replica.row);
        }
        self.wait_for_log(id, channel, join_options);
    }

    /// Sends a private message to a member who is connected to another server.
    pub(crate) fn send_elsewhere(
        &mut self,
        channel: &str,
        recipient: &str,
        frame: &RawValue,
        from: ConnectionId,
        key: Option<&str>,
    ) {
        let requester = Requester { from, key: key.map(Into::into) };
        let channel_replica = self.channels.get(channel).and_then(|state| state.replica.as_ref());
        if let (Some(replica), Some(channel_replica)) = (self.log.replica_mut(), channel_replica) {
            replica.private_message(channel, recipient, frame, requester, Arc::clone(&channel_replica.row));
        }
    }

    /// Announces that a local member has left.
    pub(crate) fn send_leave(&mut self, channel: &str, client: &RawValue) {
        if let Some(replica) = self.log.replica_mut() {
            replica.leave(channel, &socket_id_of(client));
        }
    }

    /// Unsubscribes from a channel.
    pub(crate) fn send_close(&mut self, channel: &str) {
        if let Some(replica) = self.log.replica_mut() {
            replica.idle.remove(channel);
            replica.post(LogRequest::Close { channel: channel.into() });
        }
    }

    /// Deletes the history of a channel in Redis, because its row has changed. Call this before the channel is
    /// forgotten.
    pub(crate) fn send_erase(&mut self, channel: &str) {
        let channel_replica = self.channels.get(channel).and_then(|state| state.replica.as_ref());
        if let (Some(replica), Some(channel_replica)) = (self.log.replica_mut(), channel_replica) {
            let row = Arc::clone(&channel_replica.row);
            replica.post(LogRequest::Erase { channel: channel.into(), row });
        }
    }

    /// Handles the reply to a request.
    pub(crate) fn replied(&mut self, channel: &str, requester: &Requester, reply: LogReply) -> Vec<Output> {
        let Requester { from, key } = requester;
        let key = key.as_deref();
        match reply {
            LogReply::Appended => Vec::new(),
            LogReply::Unavailable => vec![Output::refusal(*from, Some(channel), key, &Refusal::Unavailable)],
            LogReply::Done(outcome) => {
                key.map(|key| Output::to_one(*from, frames::ack(channel, key, outcome))).into_iter().collect()
            }
            LogReply::Known(outcome) => {
                let Some(key) = key else {
                    return Vec::new();
                };
                let state = self.channels.get(channel);
                let kept = state.and_then(|state| state.kept(outcome, state.member(*from)?));
                vec![Output::to_one(*from, frames::answer(channel, key, outcome, kept))]
            }
        }
    }
}

/// Returns the socket id of an encoded client. Only here the decoded client is not available.
fn socket_id_of(client: &RawValue) -> String {
    serde_json::from_str(client.get()).map(|client: Client| client.socket_id).unwrap_or_default()
}

/// The bound on bytes that wait for Redis. It is large, so that a short pause of Redis causes few refusals.
pub(crate) const MAX_WAITING_BYTES: usize = 32 * 1024 * 1024;
