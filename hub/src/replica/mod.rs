//! The state of a hub that follows a shared log. The hub sends [`LogRequest`]s and applies replica events, so that
//! everything except a first join is answered from memory.
//!
//! # Layout
//!
//! - `request`: requests to the shared log, and their replies.
//! - `announce`: sends what the hub's own clients do to the shared log, and handles the replies.
//! - `event`: the JSON that servers exchange about a channel.
//! - `follow`: applies the replica events and replies of the shared log.
//! - `channel`: the replica of one channel, and the members that the shared log lists.
//! - `catch_up`: how the replica of a channel catches up.
//! - `idle`: replicated channels without local members.
//! - `row`: the rows of the settings, as the shared log compares them.

pub(crate) mod announce;
pub(crate) mod catch_up;
pub(crate) mod channel;
pub(crate) mod event;
pub(crate) mod follow;
pub(crate) mod idle;
pub(crate) mod request;
pub(crate) mod row;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::value::RawValue;

use crate::channel::Channel;
use crate::idempotency::Outcome;
use crate::limits::Limits;
use crate::log_entry::{LogEntry, Sender};
use crate::message_id::MessageId;
use crate::replica::catch_up::CatchUp;
use crate::replica::event::{Entry, Origin, RemoteMember, ReplicaEvent, encode, is_private_message};
use crate::replica::idle::IdleChannels;
use crate::replica::request::{Load, LogRequest, Requester};
use crate::replica::row::{Row, Rows};
use crate::settings::ChannelRules;
use crate::{Connection, Hub};

/// The requests of a replicated hub, and the state that all its channels share.
#[derive(Debug)]
pub(crate) struct Replica {
    /// The name of this server among the others.
    pub(crate) node: Box<str>,
    requests: Vec<LogRequest>,
    /// The bytes of `requests`.
    posted: usize,
    /// The bytes of earlier requests that are not done.
    load: Load,
    /// The number of snapshots that were requested so far.
    questions: u64,
    pub(crate) rows: Rows,
    pub(crate) idle: IdleChannels,
    /// Channels with a refused request, by the time of the next attempt.
    again: BTreeSet<(Duration, Arc<str>)>,
    pub(crate) now: Duration,
}

impl Replica {
    pub(crate) fn new(node: Box<str>, rows: Rows, limits: &Limits, load: Load) -> Replica {
        Replica {
            node,
            requests: Vec::new(),
            posted: 0,
            load,
            questions: 0,
            rows,
            idle: IdleChannels::new(limits.history_bytes),
            again: BTreeSet::new(),
            now: Duration::ZERO,
        }
    }

    /// Returns the requests since the last call.
    pub(crate) fn drain_requests(&mut self) -> impl Iterator<Item = LogRequest> {
        self.posted = 0;
        self.requests.drain(..)
    }

    fn post(&mut self, request: LogRequest) {
        self.posted += request.bytes();
        self.requests.push(request);
    }

    /// Requests to append an entry to the log of a channel with this row.
    pub(crate) fn say(&mut self, channel: &str, said: LogEntry<'_>, sender: Option<Sender<'_>>, row: Arc<Row>) {
        let origin = sender.and_then(|Sender { id: from, key }| {
            Some(Origin { node: Cow::Borrowed(&self.node), from, key: Cow::Borrowed(key?) })
        });
        let entry = encode(&Entry { said, origin });
        let requester = sender.map(|Sender { id: from, key }| Requester { from, key: key.map(Into::into) });
        self.post(LogRequest::Append { channel: channel.into(), entry, row, requester });
    }

    pub(crate) fn private_message(
        &mut self,
        channel: &str,
        to: &str,
        frame: &RawValue,
        requester: Requester,
        row: Arc<Row>,
    ) {
        let notice = encode(&ReplicaEvent::PrivateMessage { to: to.into(), frame });
        self.post(LogRequest::PrivateMessage { channel: channel.into(), notice, requester, row });
    }

    pub(crate) fn remember(&mut self, channel: &str, outcome: Outcome, requester: Requester, row: Arc<Row>) {
        self.post(LogRequest::Remember { channel: channel.into(), outcome, requester, row });
    }

    /// Requests the state of a channel, with the entries after `after` if the epoch is still the same.
    pub(crate) fn open(
        &mut self,
        channel: &Arc<str>,
        after: Option<MessageId>,
        epoch: &str,
        row: &Arc<Row>,
    ) -> CatchUp {
        self.questions += 1;
        let (question, row) = (self.questions, Arc::clone(row));
        self.post(LogRequest::Open { channel: Arc::clone(channel), after, epoch: epoch.into(), row, question });
        CatchUp::asked(question)
    }

    /// Requests the state of a channel again. The snapshot contains the effect of all waiting replica events except
    /// private messages.
    pub(crate) fn reopen(&mut self, channel: &Arc<str>, state: &mut Channel) {
        if let Some(channel_replica) = &mut state.replica {
            let mut catch_up =
                self.open(channel, state.history.newest(), channel_replica.epoch(), &channel_replica.row);
            for notice in channel_replica.catch_up.take().map(CatchUp::into_notices).unwrap_or_default() {
                if is_private_message(&notice) {
                    catch_up.hear(channel, notice);
                }
            }
            channel_replica.catch_up = Some(catch_up);
        }
    }

    pub(crate) fn leave(&mut self, channel: &str, socket_id: &str) {
        self.post(LogRequest::Leave { channel: channel.into(), socket_id: socket_id.to_owned() });
    }

    pub(crate) fn join(&mut self, channel: &str, connection: &Connection, row: &Arc<Row>) {
        let known = RemoteMember {
            since: 0,
            node: self.node.clone(),
            authenticated: connection.is_authenticated,
            client: Arc::clone(&connection.client),
        };
        let (socket_id, member) = (connection.socket_id.clone(), encode(&known));
        self.post(LogRequest::Join { channel: channel.into(), socket_id, member, row: Arc::clone(row) });
    }

    pub(crate) fn row(&self, rules: &ChannelRules) -> Arc<Row> {
        Arc::new(self.rows.row(rules))
    }

    /// Schedules another snapshot request for a channel with a refused request.
    pub(crate) fn ask_later(&mut self, channel: &Arc<str>) {
        self.again.insert((self.now + AGAIN_AFTER, Arc::clone(channel)));
    }

    pub(crate) fn next_to_ask(&mut self) -> Option<Arc<str>> {
        let is_due = self.again.first().is_some_and(|(at, _)| *at <= self.now);
        if is_due { self.again.pop_first().map(|(_, channel)| channel) } else { None }
    }
}

impl Hub {
    /// Marks all channels as stale: requests their state, and forgets idle channels.
    pub(crate) fn mark_stale(&mut self) {
        let idle = self.log.replica().map(|replica| replica.idle.names()).unwrap_or_default();
        for channel in idle {
            self.forget(&channel);
        }
        if let Some(replica) = self.log.replica_mut() {
            for (channel, state) in &mut self.channels {
                replica.reopen(channel, state);
            }
        }
    }

    /// Returns the replicated channels, each with the number of messages that it keeps.
    pub fn followed_channels(&self) -> Vec<(Arc<str>, usize)> {
        self.channels.iter().map(|(channel, state)| (Arc::clone(channel), state.rules.history)).collect()
    }
}

const AGAIN_AFTER: Duration = Duration::from_secs(3);
