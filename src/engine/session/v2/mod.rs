//! What Realtime V2 asks of a session, besides what V1 asks of it. `docs/protocol-v2.md` describes the wire.
//!
//! - The socket opens before the service is ready for it. Nothing but pings goes out until one is answered.
//! - A second join of a channel on a socket is harmful: its options are those of the first.
//! - The service drops a client that sends nothing, whatever it receives: a ping goes out in time.
//! - Receipts name no message. What is published is sent once, and what has no receipt when the socket goes may have arrived.
//! - Messages with an id are acknowledged: [`ledger`].

pub mod ledger;

use xano_realtime_protocol::CloseCode;

use super::publishing::ANSWER_WITHIN_MS;
use super::queue::SENT;
use super::turn::Turn;
use super::watch::Watch;
use super::{ChannelId, Failure, Output, Session, watch};
use crate::engine::Sink;
use ledger::MessageId;

/// How long a client may send nothing before it sends a ping, in milliseconds.
pub const PING_AFTER_MS: u32 = 30_000;

/// How long it takes from a refused ping to the next one, in milliseconds: in the first second, and at most.
pub const PAUSE_MS: u32 = 100;
/// See [`PAUSE_MS`].
pub const LONGEST_PAUSE_MS: u32 = 1_000;

impl Session {
    /// The socket is open, and the service may not be ready.
    pub(super) fn greet(&mut self, turn: &mut Turn<impl Sink>) {
        self.opened_ms = turn.moment.now_ms;
        self.pause_ms = PAUSE_MS;
        self.ask_readiness(turn);
    }

    fn ask_readiness(&mut self, turn: &mut Turn<impl Sink>) {
        self.watch = Watch::Pong;
        // The timer comes first, as for every other ping.
        self.set_timer(ANSWER_WITHIN_MS, turn);
        turn.push(Output::SendPing);
    }

    /// Whether the service is being asked whether it is ready.
    pub(super) fn is_greeting(&self) -> bool {
        self.pause_ms > 0
    }

    /// The service is not ready yet: the next ping follows a pause.
    pub(super) fn not_ready(&mut self, turn: &mut Turn<impl Sink>) {
        if self.watch != Watch::Pong {
            return;
        }
        self.watch = Watch::Young;
        if turn.moment.since_ms(self.opened_ms) >= LONGEST_PAUSE_MS {
            self.pause_ms = LONGEST_PAUSE_MS.min(2 * self.pause_ms);
        }
        self.set_timer(self.pause_ms, turn);
    }

    /// The pause is over, or no answer came to a ping: then the socket is given up.
    pub(super) fn greeting_elapsed(&mut self, turn: &mut Turn<impl Sink>) {
        if self.watch != Watch::Pong {
            return self.ask_readiness(turn);
        }
        turn.push(Output::DropSocket { code: CloseCode::RECONNECT });
        self.never_opened(CloseCode::ABNORMAL, turn);
    }

    /// How long ago the last frame went out, as [`Watch::elapsed`] counts silence.
    pub(super) const fn silence_ms(quiet_ms: u32) -> u32 {
        quiet_ms.saturating_sub(PING_AFTER_MS - watch::PING_AFTER_MS)
    }

    /// The socket is gone, and every receipt with it.
    pub(super) fn lose_receipts(&mut self, turn: &mut Turn<impl Sink>) {
        for channel in 0..self.channels.end() {
            self.reject(channel, SENT, Failure::Unconfirmed, turn);
        }
    }

    /// A message with an id has come.
    pub(super) fn arrived(
        &mut self,
        channel: ChannelId,
        message: MessageId,
        transcript: bool,
        turn: &mut Turn<impl Sink>,
    ) {
        let Some(known) = self.channels.get(channel) else { return };
        let hand_out = known.ledger.arrived(message, transcript);
        turn.push(Output::Judged { channel, hand_out });
        self.acknowledge(channel, turn);
    }

    /// The handlers of a message have finished.
    pub(super) fn finished(
        &mut self,
        channel: ChannelId,
        message: MessageId,
        failed: bool,
        turn: &mut Turn<impl Sink>,
    ) {
        let Some(known) = self.channels.get(channel) else { return };
        if known.ledger.finished(message, failed) {
            turn.push(Output::Failed { channel: Some(channel), failure: Failure::Poisoned });
        }
        self.acknowledge(channel, turn);
    }

    fn acknowledge(&mut self, channel: ChannelId, turn: &mut Turn<impl Sink>) {
        while let Some(message) = self.channels.get(channel).and_then(|known| known.ledger.next()) {
            turn.push(Output::SendAck { channel, message });
        }
    }
}
