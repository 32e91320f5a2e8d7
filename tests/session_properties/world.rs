//! The world around a session: what it consists of, and what happens in it.

use std::collections::{BTreeMap, HashSet, VecDeque};

use xano_realtime_protocol::CloseCode;
use xano_wasm::engine::session::queue::MAX_FRAMES;
use xano_wasm::engine::{Acknowledgement, Engine, Frame, Input, JoinOptions, Moment, Output, State};

use crate::happening::Happening;

/// A published message that has no answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Message {
    pub(crate) channel: u32,
    /// Since when its answer is awaited, with a connection.
    pub(crate) since_ms: u32,
    /// Whether the server sends it back.
    pub(crate) comes_back: bool,
    /// Whether it was sent with its key.
    pub(crate) was_sent: bool,
    /// Whether it was sent without.
    pub(crate) is_plain: bool,
    /// Whether it was sent over the current socket.
    pub(crate) is_out: bool,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Socket {
    Connecting,
    Open,
}

/// Where the application stands on a channel, as the host keeps it.
#[derive(Default)]
pub(crate) struct Place {
    pub(crate) position: Option<u32>,
    /// What an acknowledgement has named, until the engine says what that means.
    pub(crate) acknowledged: Option<u32>,
    /// Whether the join on the current socket has asked for what was missed.
    pub(crate) asked: bool,
}

impl Place {
    /// The engine says that this is the position from now on.
    pub(crate) fn take(&mut self) {
        let position = self.acknowledged.take();
        assert!(position.is_none() || self.position <= position, "a position goes back");
        self.position = position;
    }
}

/// The world around a session: one place for a socket, one for a timer, and what the application expects.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) engine: Engine,
    /// The number of the connection: a new one after the engine has forgotten it.
    pub(crate) connection: u32,
    pub(crate) now_ms: u32,
    pub(crate) epoch: u32,
    pub(crate) socket: Option<Socket>,
    /// The timer that runs, and when it is due.
    pub(crate) timer: Option<(u32, u32)>,
    /// Whether the session waits for the end of the tick.
    pub(crate) awaits_tick_end: bool,
    /// The options of the channels that are there.
    pub(crate) options: BTreeMap<u32, JoinOptions>,
    /// The channels that were handed in, until the engine forgets them.
    pub(crate) channels: HashSet<u32>,
    /// The frames that were handed in with their channels, until the engine sends or forgets them.
    pub(crate) frames: BTreeMap<u32, u32>,
    /// Joins sent on the current socket, with what they asked for besides what was missed.
    pub(crate) joins: HashSet<(u32, u32)>,
    /// The channels that the engine calls joined, on the current socket.
    pub(crate) joined: HashSet<u32>,
    /// The channels whose history the engine has asked for, on the current socket.
    pub(crate) histories: HashSet<u32>,
    /// Whether the server has acknowledged a join on the current socket: it acknowledges the others, too.
    pub(crate) acknowledges: bool,
    /// How many entries the server has had.
    pub(crate) newest: u32,
    /// What the host keeps of each channel.
    pub(crate) places: BTreeMap<u32, Place>,
    /// Frames of each channel that were taken and not sent yet, oldest first.
    pub(crate) waiting: BTreeMap<u32, VecDeque<u32>>,
    pub(crate) next_frame: u32,
    /// What was published and is not settled, by number: in the order it was published.
    pub(crate) messages: BTreeMap<u32, Message>,
    /// The channels whose server answers keys, on the current socket.
    pub(crate) keyed: HashSet<u32>,
    /// The message that was sent last over the current socket, of each channel.
    pub(crate) sent_last: BTreeMap<u32, u32>,
    /// What was said when the join was acknowledged that is being handled.
    pub(crate) said: Acknowledgement,
}

impl World {
    pub(crate) fn happens(&mut self, happening: &Happening) {
        let epoch = self.epoch;
        match *happening {
            Happening::Join { channel, options } => {
                let asked = JoinOptions::from_bits(options);
                let options = self.options.entry(channel).or_default();
                *options = options.union(asked);
                self.channels.insert(channel);
                self.handle(Input::Join { channel, options: asked });
            }
            Happening::Leave { channel } => {
                self.options.remove(&channel);
                self.waiting.remove(&channel);
                self.places.remove(&channel);
                self.joined.remove(&channel);
                self.keyed.remove(&channel);
                self.histories.remove(&channel);
                self.handle(Input::Leave { channel });
                assert!(!self.channels.contains(&channel), "a channel that was left is not forgotten");
                assert!(self.frames.values().all(|&of| of != channel), "a frame outlives its channel");
                if self.options.is_empty() && !self.awaits_tick_end {
                    self.nothing_is_left();
                }
            }
            Happening::TickEnds => {
                self.awaits_tick_end = false;
                self.handle(Input::TickEnded);
                if self.options.is_empty() {
                    self.nothing_is_left();
                }
            }
            Happening::Send { channel, writable, may_wait } if self.options.contains_key(&channel) => {
                self.send(channel, writable, may_wait);
            }
            Happening::SocketOpens if self.socket == Some(Socket::Connecting) => {
                self.socket = Some(Socket::Open);
                let now_ms = self.now_ms;
                self.messages.values_mut().for_each(|message| message.since_ms = now_ms);
                self.handle(Input::Opened { epoch });
            }
            Happening::SocketCloses { code } if self.socket.is_some() => {
                self.socket = None;
                self.handle(Input::Closed { epoch, code: CloseCode(code) });
            }
            Happening::TokenIsRefused if self.socket == Some(Socket::Connecting) => {
                self.socket = None;
                self.handle(Input::TokenRefused { epoch });
            }
            Happening::TimerElapses { late_ms, quiet_ms, heard } => {
                if let Some((timer, due_ms)) = self.timer.take() {
                    self.now_ms = due_ms.wrapping_add(late_ms);
                    self.handle(Input::Elapsed { timer, quiet_ms, heard });
                }
            }
            Happening::IsAcknowledged { channel, said, writable } if self.was_asked(channel) => {
                let place = self.places.entry(channel).or_default();
                place.acknowledged = said.has_position.then_some(self.newest);
                if said.answers_keys {
                    self.keyed.insert(channel);
                }
                self.said = said;
                self.handle(Input::Acknowledged { channel, said, writable });
                self.said = Acknowledgement::default();
                self.acknowledges = true;
                self.is_told_joined(channel);
                let awaits_more = self.histories.contains(&channel) || self.places[&channel].asked;
                assert!(awaits_more || !self.is_in_doubt(channel), "a message of an earlier socket is still in doubt");
            }
            Happening::Publish { channel, times, writable, was_sent, comes_back }
                if self.options.contains_key(&channel) =>
            {
                (0..times).for_each(|_| self.publish(channel, writable, was_sent, comes_back));
            }
            Happening::IsAnswered { which } => {
                let sent = self.messages.iter().filter(|(_, message)| message.was_sent || message.is_plain);
                let Some((&number, &Message { channel, .. })) = sent.clone().nth(which % sent.count().max(1)) else {
                    return;
                };
                let answered = Input::Answered { channel, message: number };
                let outputs = self.decide(answered);
                assert_eq!(outputs, [Output::ForgetFrame { frame: number }]);
                self.carry_out(outputs);
                assert_eq!(self.decide(answered), [], "a message is answered twice");
            }
            Happening::IsRefused { channel } if self.was_asked(channel) => {
                self.handle(Input::ChannelRefused { channel });
                let is_waiting = self.messages.values().any(|message| message.channel == channel);
                assert!(
                    !is_waiting || self.joined.contains(&channel),
                    "a message waits behind a join that was refused"
                );
            }
            Happening::NoSocketIsMade if self.socket == Some(Socket::Connecting) => {
                self.socket = None;
                self.handle(Input::NoSocketMade);
                assert!(self.messages.is_empty(), "a message waits where no socket can be made");
                self.handle(Input::Closed { epoch, code: CloseCode::ABNORMAL });
            }
            Happening::TimePasses { ms } => {
                let left_ms = self.timer.map_or(u32::MAX, |(_, due_ms)| due_ms.wrapping_sub(self.now_ms));
                self.now_ms = self.now_ms.wrapping_add(ms.min(left_ms));
            }
            Happening::IsHeard { channel, writable } if self.was_asked(channel) => {
                let was_joined = self.joined.contains(&channel);
                self.handle(Input::Heard { channel, writable });
                if self.acknowledges {
                    assert_eq!(
                        self.joined.contains(&channel),
                        was_joined,
                        "a sign stands for an acknowledgement that comes"
                    );
                } else {
                    self.is_told_joined(channel);
                }
            }
            Happening::MissedArrives { channel, complete } => self.missed_arrives(channel, complete),
            Happening::HistoryArrives { channel, ref hashes, seen } => self.history_arrives(channel, hashes, seen),
            Happening::EntryArrives { channel } => {
                self.newest += 1;
                let newest = self.newest;
                if self.joined.contains(&channel) {
                    let place = self.places.entry(channel).or_default();
                    // What was missed comes before what is new.
                    if place.acknowledged.is_none() {
                        place.position = place.position.map(|_| newest);
                    }
                }
            }
            Happening::Resumes { slept } => self.handle(Input::Resumed { slept }),
            Happening::IsWritable => self.handle(Input::Writable { epoch }),
            Happening::Reconnect => self.handle(Input::Reconnect),
            Happening::StaleEvent { kind, age } => {
                let epoch = epoch.wrapping_sub(age);
                let before = self.state();
                self.handle(match kind {
                    0 => Input::Opened { epoch },
                    1 => Input::Closed { epoch, code: CloseCode::NORMAL },
                    2 => Input::TokenRefused { epoch },
                    _ => Input::Elapsed {
                        timer: self.timer.unwrap_or_default().0.wrapping_sub(age),
                        quiet_ms: 120_000,
                        heard: false,
                    },
                });
                assert_eq!(self.state(), before, "an event of the past changed the state");
            }
            // Not possible as things stand: a socket that is not there cannot open.
            _ => {}
        }
        self.everybody_is_joined_when_open();
        self.every_message_is_looked_after();
    }

    pub(crate) fn publish(&mut self, channel: u32, writable: bool, was_sent: bool, comes_back: bool) {
        let number = self.next_frame;
        self.next_frame += 1;
        self.frames.insert(number, channel);
        let since_ms = self.now_ms;
        let message = Message { channel, comes_back, since_ms, was_sent, is_plain: false, is_out: false };
        self.messages.insert(number, message);
        let frame = Frame { number, bytes: 10, comes_back };
        self.handle(Input::Publish { channel, frame, writable, was_sent });
    }

    pub(crate) fn send(&mut self, channel: u32, writable: bool, may_wait: bool) {
        let number = self.next_frame;
        self.next_frame += 1;
        let goes_out_now = self.state() == State::Open && writable;
        let (is_joined, is_keyed) = (self.joined.contains(&channel), self.keyed.contains(&channel));
        let may_go = |message: &Message| {
            let is_meant = message.channel == channel && !message.is_out && !message.is_plain;
            is_meant && is_joined && (is_keyed || !message.was_sent)
        };
        let waits_before =
            self.waiting.get(&channel).is_some_and(|frames| !frames.is_empty()) || self.messages.values().any(may_go);
        let comes_back = number.is_multiple_of(2);
        // A host may send by itself what need not wait, or hand every frame in.
        if goes_out_now && !waits_before && number.is_multiple_of(3) {
            if comes_back {
                let outputs = self.decide(Input::Sending);
                let is_sent = |output: &Output| matches!(output, Output::Send { .. } | Output::SendPublished { .. });
                assert!(!outputs.iter().any(is_sent), "the host has sent it already");
                self.carry_out(outputs);
            }
            return;
        }
        let is_full = self.frames.values().filter(|&&of| of == channel).count() == MAX_FRAMES;
        let must_wait = !goes_out_now || waits_before;
        let is_refused = (!goes_out_now && !may_wait) || (must_wait && is_full);
        if !is_refused {
            self.waiting.entry(channel).or_default().push_back(number);
        }
        self.frames.insert(number, channel);
        let frame = Frame { number, bytes: 10, comes_back };
        let outputs = self.decide(Input::Send { channel, frame, writable, may_wait });
        let refused = outputs.iter().any(|output| matches!(output, Output::Failed { .. }));
        assert_eq!(refused, is_refused, "a frame is sent, waits, or is refused");
        self.carry_out(outputs);
        let waits = must_wait && !is_refused;
        assert_eq!(self.frames.contains_key(&number), waits, "a frame is kept for as long as it waits");
    }

    /// Whether a join for the channel was sent on the open socket.
    pub(crate) fn was_asked(&self, channel: u32) -> bool {
        self.state() == State::Open && self.joins.iter().any(|&(joined, _)| joined == channel)
    }

    pub(crate) fn is_told_joined(&self, channel: u32) {
        assert!(self.joined.contains(&channel), "the engine does not call a channel joined that the server let in");
    }

    pub(crate) fn state(&self) -> State {
        self.engine.state(self.connection)
    }

    pub(crate) fn handle(&mut self, input: Input) {
        let outputs = self.decide(input);
        self.carry_out(outputs);
    }

    pub(crate) fn decide(&mut self, input: Input) -> Vec<Output> {
        let mut outputs = Vec::new();
        let moment = Moment { now_ms: self.now_ms, random: 1 << 31 };
        self.engine.handle(self.connection, input, moment, &mut outputs);
        outputs
    }
}
