//! What the answers of handlers and triggers mean.

use std::borrow::Cow;
use std::sync::Arc;

use super::connection::{Connection, Stage};
use super::gates::{Denied, admits};
use super::pending::Asked;
use super::questions::{Matter, end_of_connection, end_of_join};
use super::refusal::Refusal;
use super::service::Service;
use crate::depth::is_too_deep;
use crate::settings::v2::OnFailure;
use crate::triggers::{Answer, Ticket};
use crate::{Closing, ConnectionId, Output};

impl Service {
    /// Handles an answer.
    pub(crate) fn answer(&mut self, ticket: Ticket, answer: Answer, sink: &mut Vec<Output>) {
        let Ticket { connection: id, channel: key, matter } = ticket;
        let crate::triggers::Matter::V2(matter) = matter else {
            return;
        };
        if let Some(connection) = self.departed.remove(&id) {
            return self.answer_departed(id, connection, matter, &key, answer);
        }
        match matter {
            Matter::Notice => {}
            Matter::Connection => self.decide_connection(id, answer, sink),
            Matter::Copy(number) => self.decide_copy(id, &key, number, &answer, sink),
            Matter::Command => {
                // A socket whose server is gone is about to be closed.
                let Some(connection) = self.connections.get(&id).filter(|connection| connection.is_ready()) else {
                    return;
                };
                let channel = connection.address.name_in(&key);
                self.go_on(id, channel, sink, |service, asked, sink| {
                    if let Err(why) = service.settle(id, channel, asked, answer, sink) {
                        service.refuse(id, Some(channel), &why, sink);
                    }
                });
            }
        }
    }

    fn decide_connection(&mut self, id: ConnectionId, answer: Answer, sink: &mut Vec<Output>) {
        let Some(connection) = self.connections.get_mut(&id).filter(|it| matches!(it.stage, Stage::Asked)) else {
            return;
        };
        match admits(answer) {
            Ok(()) => connection.stage = Stage::Ready,
            Err(Denied::Busy) => {
                self.turn_away(id, &crate::Refusal::TriggerBusy.into(), Closing::Busy, sink);
            }
            Err(Denied::For(reason)) => {
                self.turn_away(id, &Refusal::ConnectionDenied(reason), Closing::Refused, sink);
            }
        }
    }

    /// Carries out the action that was asked about, if the answer allows it.
    fn settle(
        &mut self,
        id: ConnectionId,
        channel: &str,
        asked: Asked,
        answer: Answer,
        sink: &mut Vec<Output>,
    ) -> Result<(), Refusal> {
        match asked {
            Asked::Leave => Ok(()),
            Asked::Join { client_id, url } => match admits(answer) {
                Ok(()) => self.admit(id, channel, client_id.as_deref(), &url, sink),
                Err(Denied::Busy) => Err(crate::Refusal::TriggerBusy.into()),
                Err(Denied::For(reason)) => Err(Refusal::JoinDenied(reason)),
            },
            Asked::Broadcast { mut broadcast, message } => match answer {
                Answer::Json(json) if json.get() == "null" => self.note_dropped(id, channel, &broadcast, sink),
                Answer::Json(json) if !is_too_deep(json.get()) => {
                    self.send_handled(id, channel, &broadcast, Some(Cow::Owned(json)), sink)
                }
                _ if message.on_failure == OnFailure::Deliver => {
                    let payload = broadcast.payload.take();
                    self.send_handled(id, channel, &broadcast, payload, sink)
                }
                Answer::Busy => Err(Refusal::HandlerBusy),
                Answer::Json(_) | Answer::NotJson | Answer::Failed => Err(Refusal::HandlerFailed),
            },
        }
    }

    /// Tells the trigger of the end of a ready socket. One that a trigger is still asked about is kept until the answer.
    pub(super) fn depart(&mut self, id: ConnectionId, mut connection: Connection) {
        if connection.is_ready() {
            self.calls.extend(end_of_connection(id, &connection));
        }
        connection.waiting.keep_joins();
        if connection.waiting.has_joins() || matches!(connection.stage, Stage::Asked) {
            self.departed.insert(id, connection);
        }
    }

    /// Handles an answer about a socket that has closed since. A trigger that has admitted it would count it for ever if
    /// nothing told it of the end.
    fn answer_departed(
        &mut self,
        id: ConnectionId,
        mut connection: Connection,
        matter: Matter,
        key: &Arc<str>,
        answer: Answer,
    ) {
        let is_admitted = || admits(answer).is_ok();
        match matter {
            Matter::Connection => {
                self.calls.extend(end_of_connection(id, &connection).filter(|_| is_admitted()));
                return;
            }
            Matter::Command if connection.waiting.ends_join(connection.address.name_in(key)) && is_admitted() => {
                self.calls.extend(end_of_join(id, &connection, key));
            }
            Matter::Command | Matter::Copy(_) | Matter::Notice => {}
        }
        if connection.waiting.has_joins() || matches!(connection.stage, Stage::Asked) {
            self.departed.insert(id, connection);
        }
    }
}
