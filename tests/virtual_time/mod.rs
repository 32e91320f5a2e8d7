//! Clients and a server in one thread and in virtual time: the real session against the real hub, with a network in
//! between that delivers at once and can be cut.

mod rates;

use std::collections::{HashMap, VecDeque};

use rates::Rates;
use serde_json::{Value, json};
use xano_realtime_protocol::CloseCode;
use xano_realtime_server::Settings;
use xano_realtime_server::hub::{self, ConnectionId, Hub, Limits};
use xano_realtime_server::protocol::frame;
use xano_wasm::engine::{Acknowledgement, Failure, Frame, Input, JoinOptions, Moment, Output, Session};

/// The channel of most tests.
const ROOM: u32 = 0;
/// How often a socket is asked whether it takes more.
const TURN_MS: u64 = 50;
/// What the random numbers of a test are, so that a delay is its ceiling.
const RANDOM: u32 = u32::MAX;

/// A page with one client on one channel.
pub(crate) struct Page {
    session: Session,
    /// What was decided and not carried out yet.
    outputs: VecDeque<Output>,
    /// The texts of its frames, by number.
    texts: HashMap<u32, String>,
    frames_made: u32,
    socket: Option<Socket>,
    timer: Option<Timer>,
    /// Frames from the server, oldest first.
    pub(crate) received: Vec<Value>,
    /// When the last of them came.
    heard_at_ms: u64,
    /// Its network has gone without a word: nothing reaches it any more on the socket that it has.
    is_deaf: bool,
    /// When its socket is asked next whether it takes more.
    turn_at_ms: Option<u64>,
    /// How many pings it has sent.
    pub(crate) pings: u32,
    /// Statuses and failures that the application was told, oldest first.
    pub(crate) told: Vec<String>,
}

struct Socket {
    epoch: u32,
    /// None while the handshake has not been answered.
    server_side: Option<ConnectionId>,
    /// How fast it may send.
    rates: Rates,
}

struct Timer {
    number: u32,
    set_ms: u64,
    due_ms: u64,
}

/// Everything there is.
pub(crate) struct World {
    /// None while the server is down.
    hub: Option<Hub>,
    pub(crate) pages: Vec<Page>,
    pub(crate) now_ms: u64,
    sockets_made: u64,
    /// Whether the server answers pings, and says so.
    pub(crate) answers_pings: bool,
    /// Whether pages hear that they were let in.
    pub(crate) acknowledges: bool,
    /// How many frames the server refused because they came too fast.
    pub(crate) refusals: usize,
}

impl World {
    pub(crate) fn new(pages: usize) -> World {
        let page = || Page {
            session: Session::new(),
            outputs: VecDeque::new(),
            texts: HashMap::new(),
            frames_made: 0,
            socket: None,
            timer: None,
            received: vec![],
            heard_at_ms: 0,
            is_deaf: false,
            turn_at_ms: None,
            pings: 0,
            told: vec![],
        };
        World {
            hub: Some(new_hub(0)),
            pages: std::iter::repeat_with(page).take(pages).collect(),
            now_ms: 0,
            sockets_made: 0,
            answers_pings: false,
            acknowledges: true,
            refusals: 0,
        }
    }

    pub(crate) fn join(&mut self, page: usize, options: JoinOptions) {
        self.join_channel(page, ROOM, options);
    }

    pub(crate) fn join_channel(&mut self, page: usize, channel: u32, options: JoinOptions) {
        self.feed(page, Input::Join { channel, options });
        self.settle();
    }

    pub(crate) fn leave(&mut self, page: usize) {
        self.feed(page, Input::Leave { channel: ROOM });
        self.settle();
    }

    pub(crate) fn send(&mut self, page: usize, payload: Value) {
        self.send_on(page, ROOM, payload);
    }

    pub(crate) fn send_on(&mut self, page: usize, channel: u32, payload: Value) {
        let options = json!({ "channel": name_of(channel) });
        let text = json!({ "action": "message", "options": options, "payload": payload }).to_string();
        let state = &mut self.pages[page];
        state.frames_made += 1;
        let frame = Frame { number: state.frames_made, bytes: text.len() as u32, comes_back: true };
        state.texts.insert(frame.number, text);
        self.feed(page, Input::Send { channel, frame, writable: true, may_wait: true });
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
        self.hub = Some(new_hub(self.sockets_made));
    }

    /// The page's socket breaks; the server notices as well.
    pub(crate) fn connection_breaks(&mut self, page: usize) {
        self.server_closes(page, CloseCode::ABNORMAL);
    }

    /// The server closes the page's socket with that code.
    pub(crate) fn server_closes(&mut self, page: usize, code: CloseCode) {
        let Some(Socket { epoch, server_side, .. }) = self.pages[page].socket.take() else { return };
        self.closed_at_server(server_side);
        self.feed(page, Input::Closed { epoch, code });
        self.settle();
    }

    /// The page's network goes away; neither side is told.
    pub(crate) fn network_vanishes(&mut self, page: usize) {
        self.pages[page].is_deaf = true;
    }

    /// The network is back, or the page is seen again.
    pub(crate) fn resumes(&mut self, page: usize, slept: bool) {
        self.feed(page, Input::Resumed { slept });
        self.settle();
    }

    /// Lets time pass, one timer after the other.
    pub(crate) fn pass(&mut self, duration_ms: u64) {
        let end_ms = self.now_ms + duration_ms;
        self.take_turns(end_ms);
        while let Some((page, due_ms)) = self.next_timer().filter(|&(_, due_ms)| due_ms <= end_ms) {
            self.now_ms = due_ms;
            if let Some(timer) = self.pages[page].timer.take() {
                let heard_at_ms = self.pages[page].heard_at_ms;
                let quiet_ms = self.now_ms.saturating_sub(heard_at_ms) as u32;
                // A message comes back at once here, before the timer that awaits it is set.
                let heard = heard_at_ms >= timer.set_ms;
                let timer = timer.number;
                self.feed(page, Input::Elapsed { timer, quiet_ms, heard });
            }
            self.settle();
            self.take_turns(end_ms);
        }
        self.now_ms = end_ms;
    }

    /// Sockets that were full take what waits.
    fn take_turns(&mut self, end_ms: u64) {
        for page in 0..self.pages.len() {
            while let Some(due_ms) = self.pages[page].turn_at_ms.take_if(|due_ms| *due_ms <= end_ms) {
                self.now_ms = self.now_ms.max(due_ms);
                let epoch = self.pages[page].session.epoch();
                self.feed(page, Input::Writable { epoch });
            }
        }
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
            let Some(Socket { epoch, server_side: None, .. }) = self.pages[page].socket else { continue };
            let Some(hub) = &mut self.hub else {
                self.connection_breaks(page);
                continue;
            };
            self.sockets_made += 1;
            self.pages[page].is_deaf = false;
            let server_side = ConnectionId::new(self.sockets_made);
            let client = frame::Client::anonymous(format!("socket-{}", self.sockets_made));
            hub.handle(hub::Input::Open { id: server_side, client }, &mut Vec::new());
            let rates = Rates::new(self.now_ms);
            self.pages[page].socket = Some(Socket { epoch, server_side: Some(server_side), rates });
            self.feed(page, Input::Opened { epoch });
        }
    }

    fn feed(&mut self, page: usize, input: Input) {
        let moment = Moment { now_ms: self.now_ms as u32, random: RANDOM };
        let mut outputs = Vec::new();
        self.pages[page].session.handle(input, moment, &mut outputs);
        self.pages[page].outputs.extend(outputs);
        while let Some(output) = self.pages[page].outputs.pop_front() {
            self.carry_out(page, output);
        }
    }

    fn carry_out(&mut self, page: usize, output: Output) {
        let now_ms = self.now_ms;
        let state = &mut self.pages[page];
        match output {
            Output::OpenSocket { epoch } => {
                state.socket = Some(Socket { epoch, server_side: None, rates: Rates::new(now_ms) });
            }
            Output::CloseSocket { .. } | Output::DropSocket { .. } => {
                let server_side = state.socket.take().and_then(|socket| socket.server_side);
                self.closed_at_server(server_side);
            }
            Output::SendJoin { channel, options: wanted } => {
                let payload = json!({ "history": wanted.contains(JoinOptions::HISTORY), "presence": wanted.contains(JoinOptions::PRESENCE) });
                let options = json!({ "channel": name_of(channel) });
                let join = json!({ "action": "join", "options": options, "payload": payload });
                self.send_to_server(page, join.to_string());
            }
            Output::SendLeave { channel } => {
                let options = json!({ "channel": name_of(channel) });
                let leave = json!({ "action": "leave", "options": options, "payload": null });
                self.send_to_server(page, leave.to_string());
            }
            Output::Send { frame } => {
                let text = state.texts.remove(&frame).expect("a frame is sent once");
                self.send_to_server(page, text);
            }
            Output::ForgetFrame { frame } => drop(state.texts.remove(&frame)),
            Output::ForgetChannel { .. }
            | Output::ForgetConnection
            | Output::Joined { .. }
            | Output::TakePosition { .. }
            | Output::HandOut { .. }
            | Output::SendPublished { .. }
            | Output::Settled { .. }
            | Output::Judged { .. }
            | Output::SendAck { .. } => {}
            Output::AwaitWritable => state.turn_at_ms = Some(now_ms + TURN_MS),
            // Nothing else happens in the same tick.
            Output::AwaitTickEnd => self.feed(page, Input::TickEnded),
            Output::SendPing => {
                state.pings += 1;
                if !state.is_deaf {
                    state.heard_at_ms = now_ms;
                }
            }
            Output::SetTimer { timer, after_ms, .. } => {
                state.timer = Some(Timer { number: timer, set_ms: now_ms, due_ms: now_ms + u64::from(after_ms) });
            }
            Output::ClearTimer => state.timer = None,
            Output::Connected => state.told.push("connected".to_owned()),
            Output::Disconnected { .. } => state.told.push("disconnected".to_owned()),
            Output::Failed { failure, .. } => state.told.push(match failure {
                Failure::CannotConnect => "cannot connect".to_owned(),
                other => format!("{other:?}"),
            }),
        }
    }

    fn send_to_server(&mut self, page: usize, text: String) {
        let Some(Socket { server_side: Some(server_side), rates, .. }) = &mut self.pages[page].socket else { return };
        let Some(hub) = &mut self.hub else { return };
        if !rates.admit(&text, self.now_ms) {
            self.refusals += 1;
            return;
        }
        let from = *server_side;
        let mut outputs = Vec::new();
        let input = match hub::Dialect::V1.parse(&text) {
            Ok(frame) => hub::Input::Frame { from, frame },
            Err(refused) => hub::Input::Reject { from, refused },
        };
        hub.handle(input, &mut outputs);
        self.deliver(outputs);
    }

    fn closed_at_server(&mut self, server_side: Option<ConnectionId>) {
        let (Some(hub), Some(server_side)) = (&mut self.hub, server_side) else { return };
        let mut outputs = Vec::new();
        hub.handle(hub::Input::Close { id: server_side }, &mut outputs);
        self.deliver(outputs);
    }

    fn deliver(&mut self, outputs: Vec<hub::Output>) {
        let pages: HashMap<ConnectionId, usize> = self
            .pages
            .iter()
            .enumerate()
            .filter_map(|(page, state)| Some((state.socket.as_ref()?.server_side?, page)))
            .collect();
        for output in outputs {
            let (hub::Output::Deliver { to, frame, .. } | hub::Output::Refuse { to, frame, .. }) = output else {
                continue;
            };
            let frame: Value = serde_json::from_str(&frame.to_string()).expect("the server sends JSON");
            for &page in to.iter().filter_map(|id| pages.get(id)) {
                if self.pages[page].is_deaf {
                    continue;
                }
                let is_acknowledgement = frame["action"] == "join" && self.acknowledges;
                self.pages[page].received.push(frame.clone());
                self.pages[page].heard_at_ms = self.now_ms;
                if is_acknowledgement {
                    let channel = channel_of(&frame["options"]["channel"]);
                    let said = Acknowledgement { answers_pings: self.answers_pings, ..Acknowledgement::default() };
                    self.feed(page, Input::Acknowledged { channel, said, writable: true });
                }
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

fn name_of(channel: u32) -> String {
    if channel == ROOM { "marvel-chat-room".to_owned() } else { format!("rooms/{channel}") }
}

fn channel_of(name: &Value) -> u32 {
    let number = name.as_str().and_then(|name| name.strip_prefix("rooms/"));
    number.and_then(|number| number.parse().ok()).unwrap_or(ROOM)
}

/// Of an epoch of its own, as every start of a server has.
fn new_hub(sockets_made: u64) -> Hub {
    let row = |pattern| {
        json!({
            "pattern": pattern, "wildcard": pattern != "marvel-chat-room", "enabled": true, "anonymous_clients": true,
            "presence": true, "history": 100, "client_public_messaging": true,
        })
    };
    let settings = json!({ "enabled": true, "channels": [row("marvel-chat-room"), row("rooms/*")] }).to_string();
    let settings = Settings::parse(&settings).expect("the settings are valid");
    Hub::new(settings, &Limits::default(), format!("epoch after {sockets_made} sockets"))
}
