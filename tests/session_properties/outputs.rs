//! Outputs are carried out, and held against what was promised.

use std::collections::VecDeque;

use xano_realtime_protocol::CloseCode;
use xano_wasm::engine::session::publishing::ANSWER_WITHIN_MS;
use xano_wasm::engine::session::queue::MAX_FRAMES;
use xano_wasm::engine::session::watch::PONG_WITHIN_MS;
use xano_wasm::engine::{Failure, Input, JoinOptions, Output, State};

use crate::happening::CHANNELS;
use crate::world::{Message, Socket, World};

impl World {
    pub(crate) fn carry_out(&mut self, outputs: Vec<Output>) {
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
                    self.acknowledges = false;
                    self.keyed.clear();
                    self.sent_last.clear();
                    self.messages.values_mut().for_each(|message| message.is_out = false);
                    self.histories.clear();
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
                Output::TakePosition { channel, recovers, in_doubt: true } => {
                    assert!(
                        recovers && self.options[&channel].contains(JoinOptions::RECOVER),
                        "nobody wants the history"
                    );
                    assert!(self.was_asked(channel), "the history is asked for before the join");
                    assert!(self.histories.insert(channel), "the history is asked for twice on one socket");
                    self.places.entry(channel).or_default().take();
                }
                Output::TakePosition { channel, .. } | Output::HandOut { channel, .. } => {
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
                    assert!(keyed || !message.was_sent, "a message is sent again without its key");
                    assert_eq!(keyed, self.keyed.contains(&message.channel));
                    assert!(!message.is_plain, "a message is sent again that went out without its key");
                    // What was sent with its key waits for a server that answers keys, and others do not wait for it.
                    let is_repeated = message.was_sent;
                    message.is_out = true;
                    message.was_sent |= keyed;
                    message.is_plain |= !keyed;
                    let before = self.sent_last.insert(message.channel, number);
                    assert!(before < Some(number) || is_repeated, "a message overtakes another one");
                }
                Output::Settled { message: number, failure } => {
                    let message = self.settled(number);
                    let waited_ms = self.now_ms.wrapping_sub(message.since_ms);
                    assert!(
                        match failure {
                            None => message.is_plain && !message.comes_back,
                            Some(Failure::Timeout) => !message.is_plain && waited_ms >= ANSWER_WITHIN_MS,
                            Some(Failure::Unconfirmed) => {
                                let is_late = !message.is_out || waited_ms >= ANSWER_WITHIN_MS;
                                let is_unknown = self.said.is_restarted || !self.said.answers_keys;
                                (message.is_plain && is_late) || (message.was_sent && is_unknown)
                            }
                            Some(Failure::Refused) => !self.joined.contains(&message.channel),
                            Some(_) => true,
                        },
                        "{failure:?} {message:?} after {waited_ms} ms, {:?}",
                        self.said
                    );
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

    pub(crate) fn everybody_is_joined_when_open(&self) {
        if self.state() != State::Open {
            return;
        }
        for (&channel, options) in &self.options {
            let others = options.with(JoinOptions::RECOVER, false);
            assert!(self.joins.contains(&(channel, others.bits())), "a channel is not joined");
        }
    }

    /// What was published waits for an answer no longer than it may, and nothing waits where nothing is tried.
    pub(crate) fn every_message_is_looked_after(&self) {
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
            // Behind a late timer and a sleep it is seen first what came.
            let late_in_ms = ANSWER_WITHIN_MS.saturating_sub(waited_ms).max(PONG_WITHIN_MS);
            let is_timed = self.timer.is_some_and(|(_, due_ms)| due_ms.wrapping_sub(self.now_ms) <= late_in_ms);
            assert!(is_timed, "the answer may be late for longer than it should");
        }
    }

    /// A published message is forgotten: it has its one answer.
    pub(crate) fn settled(&mut self, number: u32) -> Message {
        self.frames.remove(&number);
        self.messages.remove(&number).expect("a message is settled once")
    }

    pub(crate) fn nothing_is_left(&mut self) {
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
