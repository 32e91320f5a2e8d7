//! What comes on a channel of Realtime V2.

use std::rc::Rc;

use xano_realtime_protocol::v2::Action;

use super::SharedChannel;
use crate::engine::{Acknowledgement, Input, MessageId};
use crate::typed::delivery::Delivery;
use crate::typed::frame::{RawFields, RawFrame, broadcast};
use crate::typed::position::Position;
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
            Some(Action::Ack) => self.is_confirmed.set(true),
            Some(Action::PresenceFull | Action::PresenceJoin | Action::PresenceLeave) => self.track(frame),
            _ => {}
        }
        self.tell_v2(&Received::on_v2(frame));
    }

    /// A message with an id is handed out unless the engine says that it came before.
    fn receive_message(self: &Rc<Self>, frame: &RawFrame) {
        let mut received = Received::on_v2(frame);
        let acknowledges_itself = || self.rooms().iter().any(|room| room.acknowledges_itself());
        let id = received.id().filter(|id| !id.is_empty() && !acknowledges_itself());
        if let Some(id) = id {
            let message = self.message_ids.borrow_mut().number(id);
            let transcript = frame.top(RawFields::conversation) == true;
            let again =
                !transcript && self.message_ids.borrow_mut().comes_again(message, self.connection.socket_number());
            let judged = self.connection.decide(Input::Arrived { channel: self.number, message, transcript, again });
            if !judged.is_handed_out {
                return;
            }
            received.delivery = Some(Delivery::new(self, message));
        }
        self.tell_v2(&received);
    }

    fn acknowledge_v2(&self, frame: &RawFrame) {
        let has_position = !frame.said(RawFields::cursor).is_undefined();
        // A service that has forgotten what it had confirmed may have forgotten messages, too.
        let complete = frame.said(RawFields::resumed) == true || !self.is_confirmed.get();
        self.is_whole.set(has_position && complete);
        // The service keeps the position: what follows it comes by itself.
        self.acknowledged.replace(Some(has_position.then(Position::of_service)));
        let said = Acknowledgement { has_position, ..Acknowledgement::default() };
        let writable = self.connection.takes_frames();
        self.connection.decide(Input::Acknowledged { channel: self.number, said, writable });
        self.connection.decide(Input::Missed { channel: self.number, complete });
    }

    /// A receipt, or an error on a joined channel.
    fn receive_receipt(&self, frame: &RawFrame) {
        let is_error = frame.kind_v2() == Some(Action::Error);
        for message in self.connection.decide(Input::Receipt { channel: self.number }).forgotten {
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

    /// Whether nothing was missed, or what was missed comes by itself, as the service says.
    pub(in crate::typed) fn is_whole(&self) -> bool {
        self.is_whole.get()
    }

    /// Whether it is the channel that the engine knows by its number.
    pub(in crate::typed) fn is_current(self: &Rc<Self>) -> bool {
        self.connection.channel_of(self.number).is_some_and(|channel| Rc::ptr_eq(&channel, self))
    }

    /// The frame that acknowledges a message; none where so many came since then that its id is forgotten.
    pub(in crate::typed) fn ack_frame(&self, message: MessageId) -> Option<String> {
        let ids = self.message_ids.borrow();
        Some(broadcast::ack(&self.name, self.connection.client_name(), ids.id(message)?))
    }

    /// Acknowledges what the application says. Before the join there is nothing to acknowledge: all of it comes again.
    pub(in crate::typed) fn acknowledge_up_to(&self, cursor: &str) {
        if self.is_joined() {
            self.connection.write(&broadcast::ack(&self.name, self.connection.client_name(), cursor));
        }
    }
}
