//! The server's side of one client: parses its frames, applies its rate limits, and hands its commands to the hub.

use std::sync::Arc;
use std::time::Instant;

use tokio::time::sleep;
use tokio_util::task::AbortOnDropHandle;

use super::rate_limit::{RateLimiter, RateLimits};
use crate::exchange::Exchange;
use crate::hub::v2::{self, Visitor};
use crate::hub::{Code, Command, ConnectionId, Dialect, Frame, Input, Refusal, Refused, Request};
use crate::logging::LineRate;
use crate::outbox::{FlushBatch, Outbox};
use crate::protocol::frame::Client;

/// The server's side of one client. Dropping it removes the client from all its channels.
#[derive(Debug)]
pub(crate) struct ClientSession {
    exchange: Arc<Exchange>,
    id: ConnectionId,
    dialect: Dialect,
    pub(crate) outbox: Arc<Outbox>,
    rates: Arc<RateLimits>,
    rate: RateLimiter,
    /// The outboxes with frames that this client's commands caused and that are not flushed yet.
    batch: FlushBatch,
    /// The number of frames received since the last flush.
    frames: usize,
    /// The task that waits for the end of the server's delay.
    _handshake: Option<AbortOnDropHandle<()>>,
}

/// The client has sent more invalid or refused frames than the rate limit allows; its socket must be closed.
#[derive(Debug)]
pub(crate) struct TooManyRefusals;

impl ClientSession {
    /// Opens the session of a client that has connected to the path with this hash.
    pub(crate) fn open(
        exchange: Arc<Exchange>,
        rates: Arc<RateLimits>,
        client: Client,
        hash: &str,
        outbox: Outbox,
    ) -> ClientSession {
        let outbox = Arc::new(outbox);
        let id = exchange.open(client, hash, &outbox);
        let rate = RateLimiter::new(Instant::now());
        let (dialect, batch) = (Dialect::V1, FlushBatch::default());
        ClientSession { exchange, id, dialect, outbox, rates, rate, batch, frames: 0, _handshake: None }
    }

    /// Opens the session of a client of Realtime V2, which is not ready before its server's delay is over.
    pub(crate) fn open_v2(
        exchange: Arc<Exchange>,
        rates: Arc<RateLimits>,
        visitor: Visitor,
        outbox: Outbox,
    ) -> ClientSession {
        let outbox = Arc::new(outbox);
        let delay = exchange.handshake_delay(visitor.address.canonical());
        let id = exchange.open_v2(visitor, &outbox);
        let rate = RateLimiter::new(Instant::now());
        let handshake = (!delay.is_zero()).then(|| {
            let exchange = Arc::clone(&exchange);
            AbortOnDropHandle::new(tokio::spawn(async move {
                sleep(delay).await;
                exchange.authenticate(id);
            }))
        });
        if handshake.is_none() {
            exchange.authenticate(id);
        }
        let (dialect, batch) = (Dialect::V2, FlushBatch::default());
        ClientSession { exchange, id, dialect, outbox, rates, rate, batch, frames: 0, _handshake: handshake }
    }

    /// Returns what the socket speaks.
    pub(crate) fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Handles a text frame. The frames that it causes stay in `batch` until the caller has nothing more to read, or
    /// until a bound is reached.
    pub(crate) fn receive(&mut self, text: &str) -> Result<(), TooManyRefusals> {
        let now = Instant::now();
        self.frames += 1;
        let received = self.receive_frame(text, now);
        // Flush now: no outbox may collect more than this before it is flushed.
        if self.frames == FRAMES_PER_WRITE || self.batch.is_full() {
            self.write();
        }
        received
    }

    fn receive_frame(&mut self, text: &str, now: Instant) -> Result<(), TooManyRefusals> {
        let fits = self.rate.admits_bytes(&self.rates, text.len(), now);
        let frame = match self.dialect.parse(text) {
            Ok(frame) if (fits || is_small_ack(&frame)) && self.rate.admits_frame(&self.rates, &frame, now) => frame,
            Ok(frame) => return self.reject(frame.refused(Refusal::TooFast), now),
            Err(refused) => return self.reject(refused, now),
        };
        if is_message(&frame) {
            self.exchange.metrics.messages_received.inc();
        }
        let fault = fault_in(&frame);
        self.feed(Input::Frame { from: self.id, frame }, fault, now)
    }

    /// Refuses a binary frame: the protocol has none.
    pub(crate) fn receive_binary(&mut self) -> Result<(), TooManyRefusals> {
        self.reject(Refusal::Binary.into(), Instant::now())
    }

    /// Handles a ping or a pong of the WebSocket protocol. It counts against the same rate limit as joins and leaves.
    pub(crate) fn receive_control(&mut self) -> Result<(), TooManyRefusals> {
        let now = Instant::now();
        if self.rate.admits_ping(&self.rates, now) {
            return Ok(());
        }
        self.reject(Refusal::TooFast.into(), now)
    }

    /// Returns whether `batch` holds frames that are not flushed yet.
    pub(crate) fn owes(&self) -> bool {
        !self.batch.is_empty()
    }

    /// Flushes every outbox that this client's frames have filled.
    pub(crate) fn write(&mut self) {
        self.frames = 0;
        self.batch.write();
    }

    /// Sends this client a refusal that answers no frame of its own, for example about its auth token.
    pub(crate) fn tell(&mut self, why: Refusal) {
        let input = Input::Reject { from: self.id, refused: why.into() };
        self.exchange.feed(Instant::now(), input, &mut self.batch);
    }

    /// Counts and logs that the socket is closed because its client reads too slowly.
    pub(crate) fn note_slow_consumer(&self) {
        self.exchange.metrics.slow_consumers.inc();
        if let Some(left_out) = SLOW_CONSUMERS.admits(Instant::now()) {
            let so_far = self.exchange.metrics.slow_consumers.get();
            tracing::warn!(so_far, left_out, "closing a socket that reads too slowly");
        }
    }

    fn reject(&mut self, refused: Refused<'_>, now: Instant) -> Result<(), TooManyRefusals> {
        let fault = Some(refused.why.code());
        self.feed(Input::Reject { from: self.id, refused }, fault, now)
    }

    /// Passes in a frame. `fault` is what is wrong with it already; its error may have to wait behind an open question, and
    /// counts now all the same.
    fn feed(&mut self, input: Input<'_>, fault: Option<Code>, now: Instant) -> Result<(), TooManyRefusals> {
        let effect = self.exchange.feed(now, input, &mut self.batch);
        if effect.is_message() {
            self.exchange.metrics.queued_for_all(now);
        }
        let is_fault = match effect.refusal() {
            // A frame before the socket is ready is no fault, whatever it is.
            Some(Code::NotReady) => false,
            refusal => [refusal, fault].into_iter().flatten().any(Code::is_fault),
        };
        if !is_fault || self.rate.tolerates(&self.rates, now) { Ok(()) } else { Err(TooManyRefusals) }
    }
}

/// Returns what is wrong with a frame of V2 that is refused in its turn.
fn fault_in(frame: &Frame<'_>) -> Option<Code> {
    match frame {
        Frame::V2(v2::Command { request: v2::Request::Refused(why), .. }) => Some(why.code()),
        _ => None,
    }
}

fn is_message(frame: &Frame<'_>) -> bool {
    matches!(
        frame,
        Frame::Command(Command { request: Request::Message(_), .. })
            | Frame::V2(v2::Command { request: v2::Request::Broadcast(_), .. })
    )
}

/// Returns whether a frame is an acknowledgement of the usual size. A client sends as many as it receives messages, so
/// they have a rate of their own.
fn is_small_ack(frame: &Frame<'_>) -> bool {
    matches!(frame, Frame::V2(v2::Command { request: v2::Request::Ack { .. }, bytes: ..=SMALL_ACK_BYTES, .. }))
}

impl Drop for ClientSession {
    fn drop(&mut self) {
        self.exchange.close(self.id);
    }
}

/// The number of frames that one client may send before its output is flushed. A client that never pauses must not
/// delay the delivery to others.
const FRAMES_PER_WRITE: usize = 64;

const SMALL_ACK_BYTES: usize = 1024;

static SLOW_CONSUMERS: LineRate = LineRate::new();
