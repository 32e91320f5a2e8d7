//! The server's side of one client: parses its frames, applies its rate limits, and hands its commands to the hub.

use std::sync::Arc;
use std::time::Instant;

use super::outbox::{Due, Outbox};
use super::rate_limit::Pace;
use crate::exchange::Exchange;
use crate::hub::{Code, ConnectionId, Encoded, Frame, PONG, Refusal, Refused};
use crate::logging::LineRate;

/// The server's side of one client. Dropping it removes the client from all its channels.
#[derive(Debug)]
pub(crate) struct Line {
    exchange: Arc<Exchange>,
    id: ConnectionId,
    pub(crate) outbox: Arc<Outbox>,
    pace: Pace,
    /// The outboxes with frames that this client's commands caused and that are not flushed yet.
    due: Due,
    /// The number of frames received since the last flush.
    frames: usize,
}

/// The client has sent more invalid or refused frames than the rate limit allows; its socket must be closed.
#[derive(Debug)]
pub(crate) struct Intolerable;

impl Line {
    pub(crate) fn new(exchange: Arc<Exchange>, id: ConnectionId, outbox: Arc<Outbox>) -> Line {
        Line { exchange, id, outbox, pace: Pace::new(Instant::now()), due: Due::default(), frames: 0 }
    }

    /// Handles a text frame. The frames that it causes stay in `due` until the caller has nothing more to read, or
    /// until a bound is reached.
    pub(crate) fn receive(&mut self, text: &str) -> Result<(), Intolerable> {
        let now = Instant::now();
        self.frames += 1;
        let received = self.receive_frame(text, now);
        // Flush now: no outbox may collect more than this before it is flushed.
        if self.frames == FRAMES_PER_WRITE || self.due.is_full() {
            self.write();
        }
        received
    }

    fn receive_frame(&mut self, text: &str, now: Instant) -> Result<(), Intolerable> {
        let fits = self.pace.admits_bytes(&self.exchange.rates, text.len(), now);
        match Frame::parse(text) {
            Ok(Frame::Ping) if fits && self.pace.admits_ping(&self.exchange.rates, now) => {
                self.due.add(&self.outbox, Encoded::text(PONG));
                Ok(())
            }
            Ok(Frame::Ping) => self.reject(&Refusal::TooFast.into(), now),
            Ok(Frame::Command(command)) if fits && self.pace.admits(&self.exchange.rates, &command, now) => {
                let refused = self.exchange.handle(self.id, &command, text, now, &mut self.due);
                self.tolerate(refused.filter(|code| code.is_fault()), now)
            }
            Ok(Frame::Command(command)) => {
                let key = command.key().map(|key| key.to_owned().into());
                self.reject(&Refused { channel: Some(command.channel), key, why: Refusal::TooFast }, now)
            }
            Err(refused) => self.reject(&refused, now),
        }
    }

    /// Refuses a binary frame: the protocol has none.
    pub(crate) fn receive_binary(&mut self) -> Result<(), Intolerable> {
        self.reject(&Refusal::Binary.into(), Instant::now())
    }

    /// Handles a ping or a pong of the WebSocket protocol. It counts against the same rate limit as joins and leaves.
    pub(crate) fn receive_control(&mut self) -> Result<(), Intolerable> {
        let now = Instant::now();
        if self.pace.admits_ping(&self.exchange.rates, now) {
            return Ok(());
        }
        self.reject(&Refusal::TooFast.into(), now)
    }

    /// Returns whether `due` holds frames that are not flushed yet.
    pub(crate) fn owes(&self) -> bool {
        !self.due.is_empty()
    }

    /// Flushes every outbox that this client's frames have filled.
    pub(crate) fn write(&mut self) {
        self.frames = 0;
        self.due.write();
    }

    /// Sends this client a refusal that answers no frame of its own, for example about its auth token.
    pub(crate) fn tell(&mut self, why: Refusal) {
        self.exchange.refuse(Refused::from(why).delivery(self.id), &mut self.due);
    }

    /// Counts and logs that the socket is closed because its client reads too slowly.
    pub(crate) fn note_slow_consumer(&self) {
        self.exchange.metrics.slow_consumers.inc();
        if let Some(left_out) = SLOW_CONSUMERS.admits(Instant::now()) {
            let so_far = self.exchange.metrics.slow_consumers.get();
            tracing::warn!(so_far, left_out, "closing a socket that reads too slowly");
        }
    }

    fn reject(&mut self, refused: &Refused<'_>, now: Instant) -> Result<(), Intolerable> {
        self.exchange.refuse(refused.delivery(self.id), &mut self.due);
        self.tolerate(Some(refused.why.code()), now)
    }

    fn tolerate(&mut self, fault: Option<Code>, now: Instant) -> Result<(), Intolerable> {
        if fault.is_none() || self.pace.tolerates(&self.exchange.rates, now) { Ok(()) } else { Err(Intolerable) }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.exchange.close(self.id);
    }
}

/// The number of frames that one client may send before its output is flushed. A client that never pauses must not
/// delay the delivery to others.
const FRAMES_PER_WRITE: usize = 64;

static SLOW_CONSUMERS: LineRate = LineRate::new();
