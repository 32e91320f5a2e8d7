//! Feeds the session and carries out what it decides.
//!
//! Wakers and answers run foreign code: nothing is borrowed while they do.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use wasm_bindgen_futures::spawn_local;
use xano_realtime_protocol::{Action, CloseCode};

use super::codec;
use super::error::{Failure, SendError};
use super::frame::{self, RawFrame};
use super::page::Page;
use super::queue::Queue;
use super::room::Room;
use super::rooms::Rooms;
use super::socket::{Socket, SocketEvent};
use super::status::{Retry, Status};
use super::timer;
use super::token::{self, Token};
use crate::engine::{
    Acknowledgement, Attempt, ChannelId, Epoch, Frame, FrameId, Input, JoinOptions, Output, Session, State,
};

/// One socket, or the wish for one. Every client has its own.
pub(super) struct Connection {
    url: String,
    may_wait: bool,
    token: RefCell<Token>,
    session: RefCell<Session>,
    /// The texts of the frames that the session has, by number.
    frames: RefCell<HashMap<FrameId, String>>,
    frames_made: Cell<FrameId>,
    /// Inputs are handled one at a time, to the end: an input that arrives during that waits here.
    inputs: RefCell<VecDeque<Input>>,
    is_busy: Cell<bool>,
    /// What the session said of the frame that is being sent.
    refusal: Cell<Option<Failure>>,
    socket: RefCell<Option<Socket>>,
    timer: RefCell<Option<Timeout>>,
    rooms: RefCell<Rooms>,
    status: RefCell<Status>,
    statuses: RefCell<Vec<Rc<Queue<Status>>>>,
    /// What the server said when it closed, until the session has dealt with it.
    close_reason: RefCell<String>,
    page: RefCell<Option<Page>>,
    is_closed: Cell<bool>,
}

impl Connection {
    pub(super) fn new(url: String, token: Token, may_wait: bool) -> Rc<Connection> {
        let connection = Rc::new(Connection {
            url,
            may_wait,
            token: RefCell::new(token),
            session: RefCell::default(),
            frames: RefCell::default(),
            frames_made: Cell::new(0),
            inputs: RefCell::default(),
            is_busy: Cell::new(false),
            refusal: Cell::new(None),
            socket: RefCell::default(),
            timer: RefCell::default(),
            rooms: RefCell::default(),
            status: RefCell::new(Status::Idle),
            statuses: RefCell::default(),
            close_reason: RefCell::default(),
            page: RefCell::default(),
            is_closed: Cell::new(false),
        });
        let weak = Rc::downgrade(&connection);
        connection.page.replace(Some(Page::watch(move |slept| {
            if let Some(connection) = weak.upgrade() {
                connection.feed(Input::Resumed { slept });
            }
        })));
        connection
    }

    /// The room of that name: the one that is there, or a new one.
    pub(super) fn room(self: &Rc<Self>, name: &str) -> Rc<Room> {
        let known = self.rooms.borrow().by_name(name);
        known.unwrap_or_else(|| {
            self.rooms.borrow_mut().add(name, |id| Rc::new(Room::new(id, name.to_owned(), self.clone())))
        })
    }

    pub(super) fn is_closed(&self) -> bool {
        self.is_closed.get()
    }

    pub(super) fn join(self: &Rc<Self>, channel: ChannelId, options: JoinOptions) {
        if !self.is_closed() {
            self.feed(Input::Join { channel, options });
        }
    }

    pub(super) fn leave(self: &Rc<Self>, channel: ChannelId) {
        self.feed(Input::Leave { channel });
    }

    pub(super) fn send(
        self: &Rc<Self>,
        channel: ChannelId,
        text: String,
        bytes: u32,
        comes_back: bool,
    ) -> Result<(), SendError> {
        if self.is_closed() {
            return Err(SendError::ClientDropped);
        }
        let number = self.frames_made.get().wrapping_add(1);
        self.frames_made.set(number);
        self.frames.borrow_mut().insert(number, text);
        let frame = Frame { number, bytes, comes_back };
        let writable = self.socket.borrow().as_ref().is_some_and(Socket::is_writable);
        self.refusal.take();
        self.feed(Input::Send { channel, frame, writable, may_wait: self.may_wait });
        self.refusal.take().map_or(Ok(()), |failure| Err(SendError::Refused(failure)))
    }

    /// Writes a frame that may be lost with its socket.
    pub(super) fn write(&self, text: &str) {
        if self.session.borrow().state() == State::Open {
            self.with_socket(|socket| socket.send(text));
        }
    }

    pub(super) fn reconnect(self: &Rc<Self>) {
        self.feed(Input::Reconnect);
    }

    pub(super) fn set_token(&self, token: Token) {
        self.token.replace(token);
    }

    /// The client is gone: the channels are left, and the socket closes.
    pub(super) fn close(self: &Rc<Self>) {
        self.is_closed.set(true);
        self.page.take();
        for room in self.rooms() {
            room.close();
            self.leave(room.id);
        }
        // No channel can come back: the socket need not outlive this tick.
        self.feed(Input::TickEnded);
        for statuses in self.statuses.take() {
            statuses.close();
        }
    }

    /// A stream of statuses begins with the present one.
    pub(super) fn watch(&self, watcher: Rc<Queue<Status>>) {
        watcher.push(self.status.borrow().clone());
        self.statuses.borrow_mut().push(watcher);
    }

    pub(super) fn unwatch(&self, watcher: &Rc<Queue<Status>>) {
        self.statuses.borrow_mut().retain(|other| !Rc::ptr_eq(other, watcher));
    }

    /// Gives the session an input, and carries out everything that follows.
    fn feed(self: &Rc<Self>, input: Input) {
        self.inputs.borrow_mut().push_back(input);
        if self.is_busy.replace(true) {
            return;
        }
        while let Some(input) = self.next_input() {
            let mut outputs = Vec::new();
            self.session.borrow_mut().handle(input, timer::moment(), &mut outputs);
            for output in outputs {
                self.carry_out(output);
            }
        }
        self.is_busy.set(false);
    }

    // A function of its own: the borrow has to end before the input is dealt with.
    fn next_input(&self) -> Option<Input> {
        self.inputs.borrow_mut().pop_front()
    }

    fn carry_out(self: &Rc<Self>, output: Output) {
        match output {
            Output::OpenSocket { epoch } => self.open(epoch),
            Output::CloseSocket { code } => {
                let has_socket = self.socket.borrow().is_some();
                match has_socket {
                    true => self.with_socket(|socket| socket.close(code)),
                    // A token is being asked for; there is nothing to close yet.
                    false => self.lost(self.session.borrow().epoch()),
                }
            }
            Output::DropSocket { code } => {
                if let Some(socket) = self.socket.take() {
                    socket.close(code);
                }
            }
            Output::SendJoin { channel, options } => {
                let name = self.rooms.borrow().name(channel);
                self.with_socket(|socket| socket.send(&frame::join(&name, options)));
            }
            Output::SendLeave { channel } => {
                let name = self.rooms.borrow().name(channel);
                self.with_socket(|socket| socket.send(&frame::bare(Action::Leave, &name)));
            }
            Output::Send { frame } => {
                let text = self.frames.borrow_mut().remove(&frame).unwrap_or_default();
                self.with_socket(|socket| socket.send(&text));
            }
            Output::ForgetFrame { frame } => drop(self.frames.borrow_mut().remove(&frame)),
            // The server was told by its name.
            Output::ForgetChannel { channel } => self.rooms.borrow_mut().remove(channel),
            Output::ForgetConnection => {}
            // The rooms keep to what the server says.
            Output::Joined { .. }
            | Output::TakePosition { .. }
            | Output::HandOut { .. }
            | Output::SendPublished { .. }
            | Output::Settled { .. }
            | Output::Judged { .. }
            | Output::SendAck { .. } => {}
            Output::AwaitWritable => self.with_socket(Socket::await_writable),
            Output::AwaitTickEnd => {
                // It holds the connection: a client that is dropped with its last channel still closes its socket.
                let connection = self.clone();
                spawn_local(async move { connection.feed(Input::TickEnded) });
            }
            Output::SendPing => self.with_socket(Socket::ping),
            Output::SetTimer { timer, after_ms, .. } => self.set_timer(timer, after_ms),
            Output::ClearTimer => drop(self.timer.take()),
            Output::Connected => self.connected(),
            Output::Disconnected { code, next } => self.disconnected(code, next),
            Output::Failed { channel: Some(_), failure } => self.refusal.set(Some(failure)),
            Output::Failed { channel: None, failure } => self.failed(failure, self.url.clone()),
        }
        let is_idle = self.session.borrow().state() == State::Idle;
        if is_idle && *self.status.borrow() != Status::Idle {
            self.tell(Status::Idle);
        }
    }

    fn open(self: &Rc<Self>, epoch: Epoch) {
        self.tell(Status::Connecting);
        let token = self.token.borrow().clone();
        match token {
            Token::Anonymous => self.open_with(epoch, None),
            Token::Fixed(token) => self.open_with(epoch, Some(&token)),
            Token::Provided(provide) => {
                let weak = Rc::downgrade(self);
                spawn_local(async move {
                    let answer = token::ask(provide).await;
                    let Some(connection) = weak.upgrade().filter(|connection| connection.awaits(epoch)) else { return };
                    match answer {
                        Ok(token) if token.is_empty() => connection.open_with(epoch, None),
                        Ok(token) => connection.open_with(epoch, Some(&token)),
                        Err(cause) => connection.attempt_failed(epoch, Failure::NoToken, cause),
                    }
                });
            }
        }
    }

    fn open_with(self: &Rc<Self>, epoch: Epoch, token: Option<&str>) {
        if token.is_some_and(|token| !token::is_legal(token)) {
            return self.feed(Input::TokenRefused { epoch });
        }
        let weak = Rc::downgrade(self);
        let socket = Socket::open(&self.url, token, move |event| {
            if let Some(connection) = weak.upgrade() {
                connection.hear(epoch, event);
            }
        });
        match socket {
            Ok(socket) => drop(self.socket.replace(Some(socket))),
            Err(error) => {
                let cause = format!("{}: {}", self.url, codec::text_of(&error));
                self.attempt_failed(epoch, Failure::NoSocket, cause);
            }
        }
    }

    /// There is no token, or no socket. Never an anonymous connection instead: it counts as an attempt that failed.
    fn attempt_failed(self: &Rc<Self>, epoch: Epoch, failure: Failure, cause: String) {
        self.failed(failure, cause);
        self.lost(epoch);
    }

    fn awaits(&self, epoch: Epoch) -> bool {
        let session = self.session.borrow();
        session.state() == State::Connecting && session.epoch() == epoch
    }

    fn lost(self: &Rc<Self>, epoch: Epoch) {
        self.feed(Input::Closed { epoch, code: CloseCode::ABNORMAL });
    }

    fn hear(self: &Rc<Self>, epoch: Epoch, event: SocketEvent) {
        match event {
            SocketEvent::Opened => self.feed(Input::Opened { epoch }),
            SocketEvent::Received(text) => {
                if let Some(frame) = RawFrame::parse(&text) {
                    self.receive(&frame);
                }
            }
            SocketEvent::Closed(code, reason) => {
                self.close_reason.replace(reason);
                self.feed(Input::Closed { epoch, code });
                self.close_reason.take();
            }
            SocketEvent::Writable => {
                self.with_socket(Socket::stop_polling);
                self.feed(Input::Writable { epoch });
            }
        }
    }

    fn receive(self: &Rc<Self>, frame: &RawFrame) {
        let kind = frame.kind();
        let Some(channel) = frame.channel_name() else {
            if kind != Some(Action::Pong) {
                self.rooms().iter().for_each(|room| room.receive(frame));
            }
            return;
        };
        let room = self.rooms.borrow().by_name(&channel);
        if let Some(room) = room {
            if kind == Some(Action::Join) {
                let said = Acknowledgement { answers_pings: frame.answers_pings(), ..Acknowledgement::default() };
                self.feed(Input::Acknowledged { channel: room.id, said, writable: true });
            }
            room.receive(frame);
        }
    }

    fn set_timer(self: &Rc<Self>, timer: Epoch, after_ms: u32) {
        if let Some(socket) = &*self.socket.borrow() {
            socket.listen();
        }
        let weak = Rc::downgrade(self);
        let started = Timeout::new(after_ms, move || {
            let Some(connection) = weak.upgrade() else { return };
            let quiet_ms = connection.socket.borrow().as_ref().map_or(0, Socket::quiet_ms);
            let heard = connection.socket.borrow().as_ref().is_some_and(Socket::was_heard);
            connection.feed(Input::Elapsed { timer, quiet_ms, heard });
        });
        self.timer.replace(Some(started));
    }

    fn connected(&self) {
        self.tell(Status::Connected);
        self.rooms().iter().for_each(|room| room.connected());
    }

    fn disconnected(&self, code: CloseCode, next: Option<Attempt>) {
        self.socket.take();
        self.rooms().iter().for_each(|room| room.disconnected());
        let retry = next.map(|next| Retry { attempt: next.number, in_ms: next.in_ms });
        self.tell(Status::Disconnected { code: code.0, reason: self.close_reason.borrow().clone(), retry });
    }

    fn failed(&self, failure: Failure, detail: String) {
        self.publish(Status::Failed { failure, detail });
    }

    fn tell(&self, status: Status) {
        self.status.replace(status.clone());
        self.publish(status);
    }

    fn publish(&self, status: Status) {
        let statuses = self.statuses.borrow().clone();
        for watcher in statuses {
            watcher.push(status.clone());
        }
    }

    /// The rooms at this moment. Handles, so that nothing is borrowed while they are told something.
    fn rooms(&self) -> Vec<Rc<Room>> {
        self.rooms.borrow().all()
    }

    fn with_socket(&self, work: impl FnOnce(&Socket)) {
        if let Some(socket) = &*self.socket.borrow() {
            work(socket);
        }
    }
}
