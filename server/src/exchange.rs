//! Between the sockets and the hub: one at a time in, and each delivery into its outboxes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use serde_json::Value;
use serde_json::value::RawValue;
use tokio::net::tcp::OwnedWriteHalf;
use xano_realtime_protocol::frame::Client;

use crate::config::Timings;
use crate::hub::{Call, Census, ChannelView, Code, Command, ConnectionId, Delivery, Hub, Kind, Refusal, Request};
use crate::limits::Limits;
use crate::line::Line;
use crate::metrics::Metrics;
use crate::outbox::{Due, Encoded, Ending, Outbox};
use crate::pace::Rates;
use crate::settings::Settings;
use crate::triggers::Triggers;

/// The hub and everybody's outbox.
///
/// Deliveries are enqueued under the lock that the hub worked under: so all members of a channel see one order. They are
/// written after it is released.
#[derive(Debug)]
pub(crate) struct Exchange {
    state: Mutex<State>,
    triggers: Triggers,
    pub(crate) rates: Rates,
    pub(crate) metrics: Metrics,
    outbox_bytes: usize,
    started: Instant,
}

#[derive(Debug)]
struct State {
    hub: Hub,
    outboxes: HashMap<ConnectionId, Arc<Outbox>>,
    is_stopping: bool,
}

impl Exchange {
    pub(crate) fn new(
        settings: Settings,
        limits: &Limits,
        timings: &Timings,
        metrics: Metrics,
        epoch: String,
    ) -> Exchange {
        Exchange {
            triggers: Triggers::new(timings.trigger, limits.frame_bytes),
            rates: Rates::new(limits),
            metrics,
            state: Mutex::new(State {
                hub: Hub::new(settings, limits, epoch),
                outboxes: HashMap::new(),
                is_stopping: false,
            }),
            outbox_bytes: limits.outbox_bytes,
            started: Instant::now(),
        }
    }

    /// A socket opened at the address with this hash.
    pub(crate) fn open(self: &Arc<Self>, client: Client, hash: &str, stream: OwnedWriteHalf) -> Line {
        let outbox = Arc::new(Outbox::new(stream, self.outbox_bytes));
        let mut state = self.lock();
        let id = state.hub.open(client);
        state.outboxes.insert(id, Arc::clone(&outbox));
        if state.is_stopping {
            outbox.end(Ending::Restart);
        } else if !state.is_at(hash) {
            outbox.end(Ending::AddressChanged);
        }
        Line::new(Arc::clone(self), id, outbox)
    }

    /// A socket sent a frame that is understood. Says what was refused, if something was.
    pub(crate) fn handle(
        self: &Arc<Self>,
        from: ConnectionId,
        command: &Command<'_>,
        text: &str,
        received: Instant,
        due: &mut Due,
    ) -> Option<Code> {
        if let Request::Message(_) = command.request {
            self.metrics.messages_received.inc();
        }
        let (kind, calls) = {
            let mut state = self.lock();
            state.hub.advance(received.duration_since(self.started));
            let deliveries = state.hub.handle(from, command, text);
            let kind = deliveries.first().map(|delivery| delivery.kind);
            self.deliver(&state, deliveries, due);
            (kind, state.hub.take_calls())
        };
        self.ask(calls);
        match kind {
            Some(Kind::Error(code)) => return Some(code),
            Some(Kind::Message) => self.metrics.queued_for_all(received),
            Some(Kind::Other) | None => {}
        }
        None
    }

    /// A socket is told why something that it did is refused.
    pub(crate) fn refuse(&self, refusal: Delivery, due: &mut Due) {
        self.deliver(&self.lock(), [refusal], due);
    }

    /// A socket closed.
    pub(crate) fn close(self: &Arc<Self>, id: ConnectionId) {
        let mut due = Due::default();
        let calls = {
            let mut state = self.lock();
            state.outboxes.remove(&id);
            let deliveries = state.hub.close(id);
            self.deliver(&state, deliveries, &mut due);
            state.hub.take_calls()
        };
        self.ask(calls);
    }

    /// Whether sockets are let in at the address with this hash.
    pub(crate) fn is_at(&self, hash: &str) -> bool {
        self.lock().is_at(hash)
    }

    /// The last segment of the address.
    pub(crate) fn hash(&self) -> String {
        self.lock().hub.settings().hash.clone()
    }

    /// The settings in force, as JSON.
    pub(crate) fn settings(&self) -> Value {
        self.lock().hub.settings().to_json()
    }

    /// Puts other settings in force. Sockets stay open, unless their address is none any more.
    pub(crate) fn apply(&self, settings: Settings) {
        let mut due = Due::default();
        let mut state = self.lock();
        let hash = state.hub.settings().hash.clone();
        let deliveries = state.hub.apply(settings);
        self.deliver(&state, deliveries, &mut due);
        if !state.is_at(&hash) {
            for outbox in state.outboxes.values() {
                outbox.end(Ending::AddressChanged);
            }
        }
    }

    /// How many there are of what.
    pub(crate) fn census(&self) -> Census {
        self.lock().hub.census()
    }

    /// The channels with the most members, at most so many.
    pub(crate) fn largest_channels(&self, at_most: usize) -> Vec<ChannelView> {
        self.lock().hub.largest_channels(at_most)
    }

    /// Every socket is closed, those that open from now on too.
    pub(crate) fn stop(&self) {
        let mut state = self.lock();
        state.is_stopping = true;
        for outbox in state.outboxes.values() {
            outbox.end(Ending::Restart);
        }
    }

    /// The workspace sends an event. Says how many members it is for.
    pub(crate) fn event(&self, channel: &str, data: Option<&RawValue>) -> Result<usize, Refusal> {
        let mut due = Due::default();
        let mut state = self.lock();
        let delivery = state.hub.event(channel, data)?;
        let members = delivery.to.len();
        self.deliver(&state, [delivery], &mut due);
        Ok(members)
    }

    /// Asks the triggers; what is done after an answer may lead to further questions.
    fn ask(self: &Arc<Self>, calls: Vec<Call>) {
        for Call { url, input, ticket } in calls {
            let exchange = Arc::clone(self);
            tokio::spawn(async move {
                let answer = exchange.triggers.ask(&url, input).await;
                let mut due = Due::default();
                let calls = {
                    let mut state = exchange.lock();
                    state.hub.advance(exchange.started.elapsed());
                    let deliveries = state.hub.answer(ticket, answer);
                    exchange.deliver(&state, deliveries, &mut due);
                    state.hub.take_calls()
                };
                exchange.ask(calls);
            });
        }
    }

    /// Into the outboxes, under the lock that the hub worked under; they are written when it is released.
    fn deliver(&self, state: &State, deliveries: impl IntoIterator<Item = Delivery>, due: &mut Due) {
        for Delivery { to, frame, kind } in deliveries {
            // From here on the bytes are shared, not copied.
            let frame = Encoded::text(String::from(frame));
            let outboxes = to.iter().filter_map(|id| state.outboxes.get(id));
            let queued = outboxes.filter(|outbox| due.add(outbox, frame.clone())).count();
            self.metrics.queued(kind, queued);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic ends the socket that caused it and no other.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_at(&self, hash: &str) -> bool {
        let settings = self.hub.settings();
        settings.enabled && settings.hash == hash
    }
}
