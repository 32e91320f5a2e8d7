//! Realtime V2 as the engine speaks it, in virtual time: random services, networks and handlers around one session.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use proptest::prelude::*;
use xano_realtime_protocol::CloseCode;
use xano_wasm::engine::session::publishing::ANSWER_WITHIN_MS;
use xano_wasm::engine::session::v2::ledger::MAX_FAILURES;
use xano_wasm::engine::session::v2::{LONGEST_PAUSE_MS, PAUSE_MS, PING_AFTER_MS};
use xano_wasm::engine::{
    Acknowledgement, Failure, Frame, Input, JoinOptions, MessageId, Moment, Output, Session, State, Step,
};

const CHANNELS: u32 = 3;
const CODES: [u16; 6] = [1006, 1011, 1012, 1013, 4000, 1000];

/// What may happen. `which` is taken modulo what there is.
#[derive(Clone, Debug)]
enum Happening {
    Join {
        channel: u32,
        options: u32,
    },
    Leave {
        channel: u32,
    },
    Send {
        channel: u32,
    },
    Publish {
        channel: u32,
    },
    ServiceIsReady,
    /// The service sends a new message on the channel, this often.
    MessageComes {
        channel: u32,
        times: u32,
    },
    /// A message that came before comes once more, on the same socket.
    MessageComesAgain {
        channel: u32,
        which: usize,
    },
    HandlersFinish {
        which: usize,
        failed: bool,
    },
    /// Every handler that runs fails, the connection breaks, and another one is there.
    EverythingFails,
    /// Acknowledgements reach the service from now on, or do not.
    Acknowledgements {
        arrive: bool,
    },
    ReceiptComes {
        channel: u32,
    },
    Breaks {
        code: u16,
    },
    Reconnect,
    TimePasses {
        ms: u32,
    },
}

fn happening() -> impl Strategy<Value = Happening> {
    let channel = 0..CHANNELS;
    prop_oneof![
        3 => (channel.clone(), 0..8_u32).prop_map(|(channel, options)| Happening::Join { channel, options }),
        1 => channel.clone().prop_map(|channel| Happening::Leave { channel }),
        3 => channel.clone().prop_map(|channel| Happening::Send { channel }),
        3 => channel.clone().prop_map(|channel| Happening::Publish { channel }),
        4 => Just(Happening::ServiceIsReady),
        8 => (channel.clone(), 1..4_u32).prop_map(|(channel, times)| Happening::MessageComes { channel, times }),
        2 => (channel.clone(), any::<usize>())
            .prop_map(|(channel, which)| Happening::MessageComesAgain { channel, which }),
        12 => (any::<usize>(), prop::bool::weighted(0.2))
            .prop_map(|(which, failed)| Happening::HandlersFinish { which, failed }),
        3 => Just(Happening::EverythingFails),
        1 => any::<bool>().prop_map(|arrive| Happening::Acknowledgements { arrive }),
        3 => channel.prop_map(|channel| Happening::ReceiptComes { channel }),
        2 => prop::sample::select(&CODES[..]).prop_map(|code| Happening::Breaks { code }),
        1 => Just(Happening::Reconnect),
        8 => (0..12_000_u32).prop_map(|ms| Happening::TimePasses { ms }),
    ]
}

/// What the service and the application know of a channel.
#[derive(Default)]
struct Place {
    /// Everything that the service has kept, oldest first.
    log: Vec<MessageId>,
    /// What was acknowledged last.
    cursor: Option<MessageId>,
    /// What came on this socket, in this order.
    came: Vec<MessageId>,
    /// What was acknowledged on this socket.
    acknowledged: Vec<MessageId>,
    /// The frames of its messages that went out on this socket and have no receipt, oldest first.
    unanswered: VecDeque<u32>,
    /// Whose handlers run.
    running: BTreeSet<MessageId>,
    /// How often the handlers of each have failed since the last success.
    failures: BTreeMap<MessageId, u8>,
    /// Whose handlers have succeeded, or failed for good.
    done: BTreeSet<MessageId>,
}

#[derive(Default)]
struct World {
    session: Session,
    now_ms: u32,
    /// The socket that is open, whether the service is ready for it, and when it opened.
    socket: Option<(u32, bool, u32)>,
    timer: Option<(u32, u32)>,
    sent_ms: u32,
    pings_ms: Vec<u32>,
    awaits_pong: bool,
    joined: BTreeSet<u32>,
    wanted: BTreeSet<u32>,
    places: BTreeMap<u32, Place>,
    /// Published messages without an end, by number: whether they were sent, and on which channel.
    published: BTreeMap<u32, (u32, bool)>,
    /// Since when their answers are awaited: their publication, or the opening of the socket.
    awaited_since_ms: BTreeMap<u32, u32>,
    /// The published message that the last receipt has answered.
    answered: Option<u32>,
    /// Channels of the frames that wait or went out.
    channel_of: BTreeMap<u32, u32>,
    loses_acknowledgements: bool,
    frames: u32,
    messages: u32,
    inputs: VecDeque<Input>,
}

impl World {
    fn happens(&mut self, happening: Happening) {
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

    fn went_out(&mut self, frame: u32) {
        let channel = self.channel_of[&frame];
        self.places.entry(channel).or_default().unanswered.push_back(frame);
    }

    fn deliver(&mut self, channel: u32, message: MessageId) {
        self.places.entry(channel).or_default().came.push(message);
        self.feed(Input::Delivery { channel, message, step: Step::Arrived });
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
        self.feed(Input::Delivery { channel, message, step: if failed { Step::Failed } else { Step::Done } });
    }

    fn socket_is_gone(&mut self) {
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
                Input::Delivery { message, .. } => Some(message),
                _ => None,
            };
            for output in outputs {
                self.carry_out(output, arrived);
            }
            self.inputs.pop_front();
        }
    }

    fn sends(&mut self, what: &str) {
        let Some((_, is_ready, _)) = self.socket else { panic!("{what} without a socket") };
        assert!(is_ready && self.session.state() == State::Open, "{what} before the service is ready");
        self.sent_ms = self.now_ms;
    }

    fn carry_out(&mut self, output: Output, arrived: Option<MessageId>) {
        match output {
            Output::OpenSocket { epoch } => {
                assert!(self.socket.is_none(), "two sockets");
                self.socket = Some((epoch, false, self.now_ms));
                self.pings_ms.clear();
                self.awaited_since_ms.values_mut().for_each(|since_ms| *since_ms = self.now_ms);
                self.inputs.push_back(Input::Opened { epoch });
            }
            Output::CloseSocket { .. } => {
                if let Some((epoch, ..)) = self.socket.take() {
                    self.socket_is_gone();
                    self.inputs.push_back(Input::Closed { epoch, code: CloseCode::RECONNECT });
                }
            }
            Output::DropSocket { .. } => {
                self.socket = None;
                self.socket_is_gone();
            }
            Output::SendPing => self.ping(),
            Output::SendJoin { channel, .. } => {
                self.sends("join");
                assert!(self.joined.insert(channel), "a second join on a socket");
                self.inputs.push_back(Input::Acknowledged {
                    channel,
                    said: Acknowledgement {
                        answers_pings: true,
                        answers_keys: false,
                        has_position: true,
                        is_restarted: false,
                    },
                    writable: true,
                });
                // The service replays what follows the cursor.
                let place = self.places.entry(channel).or_default();
                let missed: Vec<_> = place.log.iter().filter(|&&id| Some(id) > place.cursor).copied().collect();
                for message in missed {
                    place.came.push(message);
                    self.inputs.push_back(Input::Delivery { channel, message, step: Step::Arrived });
                }
            }
            Output::Send { frame } => {
                self.sends("a message");
                self.went_out(frame);
            }
            Output::SendPublished { message, keyed } => {
                self.sends("a published message");
                let (_, was_sent) = self.published.get_mut(&message).expect("it has no end");
                assert!(!keyed && !*was_sent, "V2 never sends again");
                *was_sent = true;
                self.went_out(message);
            }
            Output::Settled { message, failure } => {
                let (_, was_sent) = self.published.remove(&message).expect("it has one end");
                if was_sent {
                    assert_eq!(failure, Some(Failure::Unconfirmed));
                    let is_late = self.now_ms - self.awaited_since_ms[&message] >= ANSWER_WITHIN_MS;
                    assert!(is_late || self.session.state() != State::Open, "lost with its socket, and with no other");
                }
            }
            Output::ForgetFrame { frame } => {
                self.answered = self.published.remove(&frame).map(|_| frame);
            }
            Output::Judged { channel, message, hand_out } => {
                assert_eq!(arrived, Some(message));
                self.judged(channel, message, hand_out);
            }
            Output::SendAck { channel, message } => self.acknowledged(channel, message),
            Output::SetTimer { timer, after_ms, .. } => self.timer = Some((timer, self.now_ms + after_ms)),
            Output::ClearTimer => self.timer = None,
            _ => {}
        }
    }

    fn ping(&mut self) {
        let Some((_, is_ready, opened_ms)) = self.socket else { panic!("a ping without a socket") };
        if self.session.state() == State::Open {
            assert!(self.now_ms - self.sent_ms >= PING_AFTER_MS, "a ping while the client sends");
            self.sent_ms = self.now_ms;
            return;
        }
        if let Some(&last_ms) = self.pings_ms.last() {
            let pause_ms = self.now_ms - last_ms;
            let is_early = last_ms - opened_ms < LONGEST_PAUSE_MS;
            assert!((PAUSE_MS..=LONGEST_PAUSE_MS).contains(&pause_ms) && (!is_early || pause_ms == PAUSE_MS));
        }
        self.pings_ms.push(self.now_ms);
        self.sent_ms = self.now_ms;
        self.inputs.push_back(Input::Greeted { ready: is_ready });
    }

    fn judged(&mut self, channel: u32, message: MessageId, hand_out: bool) {
        let place = self.places.get_mut(&channel).expect("it is joined");
        if hand_out {
            assert!(!place.done.contains(&message), "handed out after it has succeeded");
            assert!(place.running.insert(message), "handed out while its handlers run");
        } else {
            let is_known = place.done.contains(&message) || place.running.contains(&message);
            let failed_here = place.came.iter().filter(|&&id| id == message).count() > 1;
            assert!(is_known || failed_here, "never handed out");
        }
    }

    fn acknowledged(&mut self, channel: u32, message: MessageId) {
        let place = self.places.get_mut(&channel).expect("it is joined");
        assert!(place.done.contains(&message), "acknowledged ahead of its handlers");
        assert!(!place.acknowledged.contains(&message), "acknowledged twice on a socket");
        let position = place.came.iter().position(|&id| id == message).expect("it came on this socket");
        let mut earlier: Vec<_> = place.came[..position].to_vec();
        earlier.retain(|id| !place.acknowledged.contains(id));
        assert!(earlier.is_empty(), "acknowledged before {earlier:?}, which came earlier");
        place.acknowledged.push(message);
        if !self.loses_acknowledgements {
            place.cursor = place.cursor.max(Some(message));
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
    fn everything_is_acknowledged_in_the_end(&mut self) {
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

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_sequence_keeps_the_promises_of_v2(happenings in prop::collection::vec(happening(), 1..120)) {
        let mut world = World::default();
        for happening in happenings {
            world.happens(happening);
        }
        world.everything_is_acknowledged_in_the_end();
    }
}
