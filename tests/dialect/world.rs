//! The service, the network and the application around a session: what they know, and what happens to them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use xano_realtime_protocol::CloseCode;
use xano_wasm::engine::session::v2::PING_AFTER_MS;
use xano_wasm::engine::session::v2::ledger::MAX_FAILURES;
use xano_wasm::engine::{Frame, Input, JoinOptions, MessageId, Moment, Session, State};

use crate::happening::Happening;

/// What the service and the application know of a channel.
#[derive(Default)]
pub(crate) struct Place {
    /// Everything that the service has kept, oldest first.
    pub(crate) log: Vec<MessageId>,
    /// What was acknowledged last.
    pub(crate) cursor: Option<MessageId>,
    /// What came on this socket, in this order.
    pub(crate) came: Vec<MessageId>,
    /// What was acknowledged on this socket.
    pub(crate) acknowledged: Vec<MessageId>,
    /// The frames of its messages that went out on this socket and have no receipt, oldest first.
    pub(crate) unanswered: VecDeque<u32>,
    /// Whose handlers run.
    pub(crate) running: BTreeSet<MessageId>,
    /// How often the handlers of each have failed since the last success.
    pub(crate) failures: BTreeMap<MessageId, u8>,
    /// Whose handlers have succeeded, or failed for good.
    pub(crate) done: BTreeSet<MessageId>,
}

#[derive(Default)]
pub(crate) struct World {
    pub(crate) session: Session,
    pub(crate) now_ms: u32,
    /// The socket that is open, whether the service is ready for it, and when it opened.
    pub(crate) socket: Option<(u32, bool, u32)>,
    pub(crate) timer: Option<(u32, u32)>,
    pub(crate) sent_ms: u32,
    pub(crate) pings_ms: Vec<u32>,
    pub(crate) awaits_pong: bool,
    pub(crate) joined: BTreeSet<u32>,
    pub(crate) wanted: BTreeSet<u32>,
    pub(crate) places: BTreeMap<u32, Place>,
    /// Published messages without an end, by number: whether they were sent, and on which channel.
    pub(crate) published: BTreeMap<u32, (u32, bool)>,
    /// Since when their answers are awaited: their publication, or the opening of the socket.
    pub(crate) awaited_since_ms: BTreeMap<u32, u32>,
    /// The published message that the last receipt has answered.
    pub(crate) answered: Option<u32>,
    /// Channels of the frames that wait or went out.
    pub(crate) channel_of: BTreeMap<u32, u32>,
    pub(crate) loses_acknowledgements: bool,
    pub(crate) frames: u32,
    pub(crate) messages: u32,
    pub(crate) inputs: VecDeque<Input>,
}

impl World {
    pub(crate) fn happens(&mut self, happening: Happening) {
        match happening {
            Happening::Join { channel, options } => {
                self.wanted.insert(channel);
                let options = JoinOptions::from_bits(options).union(JoinOptions::V2);
                self.feed(Input::Join { channel, options });
            }
            Happening::Leave { channel } if self.wanted.remove(&channel) => {
                self.places.remove(&channel);
                self.feed(Input::Leave { channel });
                self.joined.remove(&channel);
                self.feed(Input::TickEnded);
            }
            Happening::Send { channel } if self.wanted.contains(&channel) => {
                let frame = self.frame(channel, false);
                self.feed(Input::Send { channel, frame, writable: true, may_wait: true });
            }
            Happening::Publish { channel } if self.wanted.contains(&channel) => {
                let frame = self.frame(channel, true);
                self.published.insert(frame.number, (channel, false));
                self.awaited_since_ms.insert(frame.number, self.now_ms);
                self.feed(Input::Publish { channel, frame, writable: true, was_sent: false });
            }
            Happening::ServiceIsReady => {
                if let Some((_, is_ready, _)) = &mut self.socket {
                    *is_ready = true;
                }
            }
            Happening::MessageComes { channel, times } if self.joined.contains(&channel) => {
                for _ in 0..times {
                    self.messages += 1;
                    let message = self.messages;
                    self.places.entry(channel).or_default().log.push(message);
                    self.deliver(channel, message);
                }
            }
            Happening::MessageComesAgain { channel, which } if self.joined.contains(&channel) => {
                let came = &self.places.entry(channel).or_default().came;
                if let Some(&message) = came.get(which % came.len().max(1)) {
                    let running = self.places[&channel].running.len();
                    self.deliver(channel, message);
                    assert_eq!(self.places[&channel].running.len(), running, "handed out twice on a socket");
                }
            }
            Happening::HandlersFinish { which, failed } => self.finish(which, failed),
            Happening::EverythingFails => {
                while self.places.values().any(|place| !place.running.is_empty()) {
                    self.finish(0, true);
                }
                self.reconnect();
            }
            Happening::Acknowledgements { arrive } => self.loses_acknowledgements = !arrive,
            Happening::ReceiptComes { channel } if self.joined.contains(&channel) => {
                let place = self.places.entry(channel).or_default();
                if let Some(frame) = place.unanswered.pop_front() {
                    let awaits = self.published.contains_key(&frame);
                    self.answered = None;
                    self.feed(Input::Receipt { channel });
                    assert_eq!(self.answered, awaits.then_some(frame), "a receipt answers the oldest message");
                }
            }
            Happening::Breaks { code } => {
                if let Some((epoch, ..)) = self.socket.take() {
                    self.socket_is_gone();
                    self.feed(Input::Closed { epoch, code: CloseCode(code) });
                }
            }
            Happening::Reconnect => self.feed(Input::Reconnect),
            Happening::TimePasses { ms } => self.pass(ms),
            _ => {}
        }
    }

    fn frame(&mut self, channel: u32, comes_back: bool) -> Frame {
        self.frames += 1;
        self.channel_of.insert(self.frames, channel);
        Frame { number: self.frames, bytes: 10, comes_back }
    }

    pub(crate) fn went_out(&mut self, frame: u32) {
        let channel = self.channel_of[&frame];
        self.places.entry(channel).or_default().unanswered.push_back(frame);
    }

    fn deliver(&mut self, channel: u32, message: MessageId) {
        let came = &mut self.places.entry(channel).or_default().came;
        let again = came.contains(&message);
        came.push(message);
        self.feed(Input::Arrived { channel, message, transcript: false, again });
    }

    fn finish(&mut self, which: usize, failed: bool) {
        let running: Vec<(u32, MessageId)> = self
            .places
            .iter()
            .flat_map(|(&channel, place)| place.running.iter().map(move |&message| (channel, message)))
            .collect();
        let Some(&(channel, message)) = running.get(which % running.len().max(1)) else { return };
        let place = self.places.get_mut(&channel).expect("it runs there");
        place.running.remove(&message);
        if failed {
            *place.failures.entry(message).or_default() += 1;
        } else {
            place.failures.remove(&message);
        }
        if !failed || place.failures[&message] >= MAX_FAILURES {
            place.done.insert(message);
        }
        self.feed(Input::Finished { channel, message, failed });
    }

    pub(crate) fn socket_is_gone(&mut self) {
        self.joined.clear();
        self.awaits_pong = false;
        for place in self.places.values_mut() {
            place.came.clear();
            place.unanswered.clear();
            place.acknowledged.clear();
        }
    }

    /// Lets time pass, one timer after the other; the service answers at once.
    fn pass(&mut self, ms: u32) {
        let end_ms = self.now_ms + ms;
        while let Some((timer, due_ms)) = self.timer.filter(|&(_, due_ms)| due_ms <= end_ms) {
            self.now_ms = self.now_ms.max(due_ms);
            self.timer = None;
            let quiet_ms = self.now_ms - self.sent_ms;
            self.feed(Input::Elapsed { timer, quiet_ms, heard: true });
        }
        self.now_ms = end_ms;
        if self.session.state() == State::Open {
            assert!(self.now_ms - self.sent_ms <= PING_AFTER_MS, "the service drops a client that sends nothing");
        }
    }

    fn feed(&mut self, input: Input) {
        self.inputs.push_back(input);
        if self.inputs.len() > 1 {
            return;
        }
        while let Some(&input) = self.inputs.front() {
            let mut outputs = Vec::new();
            let moment = Moment { now_ms: self.now_ms, random: 1 << 31 };
            self.session.handle(input, moment, &mut outputs);
            let arrived = match input {
                Input::Arrived { message, .. } => Some(message),
                _ => None,
            };
            for output in outputs {
                self.carry_out(output, arrived);
            }
            self.inputs.pop_front();
        }
    }

    fn reconnect(&mut self) {
        self.happens(Happening::Breaks { code: 1006 });
        self.feed(Input::Reconnect);
        for _ in 0..70 {
            self.happens(Happening::ServiceIsReady);
            self.pass(1_000);
        }
    }

    /// Once every handler has finished well and the network is there, everything is acknowledged.
    pub(crate) fn everything_is_acknowledged_in_the_end(&mut self) {
        self.loses_acknowledgements = false;
        for _ in 0..4 {
            while self.places.values().any(|place| !place.running.is_empty()) {
                self.finish(0, false);
            }
            self.reconnect();
        }
        if self.wanted.is_empty() {
            return;
        }
        assert_eq!(self.session.state(), State::Open);
        for (channel, place) in self.places.iter().filter(|(channel, _)| self.joined.contains(channel)) {
            assert_eq!(place.cursor, place.log.last().copied(), "channel {channel}");
        }
    }
}
