//! What a connection does with what the engine has decided.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use wasm_bindgen_futures::spawn_local;
use xano_realtime_protocol::{Action, CloseCode};

use super::Connection;
use crate::engine::{self, Attempt, ChannelId, Epoch, FrameId, Input, Output};
use crate::typed::error::{PublishError, ServerError};
use crate::typed::failure::Failure;
use crate::typed::items::Published;
use crate::typed::shared_channel::SharedChannel;
use crate::typed::socket::Socket;
use crate::typed::status::{Retry, Status};
use crate::typed::{frame, frames, pool};

impl Connection {
    /// Does what the engine has decided.
    pub(in crate::typed) fn carry_out(self: &Rc<Self>, output: Output) {
        match output {
            Output::OpenSocket { epoch } => {
                self.epoch.set(Some(epoch));
                self.open(epoch);
            }
            Output::CloseSocket { code } => {
                let has_socket = self.socket.borrow().is_some();
                match self.epoch.take() {
                    _ if has_socket => self.with_socket(|socket| socket.close(code)),
                    // A token is being asked for; there is nothing to close yet.
                    Some(epoch) => self.lost(epoch),
                    None => {}
                }
                self.is_open.set(false);
            }
            Output::DropSocket { code } => {
                self.epoch.take();
                self.is_open.set(false);
                if let Some(socket) = self.socket.take() {
                    socket.close(code);
                }
            }
            Output::SendJoin { channel, options } => self.with_channel(channel, |channel| {
                let text = channel.join_frame(options);
                self.with_socket(|socket| socket.send(&text));
            }),
            Output::SendLeave { channel } => self.with_channel(channel, |channel| {
                self.with_socket(|socket| socket.send(&frame::bare(Action::Leave, &channel.name)));
            }),
            Output::Joined { channel } => self.with_channel(channel, SharedChannel::joined),
            Output::TakePosition { channel, recovers, in_doubt } => {
                self.with_channel(channel, |channel| channel.take_position(recovers, in_doubt));
            }
            Output::HandOut { channel, gap, from } => {
                self.with_channel(channel, |channel| channel.hand_out(gap, from));
            }
            Output::Send { frame } => {
                if let Some(frame) = frames::take(frame) {
                    self.with_socket(|socket| socket.send(&frame.text));
                }
            }
            Output::SendPublished { message, keyed } => {
                let place = frames::room_of(message).filter(|_| keyed).and_then(|room| room.place());
                if let Some(text) =
                    frames::published_text(message, place.map(|place| place.epoch().unwrap_or_default()))
                {
                    self.with_socket(|socket| socket.send(&text));
                }
            }
            Output::Settled { message, failure } => self.settle(message, failure),
            Output::SendAck { channel, message } => self.with_channel(channel, |channel| {
                if let Some(text) = channel.ack_frame(message) {
                    self.with_socket(|socket| socket.send(&text));
                }
            }),
            // Who has asked was told at once: `turns`.
            Output::Judged { .. } => {}
            Output::ForgetFrame { frame } => drop(frames::take(frame)),
            Output::ForgetChannel { channel } => self.channels.borrow_mut().forget(channel),
            Output::ForgetConnection => self.forget(),
            Output::AwaitWritable => self.with_socket(Socket::await_writable),
            Output::AwaitTickEnd => {
                // It holds the connection: one that has lost its last channel still closes its socket.
                let connection = self.clone();
                spawn_local(async move { connection.end_tick() });
            }
            Output::SendPing => self.with_socket(Socket::ping),
            Output::SetTimer { timer, after_ms, watches } => self.set_timer(timer, after_ms, watches),
            Output::ClearTimer => drop(self.timer.take()),
            Output::Connected => self.connected(),
            Output::Disconnected { code, next } => self.disconnected(code, next),
            Output::Failed { channel: Some(channel), failure } => {
                self.with_channel(channel, |channel| channel.failed(failure.into()));
            }
            Output::Failed { channel: None, failure } => {
                self.failed(failure.into(), self.particulars_of(failure.into()));
            }
        }
    }

    /// The socket closed, or did not open.
    pub(super) fn lost(self: &Rc<Self>, epoch: Epoch) {
        self.decide(Input::Closed { epoch, code: CloseCode::ABNORMAL });
    }

    fn set_timer(self: &Rc<Self>, timer: Epoch, after_ms: u32, watches: bool) {
        self.with_socket(Socket::listen);
        let weak = Rc::downgrade(self);
        let started = Timeout::new(after_ms, move || {
            let Some(connection) = weak.upgrade() else { return };
            if watches {
                // A history that has not come by then does not come.
                connection.channels().iter().for_each(|channel| channel.align());
            }
            let quiet_ms = connection.socket.borrow().as_ref().map_or(0, |socket| socket.quiet_ms(connection.is_v2()));
            let heard = connection.socket.borrow().as_ref().is_some_and(Socket::was_heard);
            connection.decide(Input::Elapsed { timer, quiet_ms, heard });
        });
        self.timer.replace(Some(started));
    }

    fn connected(&self) {
        self.is_open.set(true);
        self.tell(Status::Connected);
        self.rooms().iter().for_each(|room| room.connected());
    }

    fn disconnected(&self, code: CloseCode, next: Option<Attempt>) {
        self.epoch.take();
        self.is_open.set(false);
        self.socket.take();
        let retry = next.map(|next| Retry { attempt: next.number, in_ms: next.in_ms });
        let status = Status::Disconnected { code: code.0, reason: self.close_reason.borrow().clone(), retry };
        self.status.replace(status.clone());
        self.channels().iter().for_each(|channel| channel.disconnected());
        self.tell(status);
    }

    /// The last channel is gone.
    fn forget(self: &Rc<Self>) {
        self.status.replace(Status::Idle);
        if self.channels.borrow().is_empty() {
            self.page.take();
            pool::remove(self);
        }
    }

    pub(super) fn failed(&self, failure: Failure, detail: String) {
        let status = Status::Failed { failure, detail };
        pool::clients_of(&self.rooms()).iter().for_each(|client| client.publish(&status));
    }

    /// How it stands from now on.
    pub(super) fn tell(&self, status: Status) {
        self.status.replace(status.clone());
        pool::clients_of(&self.rooms()).iter().for_each(|client| client.tell(&status));
    }

    fn with_channel(&self, channel: ChannelId, work: impl FnOnce(&SharedChannel)) {
        let channel = self.channels.borrow().by_number(channel);
        if let Some(channel) = channel {
            work(&channel);
        }
    }

    /// Tells what became of a published message without an answer.
    fn settle(&self, message: FrameId, failure: Option<engine::Failure>) {
        let refusal = || frames::room_of(message)?.place()?.refusal();
        // On V2 the reason says more than the code.
        let reason = || {
            let message = self.refusal.borrow().clone()?;
            Some(ServerError { message, code: Some(failure?.code().into()), retry_after: None })
        };
        let outcome = match failure {
            None => Ok(Published::default()),
            Some(engine::Failure::Refused) => Err(refusal().map_or(PublishError::Failed(Failure::Refused), Into::into)),
            Some(engine::Failure::Unauthorized) => {
                Err(reason().map_or(PublishError::Failed(Failure::Unauthorized), Into::into))
            }
            Some(failure) => Err(PublishError::Failed(failure.into())),
        };
        if let Some(message) = frames::take(message) {
            message.settle(outcome);
        }
    }
}
