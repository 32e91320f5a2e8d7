//! Between the sockets and the hub: one at a time in, and each delivery into its outboxes.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use futures_util::FutureExt;
use serde_json::Value;
use serde_json::value::RawValue;
use tokio::net::tcp::OwnedWriteHalf;
use tokio::sync::Notify;
use tokio::time::sleep;
use xano_realtime_protocol::frame::{Client, Permissions};

use crate::cluster::{Cluster, Unavailable};
use crate::config::Timings;
use crate::hub::{
    Answer, Asker, BATCH_EVERY_MS, Call, Census, ChannelView, Code, Command, ConnectionId, Delivery, Hub, Kind,
    Refusal, Reply, Request, Rows, Snapshot,
};
use crate::metrics::Metrics;
use crate::settings::Limits;
use crate::settings::Secret;
use crate::settings::Settings;
use crate::socket::Line;
use crate::socket::Rates;
use crate::socket::outbox::{Due, Ending, Outbox};
use crate::triggers::{Question, Triggers};

/// The hub and everybody's outbox.
///
/// Deliveries are enqueued under the lock that the hub worked under: so all members of a channel see one order. They are
/// written after it is released.
#[derive(Debug)]
pub(crate) struct Exchange {
    state: Mutex<State>,
    /// Only where several servers share their channels.
    cluster: Option<Cluster>,
    triggers: Triggers,
    pub(crate) rates: Rates,
    pub(crate) metrics: Metrics,
    outbox_bytes: usize,
    clock: Clock,
    /// Wakes [`Exchange::tell_presence`].
    restless: Notify,
}

/// Milliseconds since 1970 that never go back while the server runs.
#[derive(Debug)]
struct Clock {
    started: Instant,
    started_at: Duration,
}

impl Clock {
    fn start() -> Clock {
        let started_at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Clock { started: Instant::now(), started_at }
    }

    fn at(&self, moment: Instant) -> Duration {
        self.started_at + moment.duration_since(self.started)
    }

    fn now(&self) -> Duration {
        self.at(Instant::now())
    }
}

#[derive(Debug)]
struct State {
    hub: Hub,
    outboxes: HashMap<ConnectionId, Arc<Outbox>>,
    /// The users of the authenticated sockets.
    users: HashMap<ConnectionId, Permissions>,
    is_stopping: bool,
}

impl Exchange {
    pub(crate) fn new(
        hub: Hub,
        cluster: Option<Cluster>,
        limits: &Limits,
        timings: &Timings,
        trigger_secret: Option<&Secret>,
        metrics: Metrics,
    ) -> Exchange {
        Exchange {
            triggers: Triggers::new(timings.trigger, limits.largest_frame_bytes(), trigger_secret),
            rates: Rates::new(limits),
            metrics,
            state: Mutex::new(State { hub, outboxes: HashMap::new(), users: HashMap::new(), is_stopping: false }),
            cluster,
            outbox_bytes: limits.outbox_bytes,
            clock: Clock::start(),
            restless: Notify::new(),
        }
    }

    /// A socket opened at the address with this hash.
    pub(crate) fn open(self: &Arc<Self>, client: Client, hash: &str, stream: OwnedWriteHalf) -> Line {
        let outbox = Arc::new(Outbox::new(stream, self.outbox_bytes));
        let user = client.is_authenticated().then_some(client.permissions);
        let mut state = self.lock();
        let id = state.hub.open(client);
        state.users.extend(user.map(|user| (id, user)));
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
            state.hub.advance(self.clock.at(received));
            let deliveries = state.hub.handle(from, command, text);
            let kind = deliveries.first().map(|delivery| delivery.kind);
            self.deliver(&mut state, deliveries, due);
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
        self.deliver(&mut self.lock(), [refusal], due);
    }

    /// A socket closed.
    pub(crate) fn close(self: &Arc<Self>, id: ConnectionId) {
        let mut due = Due::default();
        let calls = {
            let mut state = self.lock();
            state.outboxes.remove(&id);
            state.users.remove(&id);
            let deliveries = state.hub.close(id);
            self.deliver(&mut state, deliveries, &mut due);
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

    /// The same, for more than a look.
    pub(crate) fn with_settings<T>(&self, read: impl FnOnce(&Settings) -> T) -> T {
        read(self.lock().hub.settings())
    }

    /// Puts other settings in force. Sockets stay open, unless their address is none any more.
    pub(crate) fn apply(&self, settings: Settings) {
        self.change(|hub| hub.apply(settings));
    }

    /// Puts in force what the servers share.
    pub(crate) fn adopt(&self, settings: Settings, rows: Rows) {
        self.change(|hub| hub.adopt(settings, rows));
    }

    fn change(&self, change: impl FnOnce(&mut Hub) -> Vec<Delivery>) {
        let mut due = Due::default();
        let mut state = self.lock();
        let hash = state.hub.settings().hash.clone();
        let deliveries = change(&mut state.hub);
        self.deliver(&mut state, deliveries, &mut due);
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

    /// How many bytes wait to be written to sockets. What several sockets wait for is counted for each.
    pub(crate) fn outbox_bytes(&self) -> usize {
        let outboxes: Vec<_> = self.lock().outboxes.values().cloned().collect();
        outboxes.iter().map(|outbox| outbox.waiting_bytes()).sum()
    }

    /// Tells of changes of presence that came too fast to be told one by one, ten times a second while there are any.
    pub(crate) async fn tell_presence(&self) {
        loop {
            self.restless.notified().await;
            sleep(Duration::from_millis(BATCH_EVERY_MS)).await;
            let mut due = Due::default();
            let mut state = self.lock();
            let deliveries = state.hub.tell_presence();
            self.deliver(&mut state, deliveries, &mut due);
        }
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

    /// Closes the sockets of a user, and has the other servers close theirs. Returns how many this server had.
    pub(crate) async fn disconnect(&self, user: Permissions) -> (usize, Result<(), Unavailable>) {
        let sockets = self.disconnect_here(user);
        let told = match &self.cluster {
            Some(cluster) => cluster.disconnect(user).await,
            None => Ok(()),
        };
        (sockets, told)
    }

    /// Closes the sockets of a user on this server. Returns how many there were.
    pub(crate) fn disconnect_here(&self, user: Permissions) -> usize {
        let state = self.lock();
        let sockets = state.users.iter().filter(|(_, candidate)| **candidate == user);
        let outboxes = sockets.filter_map(|(id, _)| state.outboxes.get(id));
        outboxes.inspect(|outbox| outbox.end(Ending::Disconnected)).count()
    }

    /// The workspace sends an event. Says how many members it is for.
    pub(crate) async fn event(&self, channel: &str, data: Option<&RawValue>) -> Result<usize, Refusal> {
        let mut due = Due::default();
        let post = {
            let mut state = self.lock();
            state.hub.advance(self.clock.now());
            let deliveries = state.hub.event(channel, data)?;
            let members = deliveries.iter().map(|delivery| delivery.to.len()).sum();
            // The event is the last; what the time brought about comes before it.
            let mut posts = state.hub.take_posts();
            let post = posts.pop();
            if let Some(cluster) = &self.cluster {
                posts.into_iter().for_each(|post| cluster.post(post));
            }
            self.deliver(&mut state, deliveries, &mut due);
            let Some(post) = post else {
                return Ok(members);
            };
            post
        };
        due.write();
        match &self.cluster {
            Some(cluster) => cluster.event(post).await.ok_or(Refusal::Unavailable),
            None => Err(Refusal::Unavailable),
        }
    }

    /// Other servers say that something happened on a channel.
    pub(crate) fn hear(self: &Arc<Self>, channel: &str, notice: &str, due: &mut Due) {
        self.follow(due, |hub| hub.hear(channel, notice));
    }

    /// How a channel stands that is shared.
    pub(crate) fn opened(self: &Arc<Self>, channel: &str, question: u64, snapshot: Snapshot) {
        self.follow(&mut Due::default(), |hub| hub.opened(channel, question, snapshot));
    }

    /// Redis did not say how a channel stands.
    pub(crate) fn open_refused(self: &Arc<Self>, channel: &str, question: u64) {
        self.follow(&mut Due::default(), |hub| hub.open_refused(channel, question));
    }

    /// Redis did not note that a socket of this server is on a channel.
    pub(crate) fn join_refused(self: &Arc<Self>, channel: &str, socket_id: &str) {
        self.follow(&mut Due::default(), |hub| hub.join_refused(channel, socket_id));
    }

    /// What the hub does after a while is done, even if no client sends anything.
    pub(crate) fn advance(self: &Arc<Self>) {
        self.follow(&mut Due::default(), |_| Vec::new());
    }

    /// What came of a post.
    pub(crate) fn replied(self: &Arc<Self>, channel: &str, asker: &Asker, reply: Reply) {
        self.follow(&mut Due::default(), |hub| hub.replied(channel, asker, reply));
    }

    /// What is known of shared channels may be out of date.
    pub(crate) fn doubt(self: &Arc<Self>) {
        self.follow(&mut Due::default(), |hub| {
            hub.doubt();
            Vec::new()
        });
    }

    /// With how many messages are kept of each.
    pub(crate) fn shared_channels(&self) -> Vec<(Arc<str>, usize)> {
        self.lock().hub.shared_channels()
    }

    /// What the other servers cause; it may lead to questions to triggers.
    fn follow(self: &Arc<Self>, due: &mut Due, work: impl FnOnce(&mut Hub) -> Vec<Delivery>) {
        let calls = {
            let mut state = self.lock();
            state.hub.advance(self.clock.now());
            let deliveries = work(&mut state.hub);
            self.deliver(&mut state, deliveries, due);
            state.hub.take_calls()
        };
        self.ask(calls);
    }

    /// Asks the triggers; what is done after an answer may lead to further questions.
    fn ask(self: &Arc<Self>, calls: Vec<Call>) {
        for Call { url, input, ticket } in calls {
            let exchange = Arc::clone(self);
            tokio::spawn(async move {
                let (socket, channel) = (ticket.connection(), Arc::clone(ticket.channel()));
                let question = Question { url, socket, channel, bytes: input.len() };
                let asked = Instant::now();
                let answer = or_failed(exchange.triggers.ask(question, input)).await;
                exchange.metrics.trigger_answered(&answer, asked);
                let mut due = Due::default();
                let calls = {
                    let mut state = exchange.lock();
                    state.hub.advance(exchange.clock.now());
                    let deliveries = state.hub.answer(ticket, answer);
                    exchange.deliver(&mut state, deliveries, &mut due);
                    state.hub.take_calls()
                };
                exchange.ask(calls);
            });
        }
    }

    /// Into the outboxes, under the lock that the hub worked under, and so are the posts; the outboxes are written when it
    /// is released.
    fn deliver(&self, state: &mut State, deliveries: impl IntoIterator<Item = Delivery>, due: &mut Due) {
        if let Some(cluster) = &self.cluster {
            state.hub.take_posts().into_iter().for_each(|post| cluster.post(post));
        }
        for Delivery { to, frame, kind } in deliveries {
            due.note(frame.len());
            let outboxes = to.iter().filter_map(|id| state.outboxes.get(id));
            let queued = outboxes.filter(|outbox| due.add(outbox, frame.clone())).count();
            self.metrics.queued(kind, queued);
        }
        if state.hub.is_restless() {
            self.restless.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic ends the socket that caused it and no other.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A question that panics is answered as failed: without an answer its channel would wait for ever.
async fn or_failed(question: impl Future<Output = Answer>) -> Answer {
    AssertUnwindSafe(question).catch_unwind().await.unwrap_or(Answer::Failed)
}

impl State {
    fn is_at(&self, hash: &str) -> bool {
        let settings = self.hub.settings();
        settings.enabled && settings.hash == hash
    }
}

#[cfg(test)]
mod tests {
    use super::or_failed;
    use crate::hub::Answer;

    #[tokio::test]
    async fn a_question_that_panics_is_answered_as_failed() {
        let answer = tokio::spawn(or_failed(async { panic!("while a trigger is asked") })).await;
        assert!(matches!(answer, Ok(Answer::Failed)), "{answer:?}");
    }
}
