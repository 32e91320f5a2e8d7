//! Outputs are carried out, and held against what was promised.

use xano_realtime_protocol::CloseCode;
use xano_wasm::engine::session::publishing::ANSWER_WITHIN_MS;
use xano_wasm::engine::session::v2::{LONGEST_PAUSE_MS, PAUSE_MS, PING_AFTER_MS};
use xano_wasm::engine::{Acknowledgement, Failure, Input, MessageId, Output, State};

use crate::world::World;

impl World {
    fn sends(&mut self, what: &str) {
        let Some((_, is_ready, _)) = self.socket else { panic!("{what} without a socket") };
        assert!(is_ready && self.session.state() == State::Open, "{what} before the service is ready");
        self.sent_ms = self.now_ms;
    }

    pub(crate) fn carry_out(&mut self, output: Output, arrived: Option<MessageId>) {
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
                    self.inputs.push_back(Input::Arrived { channel, message, transcript: false, again: false });
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
}
