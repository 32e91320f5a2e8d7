//! One socket, or the wish for one. The engine decides what it does.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use wasm_bindgen_futures::spawn_local;
use xano_realtime_protocol::{Action, CloseCode};

use super::failure::Failure;
use super::frame::{self, RawFrame};
use super::page::Page;
use super::pool;
use super::room::Room;
use super::shared_channel::SharedChannel;
use super::shared_channels::SharedChannels;
use super::socket::{Socket, SocketEvent};
use super::status::{Retry, Status};
use super::token::Token;
use super::turns::{self, Answer, Waiting};
use crate::engine::{Attempt, ChannelId, ConnectionId, Epoch, Frame, Input, Output};

/// Clients with the same address and token share it.
pub(super) struct Connection {
    pub(super) number: ConnectionId,
    pub(super) address: String,
    token: RefCell<Token>,
    /// The number of the socket that is open or will be opened; none when there is none.
    epoch: Cell<Option<Epoch>>,
    is_open: Cell<bool>,
    pub(super) socket: RefCell<Option<Socket>>,
    timer: RefCell<Option<Timeout>>,
    channels: RefCell<SharedChannels>,
    status: RefCell<Status>,
    /// What the server said when it closed, until the engine has dealt with it.
    close_reason: RefCell<String>,
    page: RefCell<Option<Page>>,
}

impl Connection {
    pub(super) fn new(address: String, token: Token) -> Rc<Connection> {
        let connection = Rc::new(Connection {
            number: turns::next_connection(),
            address,
            token: RefCell::new(token),
            epoch: Cell::new(None),
            is_open: Cell::new(false),
            socket: RefCell::default(),
            timer: RefCell::default(),
            channels: RefCell::default(),
            status: RefCell::new(Status::Idle),
            close_reason: RefCell::default(),
            page: RefCell::default(),
        });
        let weak = Rc::downgrade(&connection);
        connection.page.replace(Some(Page::watch(move |slept| {
            if let Some(connection) = weak.upgrade() {
                connection.decide(Input::Resumed { slept });
            }
        })));
        connection
    }

    pub(super) fn token(&self) -> Token {
        self.token.borrow().clone()
    }

    pub(super) fn set_token(&self, token: Token) {
        self.token.replace(token);
    }

    pub(super) fn status(&self) -> Status {
        self.status.borrow().clone()
    }

    /// Whether it is closed, with no further attempt until the application asks for one.
    pub(super) fn is_stopped(&self) -> bool {
        matches!(*self.status.borrow(), Status::Disconnected { retry: None, .. })
    }

    pub(super) fn decide(self: &Rc<Self>, input: Input) -> Answer {
        turns::decide(self, input)
    }

    /// The channel of that name: the one that is there, or a new one.
    pub(super) fn channel(self: &Rc<Self>, name: &str) -> Rc<SharedChannel> {
        let known = self.channels.borrow().by_name(name);
        known.unwrap_or_else(|| {
            let make = |number| SharedChannel::new(self.clone(), name.to_owned(), number);
            self.channels.borrow_mut().add(name, make)
        })
    }

    pub(super) fn unsubscribe(&self, name: &str) {
        self.channels.borrow_mut().unsubscribe(name);
    }

    /// Everything that runs now has run.
    pub(super) fn end_tick(self: &Rc<Self>) {
        self.decide(Input::TickEnded);
    }

    /// Sends a frame, or lets it wait; says why it is refused.
    pub(super) fn send(self: &Rc<Self>, channel: ChannelId, frame: Waiting, may_wait: bool) -> Result<(), Failure> {
        let bytes = u32::try_from(frame.text.len()).unwrap_or(u32::MAX);
        let comes_back = frame.comes_back;
        let frame = Frame { number: turns::keep_frame(frame), bytes, comes_back };
        let writable = self.is_open.get() && self.socket.borrow().as_ref().is_some_and(Socket::is_writable);
        let answer = self.decide(Input::Send { channel, frame, writable, may_wait });
        answer.refusal.map_or(Ok(()), |failure| Err(failure.into()))
    }

    /// Writes a frame that may be lost with its socket.
    pub(super) fn write(&self, text: &str) {
        if self.is_open.get() {
            self.with_socket(|socket| socket.send(text));
        }
    }

    /// Does what the engine has decided.
    pub(super) fn carry_out(self: &Rc<Self>, output: Output) {
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
            Output::SendJoin { channel, options } => {
                self.with_channel(channel, |socket, name| socket.send(&frame::join(name, options)));
            }
            Output::SendLeave { channel } => {
                self.with_channel(channel, |socket, name| socket.send(&frame::bare(Action::Leave, name)));
            }
            Output::Send { frame } => {
                if let Some(frame) = turns::take_frame(frame) {
                    self.with_socket(|socket| socket.send(&frame.text));
                }
            }
            Output::ForgetFrame { frame } => drop(turns::take_frame(frame)),
            Output::ForgetChannel { channel } => self.channels.borrow_mut().forget(channel),
            Output::ForgetConnection => self.forget(),
            Output::AwaitWritable => self.with_socket(Socket::await_writable),
            Output::AwaitTickEnd => {
                // It holds the connection: one that has lost its last channel still closes its socket.
                let connection = self.clone();
                spawn_local(async move { connection.end_tick() });
            }
            Output::SendPing => self.with_socket(Socket::ping),
            Output::SetTimer { timer, after_ms, .. } => self.set_timer(timer, after_ms),
            Output::ClearTimer => drop(self.timer.take()),
            Output::Connected => self.connected(),
            Output::Disconnected { code, next } => self.disconnected(code, next),
            Output::Failed { failure, .. } => self.failed(failure.into(), self.address.clone()),
        }
    }

    /// The socket closed, or did not open.
    pub(super) fn lost(self: &Rc<Self>, epoch: Epoch) {
        self.decide(Input::Closed { epoch, code: CloseCode::ABNORMAL });
    }

    /// Whether that socket is still to be opened.
    pub(super) fn awaits(&self, epoch: Epoch) -> bool {
        self.epoch.get() == Some(epoch)
    }

    pub(super) fn hear(self: &Rc<Self>, epoch: Epoch, event: SocketEvent) {
        match event {
            SocketEvent::Opened => drop(self.decide(Input::Opened { epoch })),
            SocketEvent::Received(text) => {
                if let Some(frame) = RawFrame::parse(&text) {
                    self.receive(&frame);
                }
            }
            SocketEvent::Closed(code, reason) => {
                self.close_reason.replace(reason);
                self.decide(Input::Closed { epoch, code });
                self.close_reason.take();
            }
            SocketEvent::Writable => {
                self.with_socket(Socket::stop_polling);
                self.decide(Input::Writable { epoch });
            }
        }
    }

    fn receive(self: &Rc<Self>, frame: &RawFrame) {
        let kind = frame.kind();
        let Some(name) = frame.channel_name() else {
            if kind != Some(Action::Pong) {
                self.rooms().iter().for_each(|room| room.receive(frame));
            }
            return;
        };
        if kind == Some(Action::Join) {
            self.decide(Input::Acknowledged { answers_pings: frame.answers_pings() });
        }
        let channel = self.channels.borrow().by_name(&name);
        if let Some(channel) = channel {
            channel.receive(frame);
        }
    }

    fn set_timer(self: &Rc<Self>, timer: Epoch, after_ms: u32) {
        self.with_socket(Socket::listen);
        let weak = Rc::downgrade(self);
        let started = Timeout::new(after_ms, move || {
            let Some(connection) = weak.upgrade() else { return };
            let quiet_ms = connection.socket.borrow().as_ref().map_or(0, Socket::quiet_ms);
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
    pub(super) fn forget(self: &Rc<Self>) {
        self.status.replace(Status::Idle);
        if self.channels.borrow().is_empty() {
            self.page.take();
            pool::remove(self);
        }
    }

    pub(super) fn has_no_channels(&self) -> bool {
        self.channels.borrow().is_empty()
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

    /// Handles, here and below, so that nothing is borrowed while they are told something.
    pub(super) fn rooms(&self) -> Vec<Rc<Room>> {
        self.channels().iter().flat_map(|channel| channel.rooms()).collect()
    }

    fn channels(&self) -> Vec<Rc<SharedChannel>> {
        self.channels.borrow().all()
    }

    fn with_socket(&self, work: impl FnOnce(&Socket)) {
        if let Some(socket) = &*self.socket.borrow() {
            work(socket);
        }
    }

    fn with_channel(&self, channel: ChannelId, work: impl FnOnce(&Socket, &str)) {
        let channel = self.channels.borrow().by_number(channel);
        if let Some(channel) = channel {
            self.with_socket(|socket| work(socket, &channel.name));
        }
    }
}
