//! What a client says and asks on a channel.

use std::future::Future;
use std::rc::Rc;

use futures::future::{Either, ready};
use serde::Serialize;
use xano_realtime_protocol::Action;

use super::Room;
use crate::typed::error::{AnswerError, PublishError, SendError, Unsendable};
use crate::typed::failure::Failure;
use crate::typed::frame::{self, RawFrame, broadcast};
use crate::typed::frames::{Kept, Outcome, Publication, Sent};
use crate::typed::recipient::Recipient;
use crate::typed::shared_channel::SharedChannel;
use crate::typed::version::RealtimeVersion;

/// A message as it goes out.
pub(in crate::typed) struct Composed {
    text: String,
    /// Whether the server sends it back, or on V2 a receipt for it.
    comes_back: bool,
}

impl Room {
    /// A message of which the payload is given.
    pub(in crate::typed) fn compose<P: Serialize + ?Sized>(
        &self,
        recipient: Recipient<'_>,
        message_type: Option<&str>,
        payload: &P,
    ) -> Result<Composed, Unsendable> {
        let text = match self.client.version() {
            RealtimeVersion::V1 => return self.compose_v1(recipient, payload),
            RealtimeVersion::V2 => {
                let message_type = message_type.filter(|name| !name.is_empty()).ok_or(Unsendable::NoType)?;
                let to = recipient.on_v2().ok_or(Unsendable::NoAddress)?;
                broadcast::broadcast(&self.name, message_type, to, payload)
            }
        };
        Ok(Composed { text: text.map_err(Unsendable::Encode)?, comes_back: true })
    }

    /// A message that says its type itself. On V1 all of it is the payload.
    pub(in crate::typed) fn compose_typed<M: Serialize + ?Sized>(
        &self,
        recipient: Recipient<'_>,
        message: &M,
    ) -> Result<Composed, Unsendable> {
        let text = match self.client.version() {
            RealtimeVersion::V1 => return self.compose_v1(recipient, message),
            RealtimeVersion::V2 => {
                let to = recipient.on_v2().ok_or(Unsendable::NoAddress)?;
                broadcast::typed(&self.name, to, message)
            }
        };
        let text = text.map_err(Unsendable::Encode)?.ok_or(Unsendable::NoType)?;
        Ok(Composed { text, comes_back: true })
    }

    fn compose_v1<P: Serialize + ?Sized>(&self, recipient: Recipient<'_>, payload: &P) -> Result<Composed, Unsendable> {
        let recipients = recipient.on_v1().ok_or(Unsendable::NoAddress)?;
        let text = frame::message(&self.name, recipients, payload).map_err(Unsendable::Encode)?;
        Ok(Composed { text, comes_back: recipients.socket_id.is_none() })
    }

    pub(in crate::typed) fn send(
        &self,
        message: Result<Composed, Unsendable>,
        may_wait: bool,
    ) -> Result<(), SendError> {
        let Composed { text, comes_back } = message?;
        if self.client.is_closed() {
            return Err(SendError::ClientDropped);
        }
        self.hand(Kept { text, comes_back, publication: None }, may_wait).map_err(SendError::Refused)
    }

    /// Sends a message until the server has answered it.
    pub(in crate::typed) fn publish(
        self: &Rc<Self>,
        message: Result<Composed, Unsendable>,
    ) -> impl Future<Output = Outcome> + use<> {
        let Composed { text, comes_back } = match message {
            Ok(message) => message,
            Err(fault) => return Either::Left(ready(Err(fault.into()))),
        };
        let (publication, answered) = Publication::new(Rc::downgrade(self));
        // Where it is not taken, its end of the answer is dropped.
        let _ = self.hand(Kept { text, comes_back, publication: Some(publication) }, true);
        Either::Right(async { answered.await.unwrap_or(Err(PublishError::Closed)) })
    }

    /// Hands a frame to the engine. What was sent without its key, or to a server that has restarted since then, may be there
    /// already.
    pub(in crate::typed) fn hand(&self, frame: Kept, may_wait: bool) -> Result<(), Failure> {
        let Some(place) = self.place() else { return Err(Failure::NotConnected) };
        let may_be_there = frame.publication.as_ref().is_some_and(|known| match known.sent {
            Sent::Not => false,
            Sent::Plain => true,
            Sent::Keyed(_) => place.epoch().is_some_and(|epoch| known.was_sent_to_another(&epoch)),
        });
        if may_be_there {
            frame.settle(Err(PublishError::Failed(Failure::Unconfirmed)));
            return Ok(());
        }
        if frame.publication.is_some()
            && let Some(refusal) = place.refusal_of_join()
        {
            frame.settle(Err(refusal.into()));
            return Ok(());
        }
        place.connection.send(place.number, frame, may_wait)
    }

    /// Asks for the kept messages, now or as soon as there is a connection.
    pub(in crate::typed) fn ask(&self) -> impl Future<Output = Result<RawFrame, AnswerError>> + use<> {
        if self.client.version() == RealtimeVersion::V2 {
            return Either::Left(ready(Err(AnswerError::NotOnV2)));
        }
        let place = match self.place_that_answers() {
            Ok(place) => place,
            Err(error) => return Either::Left(ready(Err(error))),
        };
        let (answer, is_first) = self.histories.add();
        if is_first {
            place.connection.write(&frame::bare(Action::History, &self.name));
        }
        Either::Right(answer)
    }

    /// Acknowledges on Realtime V2.
    pub(in crate::typed) fn acknowledge_up_to(&self, cursor: &str) {
        if let Some(place) = self.place().filter(|_| self.client.version() == RealtimeVersion::V2) {
            place.acknowledge_up_to(cursor);
        }
    }

    /// Waits until the server has let this client in, on the current socket.
    pub(in crate::typed) fn when_joined(&self) -> impl Future<Output = Result<(), AnswerError>> + use<> {
        match self.place_that_answers() {
            Err(error) => Either::Left(ready(Err(error))),
            Ok(place) if place.is_joined() => Either::Left(ready(Ok(()))),
            Ok(_) => Either::Right(self.joins.add().0),
        }
    }

    /// Its place, unless no answer can come.
    fn place_that_answers(&self) -> Result<Rc<SharedChannel>, AnswerError> {
        let place = self.place().ok_or(AnswerError::Closed)?;
        if place.connection.is_stopped() { Err(AnswerError::Stopped) } else { Ok(place) }
    }
}
