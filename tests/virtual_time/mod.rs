//! Clients and a server in one thread and in virtual time: the real session against the real hub, with a network in
//! between that delivers at once and can be cut.

use std::collections::HashMap;

use serde_json::{Value, json};
use xano_realtime_protocol::CloseCode;
use xano_realtime_server::hub::{ConnectionId, Hub};
use xano_realtime_server::protocol::frame;
use xano_realtime_server::{Limits, Settings};
use xano_wasm::session::{Failure, Frame, Input, Output, Session, Wishes};

const ROOM: u32 = 0;
const CHANNEL: &str = "marvel-chat-room";
/// What the random numbers of a test are, so that a delay is its ceiling.
const RANDOM: f64 = 0.999_999;

/// A page with one client on one channel.
pub(crate) struct Page {
    session: Session<String>,
    socket: Option<Socket>,
    timer: Option<Timer>,
    /// Frames from the server, oldest first.
    pub(crate) received: Vec<Value>,
    /// Statuses and failures that the application was told, oldest first.
    pub(crate) told: Vec<String>,
}

struct Socket {
    epoch: u32,
    /// None while the handshake has not been answered.
    server_side: Option<ConnectionId>,
}

struct Timer {
    epoch: u32,
    due_ms: u64,
}

/// Everything there is.
pub(crate) struct World {
    /// None while the server is down.
    hub: Option<Hub>,
    pub(crate) pages: Vec<Page>,
    pub(crate) now_ms: u64,
    sockets_made: u64,
}

impl World {
    pub(crate) fn new(pages: usize) -> World {
        let page = || Page { session: Session::new(), socket: None, timer: None, received: vec![], told: vec![] };
        World {
            hub: Some(new_hub()),
            pages: std::iter::repeat_with(page).take(pages).collect(),
            now_ms: 0,
            sockets_made: 0,
        }
    }

    pub(crate) fn join(&mut self, page: usize, wishes: Wishes) {
        self.feed(page, Input::Join { channel: ROOM, wishes });
        self.settle();
    }

    pub(crate) fn leave(&mut self, page: usize) {
        self.feed(page, Input::Leave { channel: ROOM });
        self.settle();
    }

    pub(crate) fn send(&mut self, page: usize, payload: Value) {
        let text = json!({ "action": "message", "options": { "channel": CHANNEL }, "payload": payload }).to_string();
        let frame = Frame { bytes: text.len() as u32, body: text };
        self.feed(page, Input::Send { channel: ROOM, frame, writable: true, may_wait: true });
        self.settle();
    }

    /// The server dies, and every connection with it.
    pub(crate) fn server_dies(&mut self) {
        self.hub = None;
        for page in 0..self.pages.len() {
            self.connection_breaks(page);
        }
        self.settle();
    }

    pub(crate) fn server_starts(&mut self) {
        self.hub = Some(new_hub());
    }

    /// The page's socket breaks; the server notices as well.
    pub(crate) fn connection_breaks(&mut self, page: usize) {
        let Some(Socket { epoch, server_side }) = self.pages[page].socket.take() else { return };
        self.closed_at_server(server_side);
        self.feed(page, Input::Closed { epoch, code: CloseCode::ABNORMAL, random: RANDOM });
        self.settle();
    }

    /// Lets time pass, one timer after the other.
    pub(crate) fn pass(&mut self, duration_ms: u64) {
        let end_ms = self.now_ms + duration_ms;
        while let Some((page, due_ms)) = self.next_timer().filter(|&(_, due_ms)| due_ms <= end_ms) {
            self.now_ms = due_ms;
            if let Some(timer) = self.pages[page].timer.take() {
                self.feed(page, Input::Elapsed { epoch: timer.epoch, random: RANDOM });
            }
            self.settle();
        }
        self.now_ms = end_ms;
    }

    /// When the page tries again, if it waits.
    pub(crate) fn next_attempt_in_ms(&self, page: usize) -> Option<u64> {
        self.pages[page].timer.as_ref().map(|timer| timer.due_ms - self.now_ms)
    }

    fn next_timer(&self) -> Option<(usize, u64)> {
        let timers = self.pages.iter().enumerate();
        timers.filter_map(|(page, state)| Some((page, state.timer.as_ref()?.due_ms))).min_by_key(|&(_, due_ms)| due_ms)
    }

    /// Answers every handshake that is under way.
    fn settle(&mut self) {
        for page in 0..self.pages.len() {
            let Some(Socket { epoch, server_side: None }) = self.pages[page].socket else { continue };
            let Some(hub) = &mut self.hub else {
                self.connection_breaks(page);
                continue;
            };
            self.sockets_made += 1;
            let server_side = hub.open(frame::Client::anonymous(format!("socket-{}", self.sockets_made)));
            self.pages[page].socket = Some(Socket { epoch, server_side: Some(server_side) });
            self.feed(page, Input::Opened { epoch });
        }
    }

    fn feed(&mut self, page: usize, input: Input<String>) {
        self.pages[page].session.handle(input);
        while let Some(output) = self.pages[page].session.poll() {
            self.carry_out(page, output);
        }
    }

    fn carry_out(&mut self, page: usize, output: Output<String>) {
        let now_ms = self.now_ms;
        let state = &mut self.pages[page];
        match output {
            Output::OpenSocket { epoch } => state.socket = Some(Socket { epoch, server_side: None }),
            Output::CloseSocket { .. } | Output::DropSocket { .. } => {
                let server_side = state.socket.take().and_then(|socket| socket.server_side);
                self.closed_at_server(server_side);
            }
            Output::SendJoin { wishes, .. } => {
                let payload = json!({ "history": wishes.history, "presence": wishes.presence });
                self.send_to_server(
                    page,
                    json!({ "action": "join", "options": { "channel": CHANNEL }, "payload": payload }).to_string(),
                );
            }
            Output::SendLeave { .. } => {
                self.send_to_server(
                    page,
                    json!({ "action": "leave", "options": { "channel": CHANNEL }, "payload": null }).to_string(),
                );
            }
            Output::Send { body } => self.send_to_server(page, body),
            Output::SetTimer { epoch, after_ms } => {
                state.timer = Some(Timer { epoch, due_ms: now_ms + u64::from(after_ms) });
            }
            Output::ClearTimer => state.timer = None,
            Output::Connected => state.told.push("connected".to_owned()),
            Output::Disconnected => state.told.push("disconnected".to_owned()),
            Output::Failed { failure, .. } => state.told.push(match failure {
                Failure::CannotConnect => "cannot connect".to_owned(),
                other => format!("{other:?}"),
            }),
        }
    }

    fn send_to_server(&mut self, page: usize, text: String) {
        let server_side = self.pages[page].socket.as_ref().and_then(|socket| socket.server_side);
        let (Some(hub), Some(server_side)) = (&mut self.hub, server_side) else { return };
        let deliveries = hub.receive(server_side, &text);
        self.deliver(deliveries);
    }

    fn closed_at_server(&mut self, server_side: Option<ConnectionId>) {
        let (Some(hub), Some(server_side)) = (&mut self.hub, server_side) else { return };
        let deliveries = hub.close(server_side);
        self.deliver(deliveries);
    }

    fn deliver(&mut self, deliveries: Vec<xano_realtime_server::hub::Delivery>) {
        let pages: HashMap<ConnectionId, usize> = self
            .pages
            .iter()
            .enumerate()
            .filter_map(|(page, state)| Some((state.socket.as_ref()?.server_side?, page)))
            .collect();
        for delivery in deliveries {
            let frame: Value = serde_json::from_str(&delivery.frame).expect("the server sends JSON");
            for page in delivery.to.iter().filter_map(|id| pages.get(id)) {
                self.pages[*page].received.push(frame.clone());
            }
        }
    }
}

impl Page {
    /// The payloads of the actions of that name, oldest first.
    pub(crate) fn payloads(&self, action: &str) -> Vec<&Value> {
        self.received.iter().filter(|frame| frame["action"] == action).map(|frame| &frame["payload"]).collect()
    }
}

fn new_hub() -> Hub {
    Hub::new(Settings::default(), &Limits::default())
}
