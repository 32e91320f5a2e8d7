//! What holds for every sequence of inputs, checked on random ones.

use std::collections::{BTreeMap, HashSet, VecDeque};

use proptest::prelude::*;
use xano_realtime_protocol::CloseCode;
use xano_wasm::session::{Frame, Input, Output, Session, State, Wishes};

const CHANNELS: u32 = 4;
const CODES: [u16; 8] = [1000, 1001, 1006, 1008, 1009, 1012, 4000, 4401];

/// What may happen around a session. Events name the current socket or timer, or one of the past.
#[derive(Clone, Debug)]
enum Happening {
    Join { channel: u32, history: bool, presence: bool },
    Leave { channel: u32 },
    TickEnds,
    Send { channel: u32, writable: bool, may_wait: bool },
    SocketOpens,
    SocketCloses { code: u16 },
    TokenIsRefused,
    TimerElapses { is_late: bool, quiet_ms: u32, heard: bool },
    IsAcknowledged { answers_pings: bool },
    Resumes { slept: bool },
    IsWritable,
    Reconnect,
    StaleEvent { kind: u8, age: u32 },
}

fn happening() -> impl Strategy<Value = Happening> {
    let channel = 0..CHANNELS;
    prop_oneof![
        4 => (channel.clone(), any::<bool>(), any::<bool>())
            .prop_map(|(channel, history, presence)| Happening::Join { channel, history, presence }),
        2 => channel.clone().prop_map(|channel| Happening::Leave { channel }),
        4 => Just(Happening::TickEnds),
        6 => (channel, any::<bool>(), prop::bool::weighted(0.9))
            .prop_map(|(channel, writable, may_wait)| Happening::Send { channel, writable, may_wait }),
        4 => Just(Happening::SocketOpens),
        2 => prop::sample::select(&CODES[..]).prop_map(|code| Happening::SocketCloses { code }),
        1 => Just(Happening::TokenIsRefused),
        3 => (prop::bool::weighted(0.1), 0..30_000_u32, any::<bool>())
            .prop_map(|(is_late, quiet_ms, heard)| Happening::TimerElapses { is_late, quiet_ms, heard }),
        2 => any::<bool>().prop_map(|answers_pings| Happening::IsAcknowledged { answers_pings }),
        1 => any::<bool>().prop_map(|slept| Happening::Resumes { slept }),
        1 => Just(Happening::IsWritable),
        1 => Just(Happening::Reconnect),
        1 => (0..4_u8, 1..3_u32).prop_map(|(kind, age)| Happening::StaleEvent { kind, age }),
    ]
}

/// A frame that says which it is.
type Body = (u32, u32);

#[derive(Clone, Copy, PartialEq)]
enum Socket {
    Connecting,
    Open,
}

/// The world around a session: one place for a socket, one for a timer, and what the application expects.
#[derive(Default)]
struct World {
    session: Session<Body>,
    epoch: u32,
    socket: Option<Socket>,
    timer: Option<u32>,
    /// Whether the session waits for the end of the tick.
    awaits_tick_end: bool,
    /// The wishes of the channels that are there.
    wishes: BTreeMap<u32, Wishes>,
    /// Joins sent on the current socket.
    joins: HashSet<(u32, bool, bool)>,
    /// Frames of each channel that were taken and not sent yet, oldest first.
    waiting: BTreeMap<u32, VecDeque<u32>>,
    next_frame: u32,
}

impl World {
    fn happens(&mut self, happening: &Happening) {
        let epoch = self.epoch;
        match *happening {
            Happening::Join { channel, history, presence } => {
                let asked = Wishes { history, presence, recover: false };
                let wishes = self.wishes.entry(channel).or_default();
                *wishes = wishes.union(asked);
                self.handle(Input::Join { channel, wishes: asked });
            }
            Happening::Leave { channel } => {
                self.wishes.remove(&channel);
                self.waiting.remove(&channel);
                self.handle(Input::Leave { channel });
                if self.wishes.is_empty() && !self.awaits_tick_end {
                    self.nothing_is_left();
                }
            }
            Happening::TickEnds => {
                self.awaits_tick_end = false;
                self.handle(Input::TickEnded);
                if self.wishes.is_empty() {
                    self.nothing_is_left();
                }
            }
            Happening::Send { channel, writable, may_wait } if self.wishes.contains_key(&channel) => {
                self.send(channel, writable, may_wait);
            }
            Happening::SocketOpens if self.socket == Some(Socket::Connecting) => {
                self.socket = Some(Socket::Open);
                self.handle(Input::Opened { epoch });
            }
            Happening::SocketCloses { code } if self.socket.is_some() => {
                self.socket = None;
                self.handle(Input::Closed { epoch, code: CloseCode(code), random: 0.5 });
            }
            Happening::TokenIsRefused if self.socket == Some(Socket::Connecting) => {
                self.socket = None;
                self.handle(Input::TokenRefused { epoch });
            }
            Happening::TimerElapses { is_late, quiet_ms, heard } => {
                if let Some(timer) = self.timer.take() {
                    let late_ms = if is_late { 120_000 } else { 0 };
                    self.handle(Input::Elapsed { timer, late_ms, quiet_ms, heard, random: 0.5 });
                }
            }
            Happening::IsAcknowledged { answers_pings } if self.socket == Some(Socket::Open) => {
                self.handle(Input::Acknowledged { answers_pings });
            }
            Happening::Resumes { slept } => self.handle(Input::Resumed { slept }),
            Happening::IsWritable => self.handle(Input::Writable { epoch }),
            Happening::Reconnect => self.handle(Input::Reconnect),
            Happening::StaleEvent { kind, age } => {
                let epoch = epoch.wrapping_sub(age);
                let before = self.session.state();
                self.handle(match kind {
                    0 => Input::Opened { epoch },
                    1 => Input::Closed { epoch, code: CloseCode::NORMAL, random: 0.5 },
                    2 => Input::TokenRefused { epoch },
                    _ => Input::Elapsed {
                        timer: self.timer.unwrap_or_default().wrapping_sub(age),
                        late_ms: 120_000,
                        quiet_ms: 120_000,
                        heard: false,
                        random: 0.5,
                    },
                });
                assert_eq!(self.session.state(), before, "an event of the past changed the state");
            }
            // Not possible as things stand: a socket that is not there cannot open.
            _ => {}
        }
        self.everybody_is_joined_when_open();
    }

    fn send(&mut self, channel: u32, writable: bool, may_wait: bool) {
        let number = self.next_frame;
        self.next_frame += 1;
        let goes_out_now = self.session.state() == State::Open && writable;
        let waits_before = self.waiting.get(&channel).is_some_and(|frames| !frames.is_empty());
        // A driver may ask first, or give every frame in.
        if writable && number.is_multiple_of(3) {
            let passes = self.session.try_pass(channel, number.is_multiple_of(2));
            assert_eq!(passes, goes_out_now && !waits_before, "nothing passes what waits");
            let outputs = self.drain();
            self.carry_out(outputs);
            if passes {
                return;
            }
        }
        if goes_out_now || may_wait {
            self.waiting.entry(channel).or_default().push_back(number);
        }
        let frame = Frame { body: (channel, number), bytes: 10, comes_back: number.is_multiple_of(2) };
        let outputs = self.decide(Input::Send { channel, frame, writable, may_wait });
        let refused = outputs.iter().any(|output| matches!(output, Output::Failed { .. }));
        assert_eq!(refused, !goes_out_now && !may_wait, "a frame is sent, waits, or is refused");
        self.carry_out(outputs);
    }

    fn handle(&mut self, input: Input<Body>) {
        let outputs = self.decide(input);
        self.carry_out(outputs);
    }

    fn decide(&mut self, input: Input<Body>) -> Vec<Output<Body>> {
        self.session.handle(input);
        self.drain()
    }

    fn drain(&mut self) -> Vec<Output<Body>> {
        std::iter::from_fn(|| self.session.poll()).collect()
    }

    fn carry_out(&mut self, outputs: Vec<Output<Body>>) {
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
                }
                Output::CloseSocket { .. } => {
                    assert!(self.socket.is_some(), "there is no socket to close")
                }
                Output::DropSocket { .. } => {
                    assert!(self.socket.take().is_some(), "there is no socket to drop");
                }
                Output::SendJoin { channel, wishes } => {
                    assert!(self.socket == Some(Socket::Open), "joins go out on open sockets");
                    assert!(
                        self.joins.insert((channel, wishes.history, wishes.presence)),
                        "a second join with the same wishes on one socket"
                    );
                    joined_last = Some(channel);
                }
                Output::SendLeave { channel } => {
                    assert!(self.socket == Some(Socket::Open));
                    self.joins.retain(|&(joined, ..)| joined != channel);
                }
                Output::Send { body: (channel, number) } => {
                    assert!(self.socket == Some(Socket::Open), "frames go out on open sockets");
                    let oldest = self.waiting.get_mut(&channel).and_then(VecDeque::pop_front);
                    assert_eq!(oldest, Some(number), "every frame once, in order");
                    if is_opening {
                        assert_eq!(joined_last, Some(channel), "a queue goes out directly behind its join");
                    }
                }
                Output::AwaitTickEnd => {
                    assert!(
                        self.socket.is_some() && self.wishes.is_empty(),
                        "only a socket without channels is let go"
                    );
                    self.awaits_tick_end = true;
                }
                Output::AwaitWritable => assert!(self.socket == Some(Socket::Open), "an open socket is waited for"),
                Output::SendPing => assert!(self.socket == Some(Socket::Open), "pings go out on open sockets"),
                Output::SetTimer { timer, .. } => self.timer = Some(timer),
                Output::ClearTimer => self.timer = None,
                Output::Connected => {
                    assert!(self.waiting.values().all(VecDeque::is_empty), "a frame still waits on an open socket");
                }
                Output::Disconnected { .. } | Output::Failed { .. } => {}
            }
        }
    }

    fn everybody_is_joined_when_open(&self) {
        if self.session.state() != State::Open {
            return;
        }
        for (&channel, wishes) in &self.wishes {
            assert!(self.joins.contains(&(channel, wishes.history, wishes.presence)), "a channel is not joined");
        }
    }

    fn nothing_is_left(&mut self) {
        assert_eq!(self.session.state(), State::Idle);
        assert!(self.socket.is_none() && self.timer.is_none(), "a socket or timer outlives the last channel");
        let epoch = self.epoch;
        for input in [
            Input::Opened { epoch },
            Input::Closed { epoch, code: CloseCode::ABNORMAL, random: 0.5 },
            Input::Elapsed { timer: 0, late_ms: 0, quiet_ms: 0, heard: false, random: 0.5 },
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
