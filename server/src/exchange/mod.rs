//! The hub, the outboxes of the sockets, and the lock around both.
//!
//! All inputs reach the hub through [`Exchange::feed`], which locks the hub, passes the input in, and carries out the
//! outputs. Frames are queued under the same lock, so all members of a channel see one order. They are written after
//! the lock is released.
//!
//! # Layout
//!
//! - `clock`: the clock of the hub.
//! - `effect`: the result of an input.
//! - `follower`: passes the inputs of the shared log to the hub.
//! - `realtime_v2`: the sockets of Realtime V2.
//! - `questions`: the questions to triggers, and the way of their answers back to the hub.
//! - `settings`: the settings in force, and other ones.

mod clock;
mod effect;
mod follower;
mod questions;
mod realtime_v2;
mod settings;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::value::RawValue;
use tokio::sync::Notify;
use tokio::time::sleep;
use xano_realtime_protocol::frame::{Client, Permissions};

use crate::cluster::LogRequests;
use crate::hub::{BATCH_EVERY_MS, Census, ChannelView, ConnectionId, Encoded, Hub, Input, LogRequest, Output, Refusal};
use crate::metrics::Metrics;
use crate::outbox::{Ending, FlushBatch, Outbox};
use crate::triggers::Triggers;
use clock::Clock;
pub(crate) use effect::Effect;
use effect::First;
pub(crate) use follower::ClusterFollower;
use realtime_v2::ending;

/// The hub, and the outboxes of all sockets.
#[derive(Debug)]
pub(crate) struct Exchange {
    state: Mutex<State>,
    /// The shared log; `None` on a single server.
    log: Option<LogRequests>,
    triggers: Triggers,
    pub(crate) metrics: Metrics,
    clock: Clock,
    /// Wakes [`Exchange::tell_presence`].
    restless: Notify,
}

#[derive(Debug)]
struct State {
    hub: Hub,
    /// An empty buffer between two inputs, kept for its allocation.
    outputs: Vec<Output>,
    outboxes: HashMap<ConnectionId, Arc<Outbox>>,
    /// The users of the authenticated sockets.
    users: HashMap<ConnectionId, Permissions>,
    last_id: u64,
    is_stopping: bool,
}

impl Exchange {
    pub(crate) fn new(hub: Hub, log: Option<LogRequests>, triggers: Triggers, metrics: Metrics) -> Exchange {
        let state = State {
            hub,
            outputs: Vec::new(),
            outboxes: HashMap::new(),
            users: HashMap::new(),
            last_id: 0,
            is_stopping: false,
        };
        Exchange { state: Mutex::new(state), log, triggers, metrics, clock: Clock::start(), restless: Notify::new() }
    }

    /// Passes an input to the hub and carries out the outputs. Frames are queued in outboxes; the caller must flush the
    /// batch.
    pub(crate) fn feed(self: &Arc<Self>, at: Instant, input: Input<'_>, batch: &mut FlushBatch) -> Effect {
        let mut effect = Effect::default();
        let mut calls = Vec::new();
        {
            let mut state = self.lock();
            let State { hub, outputs, outboxes, .. } = &mut *state;
            hub.handle(Input::Time(self.clock.at(at)), outputs);
            hub.handle(input, outputs);
            let queue = |to: &[ConnectionId], frame: Encoded, batch: &mut FlushBatch| {
                batch.note(frame.len());
                let outboxes = to.iter().filter_map(|id| outboxes.get(id));
                outboxes.filter(|outbox| batch.add(outbox, frame.clone())).count()
            };
            for output in outputs.drain(..) {
                match output {
                    Output::Deliver { to, frame, is_message } => {
                        effect.first.get_or_insert(if is_message { First::Message } else { First::Other });
                        let queued = queue(&to, frame, batch);
                        if is_message {
                            effect.recipients += to.len();
                            self.metrics.delivered(queued);
                        }
                    }
                    Output::Refuse { to, frame, code } => {
                        effect.first.get_or_insert(First::Refusal(code));
                        self.metrics.refused(code, queue(&to, frame, batch));
                    }
                    Output::Close { to, why } => {
                        let ending = ending(why);
                        to.iter().filter_map(|id| outboxes.get(id)).for_each(|outbox| outbox.end(ending));
                    }
                    Output::RefuseEvent(refusal) => effect.event_refusal = Some(refusal),
                    Output::RefusePublication(refusal) => effect.publication_refusal = Some(refusal),
                    Output::LeftOut { recipients } => self.metrics.left_out(recipients),
                    Output::Ask(call) => calls.push(call),
                    // The source of the event waits for its reply, so the request is returned to it.
                    Output::Log(request @ LogRequest::Append { requester: None, .. }) => effect.event = Some(request),
                    Output::Log(request) => {
                        if let Some(log) = &self.log {
                            log.post(request);
                        }
                    }
                }
            }
            if hub.is_restless() {
                self.restless.notify_one();
            }
        }
        self.ask(calls);
        effect
    }

    /// Opens a socket at the address with this hash.
    pub(crate) fn open(self: &Arc<Self>, client: Client, hash: &str, outbox: &Arc<Outbox>) -> ConnectionId {
        let user = client.is_authenticated().then_some(client.permissions);
        let id = {
            let mut state = self.lock();
            state.last_id += 1;
            let id = ConnectionId::new(state.last_id);
            state.users.extend(user.map(|user| (id, user)));
            state.outboxes.insert(id, Arc::clone(outbox));
            if state.is_stopping {
                outbox.end(Ending::Restart);
            } else if !state.is_at(hash) {
                outbox.end(Ending::AddressChanged);
            }
            id
        };
        self.feed(Instant::now(), Input::Open { id, client }, &mut FlushBatch::default());
        id
    }

    /// Removes a closed socket.
    pub(crate) fn close(self: &Arc<Self>, id: ConnectionId) {
        {
            let mut state = self.lock();
            state.outboxes.remove(&id);
            state.users.remove(&id);
        }
        self.feed(Instant::now(), Input::Close { id }, &mut FlushBatch::default());
    }

    /// Returns the counts of channels and members.
    pub(crate) fn census(&self) -> Census {
        self.lock().hub.census()
    }

    /// Returns the number of bytes that wait in all outboxes. A frame for several sockets counts once for each.
    pub(crate) fn outbox_bytes(&self) -> usize {
        let outboxes: Vec<_> = self.lock().outboxes.values().cloned().collect();
        outboxes.iter().map(|outbox| outbox.waiting_bytes()).sum()
    }

    /// Sends waiting presence updates in batches, ten times a second while there are any.
    pub(crate) async fn tell_presence(self: &Arc<Self>) {
        loop {
            self.restless.notified().await;
            sleep(Duration::from_millis(BATCH_EVERY_MS)).await;
            self.feed(Instant::now(), Input::TellPresence, &mut FlushBatch::default());
        }
    }

    /// Advances the clock of the hub, so that timeouts work even if no client sends anything.
    pub(crate) fn advance(self: &Arc<Self>) {
        let time = Input::Time(self.clock.at(Instant::now()));
        self.feed(Instant::now(), time, &mut FlushBatch::default());
    }

    /// Returns the channels with the most members.
    pub(crate) fn largest_channels(&self, at_most: usize) -> Vec<ChannelView> {
        self.lock().hub.largest_channels(at_most)
    }

    /// Closes every socket, and every socket that opens later.
    pub(crate) fn stop(&self) {
        let mut state = self.lock();
        state.is_stopping = true;
        for outbox in state.outboxes.values() {
            outbox.end(Ending::Restart);
        }
    }

    /// Closes the sockets of a user on this server. Returns their number.
    pub(crate) fn disconnect(&self, user: Permissions) -> usize {
        let state = self.lock();
        let sockets = state.users.iter().filter(|(_, candidate)| **candidate == user);
        let outboxes = sockets.filter_map(|(id, _)| state.outboxes.get(id));
        outboxes.inspect(|outbox| outbox.end(Ending::Disconnected)).count()
    }

    /// Sends an event of the workspace. Returns the number of members that receive it.
    pub(crate) async fn event(self: &Arc<Self>, channel: &str, data: Option<&RawValue>) -> Result<usize, Refusal> {
        let input = Input::Event { channel, data };
        let Effect { recipients, event, event_refusal, .. } =
            self.feed(Instant::now(), input, &mut FlushBatch::default());
        if let Some(refusal) = event_refusal {
            return Err(refusal);
        }
        let Some(event) = event else {
            return Ok(recipients);
        };
        match &self.log {
            Some(log) => log.event(event).await.ok_or(Refusal::Unavailable),
            None => Err(Refusal::Unavailable),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic closes only the socket that caused it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
