//! What comes on a channel of Realtime V2.

use std::rc::Rc;

use xano_realtime_protocol::v2::Action;

use super::SharedChannel;
use crate::engine::{Acknowledgement, Input, MessageId, Step};
use crate::typed::delivery::{self, Delivery};
use crate::typed::frame::{RawFields, RawFrame, broadcast};
use crate::typed::received::Received;
use crate::typed::{items, members};

impl SharedChannel {
    pub(in crate::typed) fn receive_v2(self: &Rc<Self>, frame: &RawFrame) {
        match frame.kind_v2() {
            Some(Action::Message | Action::Replay) => return self.receive_message(frame),
            Some(Action::Join) => self.acknowledge_v2(frame),
            Some(Action::Error) if !self.is_joined() => {
                self.refusal.replace(Some(items::refusal(frame)));
                self.connection.decide(Input::ChannelRefused { channel: self.number });
            }
            Some(Action::Broadcast | Action::Error) => self.receive_receipt(frame),
            Some(Action::PresenceFull | Action::PresenceJoin | Action::PresenceLeave) => self.track(frame),
            _ => {}
        }
        self.tell_v2(&Received::on_v2(frame));
    }

    /// A message that is awaited an acknowledgement for is handed out unless the ledger says that it came before.
    fn receive_message(self: &Rc<Self>, frame: &RawFrame) {
        let mut received = Received::on_v2(frame);
        let id = frame.top(RawFields::id).as_string().and_then(|id| delivery::message_id(&id));
        if let Some(message) = id.filter(|_| !self.rooms().iter().any(|room| room.acknowledges_itself())) {
            let is_shown = frame.top(RawFields::conversation) == true;
            let step = if is_shown { Step::Shown } else { Step::Arrived };
            let judged = self.connection.decide(Input::Delivery { channel: self.number, message, step });
            if !judged.is_handed_out {
                return;
            }
            received.delivery = Some(Delivery::new(self, message));
        }
        self.tell_v2(&received);
    }

    fn acknowledge_v2(&self, frame: &RawFrame) {
        let has_position = !frame.said(RawFields::cursor).is_undefined();
        self.replays.set(has_position);
        // The service keeps the position: what follows it comes by itself.
        self.acknowledged.replace(Some(None));
        let said = Acknowledgement { answers_pings: true, answers_keys: true, has_position, is_restarted: false };
        let writable = self.connection.takes_frames();
        self.connection.decide(Input::Acknowledged { channel: self.number, said, writable });
    }

    /// A receipt, or an error on a joined channel.
    fn receive_receipt(&self, frame: &RawFrame) {
        let Some(message) = self.receipts.borrow_mut().answered() else { return };
        let is_error = frame.kind_v2() == Some(Action::Error);
        for message in self.connection.decide(Input::Answered { channel: self.number, message }).forgotten {
            message.settle(if is_error { Err(items::refusal(frame).into()) } else { Ok(items::published(frame)) });
        }
    }

    fn track(&self, frame: &RawFrame) {
        let mut present = self.present();
        if members::track(&mut present, frame) {
            self.present.replace(present);
            self.rooms().iter().for_each(|room| room.tell_present(&self.present()));
        }
    }

    fn tell_v2(&self, received: &Received) {
        self.rooms().iter().for_each(|room| room.hear(received));
    }

    /// Whether what was missed comes by itself, as the service says.
    pub(in crate::typed) fn replays(&self) -> bool {
        self.replays.get()
    }

    /// Whether it is the channel that the engine knows by its number.
    pub(in crate::typed) fn is_current(self: &Rc<Self>) -> bool {
        self.connection.channel_of(self.number).is_some_and(|channel| Rc::ptr_eq(&channel, self))
    }

    /// The frame that acknowledges a message.
    pub(in crate::typed) fn ack_frame(&self, message: MessageId) -> String {
        broadcast::ack(&self.name, self.connection.client_name(), &delivery::id_text(message))
    }

    /// Acknowledges what the application says. Before the join there is nothing to acknowledge: all of it comes again.
    pub(in crate::typed) fn acknowledge_up_to(&self, cursor: &str) {
        if self.is_joined() {
            self.connection.write(&broadcast::ack(&self.name, self.connection.client_name(), cursor));
        }
    }
}
