//! The server's side of one client: parses its frames, applies its rate limits, and hands its commands to the hub.

use std::sync::Arc;
use std::time::Instant;

use super::rate_limit::{RateLimiter, RateLimits};
use crate::exchange::Exchange;
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
        dialect: Dialect,
        outbox: Outbox,
    ) -> ClientSession {
        let outbox = Arc::new(outbox);
        let id = exchange.open(client, hash, &outbox);
        let rate = RateLimiter::new(Instant::now());
        ClientSession { exchange, id, dialect, outbox, rates, rate, batch: FlushBatch::default(), frames: 0 }
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
            Ok(frame) if fits && self.rate.admits_frame(&self.rates, &frame, now) => frame,
            Ok(frame) => return self.reject(frame.refused(Refusal::TooFast), now),
            Err(refused) => return self.reject(refused, now),
        };
        if let Frame::Command(Command { request: Request::Message(_), .. }) = frame {
            self.exchange.metrics.messages_received.inc();
        }
        self.feed(Input::Frame { from: self.id, frame }, now)
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
        self.feed(Input::Reject { from: self.id, refused }, now)
    }

    fn feed(&mut self, input: Input<'_>, now: Instant) -> Result<(), TooManyRefusals> {
        let effect = self.exchange.feed(now, input, &mut self.batch);
        if effect.is_message() {
            self.exchange.metrics.queued_for_all(now);
        }
        let is_fault = effect.refusal().is_some_and(Code::is_fault);
        if !is_fault || self.rate.tolerates(&self.rates, now) { Ok(()) } else { Err(TooManyRefusals) }
    }
}

impl Drop for ClientSession {
    fn drop(&mut self) {
        self.exchange.close(self.id);
    }
}

/// The number of frames that one client may send before its output is flushed. A client that never pauses must not
/// delay the delivery to others.
const FRAMES_PER_WRITE: usize = 64;

static SLOW_CONSUMERS: LineRate = LineRate::new();
