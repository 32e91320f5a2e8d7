//! What comes on a connection of Realtime V2: docs/protocol-v2.md describes the wire.

use std::rc::Rc;

use xano_realtime_protocol::CloseCode;
use xano_realtime_protocol::v2::{Action, KnownError};

use super::Connection;
use crate::engine::{Epoch, Input};
use crate::typed::address::version_hint;
use crate::typed::failure::Failure;
use crate::typed::frame::{RawFields, RawFrame};
use crate::typed::items;
use crate::typed::received::Received;

impl Connection {
    pub(super) fn receive_v2(self: &Rc<Self>, frame: &RawFrame) {
        let kind = frame.kind_v2();
        if kind == Some(Action::Pong) {
            self.decide(Input::Greeted { ready: true });
            return;
        }
        if let Some(name) = frame.top(RawFields::channel).as_string() {
            let channel = self.channels.borrow().by_name(&name);
            if let Some(channel) = channel {
                channel.receive_v2(frame);
            }
            return;
        }
        if kind == Some(Action::Error) && !self.is_open.get() {
            self.decide(Input::Greeted { ready: false });
            let said = items::refusal(frame).message;
            if KnownError::from_message(&said) == Some(KnownError::NotReady) {
                return;
            }
            self.refusal.replace(Some(said));
        }
        let received = Received::on_v2(frame);
        self.rooms().iter().for_each(|room| room.hear(&received));
    }

    /// The number of the current socket.
    pub(in crate::typed) fn socket_number(&self) -> Option<Epoch> {
        self.epoch.get()
    }

    /// Why the service has refused the connection: it says so in a frame, and closes with 4401 and no reason.
    pub(super) fn refusal_of(&self, code: CloseCode) -> Option<String> {
        if code == CloseCode::UNAUTHORIZED { self.refusal.borrow().clone() } else { None }
    }

    /// The particulars of a failure of this connection: its address, and what is known besides.
    pub(super) fn particulars_of(&self, failure: Failure) -> String {
        let more = match failure {
            Failure::CannotConnect => version_hint(&self.address, self.version()).to_owned(),
            Failure::Unauthorized => self.refusal.borrow().iter().map(|reason| format!(": {reason}")).collect(),
            _ => String::new(),
        };
        format!("{}{more}", self.address)
    }
}
