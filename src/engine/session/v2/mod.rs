//! What Realtime V2 asks of a session, besides what V1 asks of it. `docs/protocol-v2.md` describes the wire.
//!
//! - The socket opens before the service is ready for it. Nothing but pings goes out until one is answered.
//! - A second join of a channel on a socket is harmful: its options are those of the first.
//! - The service drops a client that sends nothing, whatever it receives: a ping goes out in time.
//! - Receipts name no message. What is published is sent once, and what has no receipt when the socket goes may have arrived.
//! - Messages with an id are acknowledged: [`ledger`].

pub mod ledger;

use super::channel::Channel;
use super::turn::Turn;
use super::watch::Watch;
use super::{ChannelId, Failure, Output, Session, watch};
use crate::engine::Sink;
pub use ledger::MessageId;

/// How long a client may send nothing before it sends a ping, in milliseconds.
pub const PING_AFTER_MS: u32 = 30_000;

/// How long it takes from a refused ping to the next one, in milliseconds: in the first second, and at most.
pub const PAUSE_MS: u32 = 100;
/// See [`PAUSE_MS`].
pub const LONGEST_PAUSE_MS: u32 = 1_000;

impl Session {
    /// Whether the socket is open, and the service is being asked whether it is ready.
    pub(super) fn is_greeting(&self) -> bool {
        self.pause_ms > 0
    }

    /// The service has answered the ping. Where it is not ready yet, the next one follows a pause.
    pub(super) fn greeted(&mut self, ready: bool, turn: &mut Turn<impl Sink>) {
        if ready {
            return self.ready(turn);
        }
        if self.watch == Watch::Young {
            return;
        }
        if turn.moment.since_ms(self.opened_ms) >= LONGEST_PAUSE_MS {
            self.pause_ms = LONGEST_PAUSE_MS.min(2 * self.pause_ms);
        }
        self.look(Watch::Young, self.pause_ms, turn);
    }

    /// How long ago the last frame went out, as [`Watch::elapsed`] counts silence. A service that is not ready is asked again.
    pub(super) fn silence_ms(&self, quiet_ms: u32) -> u32 {
        if self.is_greeting() { u32::MAX } else { quiet_ms.saturating_sub(PING_AFTER_MS - watch::PING_AFTER_MS) }
    }

    /// The service has answered the oldest message that has no answer.
    pub(super) fn receipt(&mut self, channel: ChannelId, turn: &mut Turn<impl Sink>) {
        let Some(known) = self.channels.get(channel) else { return };
        if known.answered != known.sent {
            known.answered += 1;
            if let Some((index, _)) = known.queue.at(known.answered) {
                turn.push(Output::ForgetFrame { frame: known.queue.take(index) });
            }
        }
    }

    /// A message with an id has come.
    pub(super) fn arrived(
        &mut self,
        channel: ChannelId,
        message: MessageId,
        transcript: bool,
        again: bool,
        turn: &mut Turn<impl Sink>,
    ) {
        let Some(Channel { ledger, .. }) = self.channels.get(channel) else { return };
        let hand_out = ledger.get_or_insert_default().arrived(message, transcript, again);
        turn.push(Output::Judged { channel, message, hand_out });
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
        let Some(Channel { ledger: Some(ledger), .. }) = self.channels.get(channel) else { return };
        if ledger.finished(message, failed) {
            turn.push(Output::Failed { channel: Some(channel), failure: Failure::Poisoned });
        }
        self.acknowledge(channel, turn);
    }

    #[inline(never)]
    fn acknowledge(&mut self, channel: ChannelId, turn: &mut Turn<impl Sink>) {
        while let Some(message) = self.channels.get(channel).and_then(|known| known.ledger.as_mut()?.take_due()) {
            turn.push(Output::SendAck { channel, message });
        }
    }
}
