//! One socket's end of the exchange.

use std::sync::Arc;
use std::time::Instant;

use super::outbox::{Due, Outbox};
use super::rate_limit::Pace;
use crate::exchange::Exchange;
use crate::hub::{Code, ConnectionId, Encoded, Frame, PONG, Refusal, Refused};
use crate::logging::LineRate;

/// One socket's end of the exchange; its members leave when it is dropped.
#[derive(Debug)]
pub(crate) struct Line {
    exchange: Arc<Exchange>,
    id: ConnectionId,
    pub(crate) outbox: Arc<Outbox>,
    pace: Pace,
    /// What this socket caused, and how many of its frames did.
    due: Due,
    frames: usize,
}

/// More of what the socket sent was refused than is to be put up with.
#[derive(Debug)]
pub(crate) struct Intolerable;

impl Line {
    pub(crate) fn new(exchange: Arc<Exchange>, id: ConnectionId, outbox: Arc<Outbox>) -> Line {
        Line { exchange, id, outbox, pace: Pace::new(Instant::now()), due: Due::default(), frames: 0 }
    }

    /// The socket sent a text frame. What it causes is written when there is nothing more to read.
    pub(crate) fn receive(&mut self, text: &str) -> Result<(), Intolerable> {
        let now = Instant::now();
        self.frames += 1;
        let received = self.receive_frame(text, now);
        // More is not added to an outbox before it is written.
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

    /// The socket sent a binary frame.
    pub(crate) fn receive_binary(&mut self) -> Result<(), Intolerable> {
        self.reject(&Refusal::Binary.into(), Instant::now())
    }

    /// The socket sent a ping or a pong of the WebSocket protocol. Counted with joins and leaves.
    pub(crate) fn receive_control(&mut self) -> Result<(), Intolerable> {
        let now = Instant::now();
        if self.pace.admits_ping(&self.exchange.rates, now) {
            return Ok(());
        }
        self.reject(&Refusal::TooFast.into(), now)
    }

    /// Whether something that this socket caused is not written yet.
    pub(crate) fn owes(&self) -> bool {
        !self.due.is_empty()
    }

    /// Writes what this socket caused.
    pub(crate) fn write(&mut self) {
        self.frames = 0;
        self.due.write();
    }

    /// The socket is told of something that it did not cause by a frame.
    pub(crate) fn tell(&mut self, why: Refusal) {
        self.exchange.refuse(Refused::from(why).delivery(self.id), &mut self.due);
    }

    /// The socket is closed because its client reads too slowly.
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

/// Who sends without a pause is not to keep the others waiting.
const FRAMES_PER_WRITE: usize = 64;

static SLOW_CONSUMERS: LineRate = LineRate::new();
