//! The hub: its state, and how it handles an input.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use serde_json::value::RawValue;
use xano_realtime_protocol::frame::Client;

use crate::channel::{Channel, PresencePoint};
use crate::command::{Command, Frame, Request};
use crate::idempotency::Keys;
use crate::input::{Input, LogInput};
use crate::limits::Limits;
use crate::log::Log;
use crate::message_id::MessageId;
use crate::output::{ConnectionId, Output};
use crate::pending::Waiting;
use crate::replica::Replica;
use crate::replica::request::Load;
use crate::replica::row::Rows;
use crate::retention::Retention;
use crate::settings::Settings;
use crate::triggers::{Call, Matter};
use crate::v1::frames;
use crate::v2::Service;

/// All channels of a server, and the sockets on them.
#[derive(Debug)]
pub struct Hub {
    pub(super) settings: Settings,
    pub(super) channels_per_socket: usize,
    pub(super) presence_members: usize,
    /// Milliseconds since 1970.
    pub(super) now_ms: u64,
    /// The epoch of the channels. Message ids are comparable only within one epoch.
    pub(super) epoch: Box<str>,
    /// The newest message id of all forgotten channels.
    pub(super) forgotten: Option<MessageId>,
    pub(super) connections: HashMap<ConnectionId, Connection>,
    /// Sockets by socket id, which private messages name as their recipient.
    pub(super) by_socket_id: HashMap<String, ConnectionId>,
    /// Channels that have members or keep messages.
    pub(super) channels: HashMap<Arc<str>, Channel>,
    pub(super) retention: Retention,
    /// The number of channels with members, and the number of all members.
    pub(super) channels_in_use: usize,
    pub(super) members: usize,
    /// Channels with waiting presence updates.
    pub(super) restless: BTreeSet<Arc<str>>,
    /// Questions to triggers that were not handed out yet.
    pub(super) calls: Vec<Call>,
    /// Only sockets with an open question.
    pub(super) waiting: HashMap<ConnectionId, Waiting>,
    pub(super) keys: Keys,
    pub(super) log: Log,
    /// Messages that a trigger is deciding about, with the sockets that have sent the same message again.
    pub(super) undecided: HashMap<(Arc<str>, Arc<str>), Vec<ConnectionId>>,
    /// The sockets and channels of Realtime V2.
    pub(super) v2: Service,
}

/// An open socket.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) socket_id: String,
    pub(super) is_authenticated: bool,
    /// The client as encoded in frames.
    pub(super) client: Arc<RawValue>,
    pub(super) channels: BTreeSet<Arc<str>>,
}

impl Connection {
    /// Returns the decoded client, which only triggers need.
    pub(super) fn client(&self) -> Client {
        serde_json::from_str(self.client.get()).unwrap_or_else(|_| Client::anonymous(self.socket_id.clone()))
    }
}

impl Hub {
    /// Creates a hub without connections. No other hub may have had the same epoch, because message ids start anew.
    pub fn new(settings: Settings, limits: &Limits, epoch: impl Into<Box<str>>) -> Hub {
        Hub {
            settings,
            channels_per_socket: limits.channels_per_socket,
            presence_members: limits.presence_members,
            now_ms: 0,
            epoch: epoch.into(),
            forgotten: None,
            connections: HashMap::new(),
            by_socket_id: HashMap::new(),
            channels: HashMap::new(),
            retention: Retention::new(limits),
            channels_in_use: 0,
            members: 0,
            restless: BTreeSet::new(),
            calls: Vec::new(),
            waiting: HashMap::new(),
            keys: Keys::default(),
            log: Log::Local,
            undecided: HashMap::new(),
            v2: Service::new(limits),
        }
    }

    /// Creates a hub that replicates its channels with other servers. `node` is its unique name among them, and `load`
    /// counts its unfinished requests.
    pub fn replicated(settings: Settings, rows: Rows, limits: &Limits, node: &str, load: Load) -> Hub {
        Hub {
            log: Log::Replicated(Box::new(Replica::new(node.into(), rows, limits, load))),
            ..Hub::new(settings, limits, node)
        }
    }

    /// Handles an input, and appends the resulting outputs to the sink. This is the only way to change the hub.
    pub fn handle(&mut self, input: Input<'_>, sink: &mut Vec<Output>) {
        match input {
            Input::Time(now) => self.advance(now),
            Input::Open { id, client } => self.open(id, client),
            Input::Frame { from, frame } => match frame {
                Frame::Ping => sink.push(Output::to_one(from, frames::pong())),
                Frame::Command(command) => sink.extend(self.perform(from, command)),
                Frame::V2(command) => self.with_v2(|v2, _| v2.receive(from, command, sink)),
            },
            Input::Reject { from, refused } => match self.v2.speaks(from) {
                false => sink.push(refused.output(from)),
                true => self.with_v2(|v2, _| v2.reject(from, refused, sink)),
            },
            Input::Close { id } => match self.v2.speaks(id) {
                false => sink.extend(self.close(id)),
                true => self.with_v2(|v2, _| v2.close(id, sink)),
            },
            Input::OpenV2 { id, visitor } => self.v2.open(id, visitor),
            Input::Authenticate { id } => self.with_v2(|v2, settings| v2.authenticate(id, settings, sink)),
            Input::Publish(publication) => self.with_v2(|v2, settings| v2.publish(publication, settings, sink)),
            Input::Answer { ticket, answer } => match ticket.matter {
                Matter::V1 => sink.extend(self.answer(ticket, answer)),
                Matter::V2(_) => self.with_v2(|v2, _| v2.answer(ticket, answer, sink)),
            },
            Input::Event { channel, data } => match self.event(channel, data) {
                Ok(outputs) => sink.extend(outputs),
                Err(refusal) => sink.push(Output::RefuseEvent(refusal)),
            },
            Input::Settings(settings) => {
                sink.extend(self.apply(settings));
                self.with_v2(|v2, settings| v2.reform(settings, sink));
            }
            Input::TellPresence => {
                sink.extend(self.tell_presence());
                self.with_v2(|v2, _| v2.tell_presence(sink));
            }
            Input::Log(input) => sink.extend(self.follow_log(input)),
        }
        sink.extend(self.calls.drain(..).map(Output::Ask));
        if let Some(replica) = self.log.replica_mut() {
            sink.extend(replica.drain_requests().map(Output::Log));
        }
    }

    /// Handles an input from the shared log.
    fn follow_log(&mut self, input: LogInput<'_>) -> Vec<Output> {
        match input {
            LogInput::Notice { channel, notice } => self.hear(channel, notice),
            LogInput::Snapshot { channel, question, snapshot } => self.opened(channel, question, snapshot),
            LogInput::SnapshotRefused { channel, question } => self.open_refused(channel, question),
            LogInput::JoinRefused { channel, socket_id } => self.join_refused(channel, socket_id),
            LogInput::Reply { channel, requester, reply } => self.replied(channel, requester, reply),
            LogInput::Settings { settings, rows } => self.adopt(settings, rows),
            LogInput::Stale => {
                self.mark_stale();
                Vec::new()
            }
        }
    }

    fn open(&mut self, id: ConnectionId, client: Client) {
        self.by_socket_id.insert(client.socket_id.clone(), id);
        let connection = Connection {
            is_authenticated: client.is_authenticated(),
            client: client.encode().into(),
            socket_id: client.socket_id,
            channels: BTreeSet::new(),
        };
        self.connections.insert(id, connection);
    }

    /// Carries out a command, or queues it behind an open question of the same socket and channel.
    pub(super) fn perform(&mut self, from: ConnectionId, command: Command<'_>) -> Vec<Output> {
        let channel = &*command.channel;
        if self.has_to_wait(from, channel) {
            return self.wait_behind_question(from, command);
        }
        let outcome = match &command.request {
            Request::Join(join_options) => self.join(from, channel, join_options.clone()),
            Request::Leave => Ok(self.leave(from, channel)),
            Request::Message(message) => self.message(from, channel, message, command.bytes),
            Request::History { with_one_client } => self.history(from, channel, *with_one_client),
        };
        outcome.unwrap_or_else(|why| vec![Output::refusal(from, Some(channel), command.key(), &why)])
    }

    /// Removes a socket from all channels, with all its waiting commands.
    fn close(&mut self, id: ConnectionId) -> Vec<Output> {
        let Some(connection) = self.connections.remove(&id) else {
            return Vec::new();
        };
        self.by_socket_id.remove(&connection.socket_id);
        let channels = connection.channels.iter();
        let mut deliveries: Vec<_> = channels.flat_map(|channel| self.dismiss(id, channel)).collect();
        deliveries.extend(self.stop_waiting(id, &connection.client));
        deliveries
    }

    /// Returns the settings in force.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Advances the clock and forgets everything that has expired. A time before the last one is ignored.
    fn advance(&mut self, now: Duration) {
        let now_ms = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
        if now_ms <= self.now_ms {
            return;
        }
        self.now_ms = now_ms;
        self.keys.advance(now);
        self.forget_outdated();
        self.v2.forget_outdated(now_ms);
        self.advance_replica(now);
    }

    /// Returns whether presence updates are waiting: [`Input::TellPresence`] is due
    /// [`BATCH_EVERY_MS`](crate::BATCH_EVERY_MS) later.
    pub fn is_restless(&self) -> bool {
        !self.restless.is_empty() || self.v2.is_restless()
    }

    /// Sends the waiting presence updates.
    fn tell_presence(&mut self) -> Vec<Output> {
        let mut deliveries = Vec::new();
        for channel in std::mem::take(&mut self.restless) {
            if let Some(state) = self.channels.get_mut(&channel) {
                let changes = state.take_pending_changes();
                deliveries.extend(changes.into_iter().filter_map(|change| state.tell(&channel, &change)));
            }
        }
        deliveries
    }

    /// Call this after the presence of a channel has changed.
    pub(super) fn note_restless(&mut self, channel: &str) {
        if self.channels.get(channel).is_some_and(Channel::has_pending_changes) {
            self.restless.insert(channel.into());
        }
    }

    pub(super) fn presence_point(&self) -> PresencePoint {
        PresencePoint { now_ms: self.now_ms, named_at_most: self.presence_members }
    }

    /// Forgets a channel, and remembers only the id of its newest message.
    pub(super) fn forget(&mut self, channel: &str) {
        if let Some(mut state) = self.channels.remove(channel) {
            self.forgotten = self.forgotten.max(state.history.newest());
            self.retention.release(&mut state.account);
            self.restless.remove(channel);
            self.send_close(channel);
        }
    }

    /// Returns the number of channels that have members or keep messages.
    pub fn channel_count(&self) -> usize {
        self.channels.len() + self.v2.in_use().channels
    }
}
