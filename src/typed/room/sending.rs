//! What a client says and asks on a channel.

use std::future::Future;
use std::rc::Rc;

use futures::future::{Either, ready};
use serde::Serialize;
use xano_realtime_protocol::Action;

use super::Room;
use crate::typed::error::{AnswerError, PublishError, SendError};
use crate::typed::failure::Failure;
use crate::typed::frame::{self, RawFrame, Recipients};
use crate::typed::frames::{Kept, Outcome, Publication, Sent};
use crate::typed::shared_channel::SharedChannel;

impl Room {
    pub(in crate::typed) fn send<P: Serialize + ?Sized>(
        &self,
        recipients: Recipients<'_>,
        payload: &P,
        may_wait: bool,
    ) -> Result<(), SendError> {
        let text = frame::message(&self.name, recipients, payload).map_err(SendError::Encode)?;
        if self.client.is_closed() {
            return Err(SendError::ClientDropped);
        }
        let comes_back = recipients.socket_id.is_none();
        self.hand(Kept { text, comes_back, publication: None }, may_wait).map_err(SendError::Refused)
    }

    /// Sends a message until the server has answered it.
    pub(in crate::typed) fn publish<P: Serialize + ?Sized>(
        self: &Rc<Self>,
        recipients: Recipients<'_>,
        payload: &P,
    ) -> impl Future<Output = Outcome> + use<P> {
        let text = match frame::message(&self.name, recipients, payload) {
            Ok(text) => text,
            Err(cause) => return Either::Left(ready(Err(PublishError::Encode(cause)))),
        };
        let comes_back = recipients.socket_id.is_none();
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
