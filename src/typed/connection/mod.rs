//! One socket, or the wish for one. The engine decides what it does.
//!
//! # Layout
//!
//! - this module: the connection, its channels, and what its socket tells it.
//! - `outputs`: what it does with what the engine has decided.
//! - `opening`: how it comes to its socket.
//! - `v2`: what its socket tells it on Realtime V2.

mod opening;
mod outputs;
mod v2;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use xano_realtime_protocol::Action;

use super::failure::Failure;
use super::frame::RawFrame;
use super::frames::{self, Kept, Sent};
use super::page::Page;
use super::realtime::Realtime;
use super::room::Room;
use super::shared_channel::SharedChannel;
use super::shared_channels::SharedChannels;
use super::socket::{Socket, SocketEvent};
use super::status::Status;
use super::token::Token;
use super::turns::{self, Answer};
use super::version::RealtimeVersion;
use crate::engine::{ChannelId, ConnectionId, Epoch, Frame, Input};

/// Clients with the same address and token, and on V2 with the same client id, share it.
pub(super) struct Connection {
    pub(super) number: ConnectionId,
    pub(super) address: String,
    /// On V2 alone.
    pub(super) client_id: Option<String>,
    token: RefCell<Token>,
    /// The number of the socket that is open or will be opened; none when there is none.
    epoch: Cell<Option<Epoch>>,
    is_open: Cell<bool>,
    socket: RefCell<Option<Socket>>,
    timer: RefCell<Option<Timeout>>,
    channels: RefCell<SharedChannels>,
    status: RefCell<Status>,
    /// What the server said when it closed, until the engine has dealt with it.
    close_reason: RefCell<String>,
    /// What a service of V2 has said last, before it was ready.
    refusal: RefCell<Option<String>>,
    page: RefCell<Option<Page>>,
}

impl Connection {
    pub(super) fn new(client: &Realtime) -> Rc<Connection> {
        let connection = Rc::new(Connection {
            number: turns::next_connection(),
            address: client.address.clone(),
            client_id: client.client_id.clone(),
            token: RefCell::new(client.token()),
            epoch: Cell::new(None),
            is_open: Cell::new(false),
            socket: RefCell::default(),
            timer: RefCell::default(),
            channels: RefCell::default(),
            status: RefCell::new(Status::Idle),
            close_reason: RefCell::default(),
            refusal: RefCell::default(),
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

    pub(super) fn version(&self) -> RealtimeVersion {
        if self.client_id.is_some() { RealtimeVersion::V2 } else { RealtimeVersion::V1 }
    }

    fn is_v2(&self) -> bool {
        self.client_id.is_some()
    }

    /// Which client it is, for a service of V2.
    pub(super) fn client_name(&self) -> &str {
        self.client_id.as_deref().unwrap_or_default()
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

    pub(super) fn is_open(&self) -> bool {
        self.is_open.get()
    }

    /// Whether the browser takes a frame now.
    pub(super) fn takes_frames(&self) -> bool {
        self.is_open.get() && self.socket.borrow().as_ref().is_some_and(Socket::is_writable)
    }

    /// Sends a frame, or lets it wait; says why it is refused. What is published is told so in its future.
    pub(super) fn send(self: &Rc<Self>, channel: ChannelId, frame: Kept, may_wait: bool) -> Result<(), Failure> {
        let bytes = u32::try_from(frame.text.len()).unwrap_or(u32::MAX);
        let comes_back = frame.comes_back;
        let was_sent = frame.publication.as_ref().map(|publication| matches!(publication.sent, Sent::Keyed(_)));
        let frame = Frame { number: frames::keep(frame), bytes, comes_back };
        let writable = self.takes_frames();
        let answer = self.decide(match was_sent {
            Some(was_sent) => Input::Publish { channel, frame, writable, was_sent },
            None => Input::Send { channel, frame, writable, may_wait },
        });
        answer.refusal.map_or(Ok(()), |failure| Err(failure.into()))
    }

    /// Writes a frame that may be lost with its socket.
    pub(super) fn write(&self, text: &str) {
        if self.is_open.get() {
            self.with_socket(|socket| socket.send(text));
        }
    }

    fn hear(self: &Rc<Self>, epoch: Epoch, event: SocketEvent) {
        match event {
            SocketEvent::Opened => drop(self.decide(Input::Opened { epoch })),
            SocketEvent::Received(text) => match RawFrame::parse(&text) {
                Some(frame) if self.is_v2() => self.receive_v2(&frame),
                Some(frame) => self.receive(&frame),
                None => {}
            },
            SocketEvent::Closed(code, reason) => {
                let reason = if reason.is_empty() { self.refusal_of(code) } else { Some(reason) };
                self.close_reason.replace(reason.unwrap_or_default());
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
        let channel = self.channels.borrow().by_name(&name);
        if let Some(channel) = channel {
            channel.receive(frame);
        }
    }

    /// Handles, here and below, so that nothing is borrowed while they are told something.
    pub(super) fn rooms(&self) -> Vec<Rc<Room>> {
        self.channels().iter().flat_map(|channel| channel.rooms()).collect()
    }

    fn channels(&self) -> Vec<Rc<SharedChannel>> {
        self.channels.borrow().all()
    }

    /// The channel that the engine knows by that number.
    pub(super) fn channel_of(&self, number: ChannelId) -> Option<Rc<SharedChannel>> {
        self.channels.borrow().by_number(number)
    }

    fn with_socket(&self, work: impl FnOnce(&Socket)) {
        if let Some(socket) = &*self.socket.borrow() {
            work(socket);
        }
    }
}
