//! What holds for every sequence of inputs, checked on random ones.

use std::collections::{BTreeMap, HashSet, VecDeque};

use proptest::prelude::*;
use xano_realtime_protocol::CloseCode;
use xano_wasm::engine::session::publishing::ANSWER_WITHIN_MS;
use xano_wasm::engine::session::queue::MAX_FRAMES;
use xano_wasm::engine::{Acknowledgement, Engine, Failure, Frame, Input, JoinOptions, Moment, Output, State};

const CHANNELS: u32 = 4;
const CODES: [u16; 8] = [1000, 1001, 1006, 1008, 1009, 1012, 4000, 4401];

/// What may happen around a session. Events name the current socket or timer, or one of the past.
#[derive(Clone, Debug)]
enum Happening {
    Join { channel: u32, options: u32 },
    Leave { channel: u32 },
    TickEnds,
    Send { channel: u32, writable: bool, may_wait: bool },
    SocketOpens,
    SocketCloses { code: u16 },
    TokenIsRefused,
    TimerElapses { is_late: bool, quiet_ms: u32, heard: bool },
    IsAcknowledged { channel: u32, said: Acknowledgement },
    Publish { channel: u32, times: usize, writable: bool, was_sent: bool },
    IsAnswered { which: usize },
    IsRefused { channel: u32 },
    NoSocketIsMade,
    TimePasses { ms: u32 },
    IsHeard { channel: u32 },
    MissedArrives { channel: u32, complete: bool },
    EntryArrives { channel: u32 },
    Resumes { slept: bool },
    IsWritable,
    Reconnect,
    StaleEvent { kind: u8, age: u32 },
}

fn happening() -> impl Strategy<Value = Happening> {
    let channel = 0..CHANNELS;
    prop_oneof![
        4 => (channel.clone(), 0..8_u32).prop_map(|(channel, options)| Happening::Join { channel, options }),
        2 => channel.clone().prop_map(|channel| Happening::Leave { channel }),
        4 => Just(Happening::TickEnds),
        6 => (channel.clone(), any::<bool>(), prop::bool::weighted(0.9))
            .prop_map(|(channel, writable, may_wait)| Happening::Send { channel, writable, may_wait }),
        4 => Just(Happening::SocketOpens),
        2 => prop::sample::select(&CODES[..]).prop_map(|code| Happening::SocketCloses { code }),
        1 => Just(Happening::TokenIsRefused),
        3 => (prop::bool::weighted(0.1), 0..30_000_u32, any::<bool>())
            .prop_map(|(is_late, quiet_ms, heard)| Happening::TimerElapses { is_late, quiet_ms, heard }),
        6 => (channel.clone(), acknowledgement())
            .prop_map(|(channel, said)| Happening::IsAcknowledged { channel, said }),
        8 => (channel.clone(), prop_oneof![8 => Just(1), 1 => 300..700_usize], any::<bool>(), prop::bool::weighted(0.1))
            .prop_map(|(channel, times, writable, was_sent)| Happening::Publish { channel, times, writable, was_sent }),
        6 => (0..1_000_usize).prop_map(|which| Happening::IsAnswered { which }),
        1 => channel.clone().prop_map(|channel| Happening::IsRefused { channel }),
        1 => Just(Happening::NoSocketIsMade),
        4 => (0..12_000_u32).prop_map(|ms| Happening::TimePasses { ms }),
        2 => channel.clone().prop_map(|channel| Happening::IsHeard { channel }),
        3 => (channel.clone(), any::<bool>())
            .prop_map(|(channel, complete)| Happening::MissedArrives { channel, complete }),
        3 => channel.prop_map(|channel| Happening::EntryArrives { channel }),
        1 => any::<bool>().prop_map(|slept| Happening::Resumes { slept }),
        1 => Just(Happening::IsWritable),
        1 => Just(Happening::Reconnect),
        1 => (0..4_u8, 1..3_u32).prop_map(|(kind, age)| Happening::StaleEvent { kind, age }),
    ]
}

fn acknowledgement() -> impl Strategy<Value = Acknowledgement> {
    let likely = || prop::bool::weighted(0.8);
    (any::<bool>(), likely(), likely(), prop::bool::weighted(0.1)).prop_map(
        |(answers_pings, answers_keys, has_position, is_restarted)| Acknowledgement {
            answers_pings,
            answers_keys,
            has_position,
            is_restarted,
        },
    )
}

/// A published message that has no answer.
#[derive(Clone, Copy)]
struct Message {
    channel: u32,
    /// Since when its answer is awaited, with a connection.
    since_ms: u32,
    /// Whether it was sent with its key.
    was_sent: bool,
    /// Whether it was sent over the current socket.
    is_out: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Socket {
    Connecting,
    Open,
}

/// Where the application stands on a channel, as the host keeps it.
#[derive(Default)]
struct Place {
    position: Option<u32>,
    /// What an acknowledgement has named, until the engine says what that means.
    acknowledged: Option<u32>,
    /// Whether the join on the current socket has asked for what was missed.
    asked: bool,
}

impl Place {
    /// The engine says that this is the position from now on.
    fn take(&mut self) {
        let position = self.acknowledged.take();
        assert!(position.is_none() || self.position <= position, "a position goes back");
        self.position = position;
    }
}

/// The world around a session: one place for a socket, one for a timer, and what the application expects.
#[derive(Default)]
struct World {
    engine: Engine,
    /// The number of the connection: a new one after the engine has forgotten it.
    connection: u32,
    now_ms: u32,
    epoch: u32,
    socket: Option<Socket>,
    /// The timer that runs, and when it is due.
    timer: Option<(u32, u32)>,
    /// Whether the session waits for the end of the tick.
    awaits_tick_end: bool,
    /// The options of the channels that are there.
    options: BTreeMap<u32, JoinOptions>,
    /// The channels that were handed in, until the engine forgets them.
    channels: HashSet<u32>,
    /// The frames that were handed in with their channels, until the engine sends or forgets them.
    frames: BTreeMap<u32, u32>,
    /// Joins sent on the current socket, with what they asked for besides what was missed.
    joins: HashSet<(u32, u32)>,
    /// The channels that the engine calls joined, on the current socket.
    joined: HashSet<u32>,
    /// How many entries the server has had.
    newest: u32,
    /// What the host keeps of each channel.
    places: BTreeMap<u32, Place>,
    /// Frames of each channel that were taken and not sent yet, oldest first.
    waiting: BTreeMap<u32, VecDeque<u32>>,
    next_frame: u32,
    /// What was published and is not settled, by number: in the order it was published.
    messages: BTreeMap<u32, Message>,
    /// The channels whose server answers keys, on the current socket.
    keyed: HashSet<u32>,
    /// The message that was sent last over the current socket, of each channel.
    sent_last: BTreeMap<u32, u32>,
    /// What was said when the join was acknowledged that is being handled.
    said: Acknowledgement,
}

impl World {
    fn happens(&mut self, happening: &Happening) {
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
            Happening::TimerElapses { is_late, quiet_ms, heard } => {
                if let Some((timer, due_ms)) = self.timer.take() {
                    self.now_ms = due_ms.wrapping_add(if is_late { 120_000 } else { 0 });
                    self.handle(Input::Elapsed { timer, quiet_ms, heard });
                }
            }
            Happening::IsAcknowledged { channel, said } if self.was_asked(channel) => {
                let place = self.places.entry(channel).or_default();
                place.acknowledged = said.has_position.then_some(self.newest);
                if said.answers_keys {
                    self.keyed.insert(channel);
                }
                self.said = said;
                self.handle(Input::Acknowledged { channel, said });
                self.said = Acknowledgement::default();
                self.is_told_joined(channel);
            }
            Happening::Publish { channel, times, writable, was_sent } if self.options.contains_key(&channel) => {
                (0..times).for_each(|_| self.publish(channel, writable, was_sent));
            }
            Happening::IsAnswered { which } => {
                let sent = self.messages.iter().filter(|(_, message)| message.was_sent);
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
            Happening::IsHeard { channel } if self.was_asked(channel) => {
                self.handle(Input::Heard { channel });
                self.is_told_joined(channel);
            }
            Happening::MissedArrives { channel, complete } => self.missed_arrives(channel, complete),
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

    fn publish(&mut self, channel: u32, writable: bool, was_sent: bool) {
        let number = self.next_frame;
        self.next_frame += 1;
        self.frames.insert(number, channel);
        self.messages.insert(number, Message { channel, since_ms: self.now_ms, was_sent, is_out: false });
        let frame = Frame { number, bytes: 10, comes_back: true };
        self.handle(Input::Publish { channel, frame, writable, was_sent });
    }

    /// What was published waits for an answer no longer than it may, and nothing waits where nothing is tried.
    fn every_message_is_looked_after(&self) {
        let state = self.state();
        assert!(state != State::Stopped || self.messages.is_empty(), "a message waits, and nothing is tried");
        for channel in 0..CHANNELS {
            let kept = self.frames.values().filter(|&&of| of == channel).count();
            assert!(kept <= MAX_FRAMES, "more is kept than may be");
        }
        if state != State::Open {
            return;
        }
        for message in self.messages.values() {
            let waited_ms = self.now_ms.wrapping_sub(message.since_ms);
            let late_in_ms = ANSWER_WITHIN_MS.saturating_sub(waited_ms);
            let is_timed = self.timer.is_some_and(|(_, due_ms)| due_ms.wrapping_sub(self.now_ms) <= late_in_ms);
            assert!(is_timed, "the answer may be late for longer than it should");
        }
    }

    /// A published message is forgotten: it has its one answer.
    fn settled(&mut self, number: u32) -> Message {
        self.frames.remove(&number);
        self.messages.remove(&number).expect("a message is settled once")
    }

    fn send(&mut self, channel: u32, writable: bool, may_wait: bool) {
        let number = self.next_frame;
        self.next_frame += 1;
        let goes_out_now = self.state() == State::Open && writable;
        let may_go =
            |message: &Message| message.channel == channel && !message.is_out && self.joined.contains(&channel);
        let waits_before =
            self.waiting.get(&channel).is_some_and(|frames| !frames.is_empty()) || self.messages.values().any(may_go);
        let comes_back = number.is_multiple_of(2);
        // A host may send by itself what need not wait, or hand every frame in.
        if goes_out_now && !waits_before && number.is_multiple_of(3) {
            if comes_back {
                let outputs = self.decide(Input::Sending);
                let is_timer = |output: &Output| matches!(output, Output::SetTimer { .. });
                assert!(outputs.iter().all(is_timer), "the host has sent it already");
                self.carry_out(outputs);
            }
            return;
        }
        let is_full = self.frames.values().filter(|&&of| of == channel).count() == MAX_FRAMES;
        let must_wait = !goes_out_now || (may_wait && waits_before);
        let is_refused = must_wait && (!may_wait || is_full);
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
    fn was_asked(&self, channel: u32) -> bool {
        self.state() == State::Open && self.joins.iter().any(|&(joined, _)| joined == channel)
    }

    fn is_told_joined(&self, channel: u32) {
        assert!(self.joined.contains(&channel), "the engine does not call a channel joined that the server let in");
    }

    /// The answer to the question for what was missed, where a host asks the engine about it.
    fn missed_arrives(&mut self, channel: u32, complete: bool) {
        if !self.joined.contains(&channel) || self.state() != State::Open {
            return;
        }
        let Some(Place { acknowledged: Some(_), asked, .. }) = self.places.get(&channel) else { return };
        assert!(asked, "a host is left in doubt about a position, and nothing was asked for");
        let outputs = self.decide(Input::Missed { channel, complete });
        assert_eq!(outputs, [Output::HandOut { channel, gap: !complete }]);
        self.carry_out(outputs);
        assert_eq!(self.decide(Input::Missed { channel, complete }), [], "an answer is handed out twice");
    }

    fn state(&self) -> State {
        self.engine.state(self.connection)
    }

    fn handle(&mut self, input: Input) {
        let outputs = self.decide(input);
        self.carry_out(outputs);
    }

    fn decide(&mut self, input: Input) -> Vec<Output> {
        let mut outputs = Vec::new();
        let moment = Moment { now_ms: self.now_ms, random: 1 << 31 };
        self.engine.handle(self.connection, input, moment, &mut outputs);
        outputs
    }

    fn carry_out(&mut self, outputs: Vec<Output>) {
        // The channel whose join was sent last in this batch: only its frames may follow.
        let mut joined_last = None;
        let is_opening = outputs.contains(&Output::Connected);
        for output in outputs {
            match output {
                Output::OpenSocket { epoch } => {
                    assert!(self.socket.is_none(), "two sockets at once");
                    assert_ne!(epoch, self.epoch, "a new socket has a new number");
                    self.socket = Some(Socket::Connecting);
                    self.epoch = epoch;
                    self.joins.clear();
                    self.joined.clear();
                    self.keyed.clear();
                    self.sent_last.clear();
                    self.messages.values_mut().for_each(|message| message.is_out = false);
                    self.places.values_mut().for_each(|place| place.asked = false);
                }
                Output::CloseSocket { .. } => {
                    assert!(self.socket.is_some(), "there is no socket to close")
                }
                Output::DropSocket { .. } => {
                    assert!(self.socket.take().is_some(), "there is no socket to drop");
                }
                Output::SendJoin { channel, options } => {
                    assert!(self.socket == Some(Socket::Open), "joins go out on open sockets");
                    let place = self.places.entry(channel).or_default();
                    if options.contains(JoinOptions::RECOVER) {
                        assert!(place.position.is_some(), "a join carries a position that the host does not have");
                        assert!(self.options[&channel].contains(JoinOptions::RECOVER), "nobody wants what was missed");
                        assert!(!place.asked, "what was missed is asked for twice on one socket");
                        place.asked = true;
                    }
                    let others = options.with(JoinOptions::RECOVER, false);
                    assert!(
                        self.joins.insert((channel, others.bits())),
                        "a second join with the same options on one socket"
                    );
                    joined_last = Some(channel);
                }
                Output::Joined { channel } => {
                    assert!(self.was_asked(channel), "a channel is called joined that was not asked for");
                    assert!(self.joined.insert(channel), "a channel is called joined twice on one socket");
                }
                Output::TakePosition { channel } | Output::HandOut { channel, .. } => {
                    self.places.entry(channel).or_default().take();
                }
                Output::SendLeave { channel } => {
                    assert!(self.socket == Some(Socket::Open));
                    self.joins.retain(|&(joined, ..)| joined != channel);
                }
                Output::Send { frame: number } => {
                    assert!(self.socket == Some(Socket::Open), "frames go out on open sockets");
                    let channel =
                        self.frames.remove(&number).expect("a frame is sent once, and not after it was forgotten");
                    let oldest = self.waiting.get_mut(&channel).and_then(VecDeque::pop_front);
                    assert_eq!(oldest, Some(number), "every frame once, in order");
                    if is_opening {
                        assert_eq!(joined_last, Some(channel), "a queue goes out directly behind its join");
                    }
                }
                Output::SendPublished { message: number, keyed } => {
                    assert!(self.socket == Some(Socket::Open), "messages go out on open sockets");
                    let message = self.messages.get_mut(&number).expect("a message is not sent after it was settled");
                    assert!(self.joined.contains(&message.channel), "a message waits for its channel to be joined");
                    assert!(!message.is_out, "a message is sent twice over one socket");
                    let is_doubtful = message.was_sent && self.said.is_restarted;
                    assert!(!is_doubtful, "a message is sent again to a server that has forgotten its key");
                    assert_eq!(keyed, self.keyed.contains(&message.channel));
                    message.is_out = true;
                    message.was_sent |= keyed;
                    let before = self.sent_last.insert(message.channel, number);
                    assert!(before < Some(number), "a message overtakes another one");
                }
                Output::Settled { message: number, failure } => {
                    let message = self.settled(number);
                    let waited_ms = self.now_ms.wrapping_sub(message.since_ms);
                    assert!(match failure {
                        None => message.is_out && !self.keyed.contains(&message.channel),
                        Some(Failure::Timeout) => waited_ms >= ANSWER_WITHIN_MS,
                        Some(Failure::Unconfirmed) => message.was_sent && self.said.is_restarted,
                        Some(Failure::Refused) => !self.joined.contains(&message.channel),
                        Some(_) => true,
                    });
                }
                Output::ForgetFrame { frame } if self.messages.contains_key(&frame) => {
                    self.settled(frame);
                }
                Output::ForgetFrame { frame } => {
                    assert!(
                        self.frames.remove(&frame).is_some(),
                        "a frame is forgotten once, and not after it was sent"
                    );
                }
                Output::ForgetChannel { channel } => {
                    assert!(self.channels.remove(&channel), "a channel is forgotten once");
                }
                Output::ForgetConnection => {
                    assert!(self.socket.is_none() && self.channels.is_empty() && self.frames.is_empty());
                    self.connection += 1;
                    self.epoch = 0;
                }
                Output::AwaitTickEnd => {
                    assert!(
                        self.socket.is_some() && self.options.is_empty(),
                        "only a socket without channels is let go"
                    );
                    self.awaits_tick_end = true;
                }
                Output::AwaitWritable => assert!(self.socket == Some(Socket::Open), "an open socket is waited for"),
                Output::SendPing => assert!(self.socket == Some(Socket::Open), "pings go out on open sockets"),
                Output::SetTimer { timer, after_ms, watches } => {
                    assert_eq!(watches, self.state() == State::Open);
                    self.timer = Some((timer, self.now_ms.wrapping_add(after_ms)));
                }
                Output::ClearTimer => self.timer = None,
                Output::Connected => {
                    assert!(self.waiting.values().all(VecDeque::is_empty), "a frame still waits on an open socket");
                }
                Output::Disconnected { .. } | Output::Failed { .. } => {}
                Output::Judged { .. } | Output::SendAck { .. } => unreachable!("V1 acknowledges nothing"),
            }
        }
    }

    fn everybody_is_joined_when_open(&self) {
        if self.state() != State::Open {
            return;
        }
        for (&channel, options) in &self.options {
            let others = options.with(JoinOptions::RECOVER, false);
            assert!(self.joins.contains(&(channel, others.bits())), "a channel is not joined");
        }
    }

    fn nothing_is_left(&mut self) {
        assert_eq!(self.state(), State::Idle);
        assert_eq!(self.engine.connections(), 0, "a connection outlives its last channel");
        assert!(self.channels.is_empty() && self.frames.is_empty(), "a number is never forgotten");
        assert!(self.socket.is_none() && self.timer.is_none(), "a socket or timer outlives the last channel");
        let epoch = self.epoch;
        for input in [
            Input::Opened { epoch },
            Input::Closed { epoch, code: CloseCode::ABNORMAL },
            Input::Elapsed { timer: 0, quiet_ms: 0, heard: false },
            Input::Resumed { slept: true },
            Input::Reconnect,
        ] {
            assert_eq!(self.decide(input), [], "an output after the last channel is gone");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_sequence_of_inputs_keeps_the_promises(happenings in prop::collection::vec(happening(), 1..120)) {
        let mut world = World::default();
        for happening in &happenings {
            world.happens(happening);
        }
    }
}
