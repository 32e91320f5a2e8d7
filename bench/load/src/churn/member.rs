//! One client: it joins a channel, says hello, receives for a while, says goodbye, leaves, and joins another.
//!
//! A witness joins one channel when the run begins and says something again and again until the run ends.

use std::time::{Duration, Instant};

use fastrand::Rng;

use super::Plan;
use super::ledger::{Ledger, Stay};
use crate::Failure;
use crate::payload::{Kind, Payload};

#[derive(Debug)]
pub(super) struct Member {
    role: Role,
    channel: usize,
    phase: Phase,
    stay: Stay,
}

#[derive(Debug)]
enum Role {
    Witness,
    Guest { rng: Rng, rounds_left: usize },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The socket is opened with a first join.
    Opening,
    Joining,
    /// On the channel, and free to act from this moment on.
    Idle {
        since: Instant,
    },
    /// Waits for the echo of the own message.
    Saying {
        own: u32,
        is_last: bool,
    },
    /// Receives until it has this many messages of the channel.
    Staying {
        messages: usize,
    },
    /// The goodbye came back.
    Parting,
    Leaving,
    /// The channel is left, and the round is over.
    Outside,
    Done,
}

/// What a member sends next.
#[derive(Debug)]
pub(super) enum Action {
    Say { channel: usize, payload: Payload },
    Leave { channel: usize },
    Join { channel: usize },
}

impl Member {
    /// Of a channel that it has joined already.
    pub(super) fn witness(channel: usize) -> Member {
        let phase = Phase::Idle { since: Instant::now() };
        Member { role: Role::Witness, channel, phase, stay: Stay::default() }
    }

    pub(super) fn guest(number: usize, plan: &Plan) -> Member {
        let mut rng = Rng::with_seed(number as u64);
        let channel = rng.usize(..plan.channels);
        let role = Role::Guest { rng, rounds_left: plan.rounds };
        Member { role, channel, phase: Phase::Opening, stay: Stay::default() }
    }

    pub(super) fn channel(&self) -> usize {
        self.channel
    }

    pub(super) fn is_opening(&self) -> bool {
        self.phase == Phase::Opening
    }

    pub(super) fn is_done(&self) -> bool {
        self.phase == Phase::Done
    }

    /// A join or a leave is acknowledged.
    pub(super) fn answered(&mut self, frame: &[u8], ledger: &mut Ledger) -> Result<(), Failure> {
        let names_channel = format!(r#""channel":"c/{}""#, self.channel);
        if memchr::memmem::find(frame, names_channel.as_bytes()).is_none() {
            return Err(format!("a frame for another channel: {}", String::from_utf8_lossy(frame)).into());
        }
        self.phase = match self.phase {
            Phase::Opening | Phase::Joining => Phase::Idle { since: Instant::now() },
            Phase::Leaving => {
                ledger.stayed(self.channel, std::mem::take(&mut self.stay));
                Phase::Outside
            }
            phase => return Err(format!("an acknowledgement that no request waits for, in {phase:?}").into()),
        };
        Ok(())
    }

    /// A message of the channel has come.
    pub(super) fn received(&mut self, payload: Payload, ledger: &mut Ledger) -> Result<(), Failure> {
        let Payload { channel, number, .. } = payload;
        if channel != self.channel {
            return Err(format!("a message of channel {channel} came to a member of {}", self.channel).into());
        }
        if matches!(self.phase, Phase::Opening | Phase::Joining | Phase::Outside | Phase::Done) {
            return Err(
                format!("message {number} came to a client that is not on the channel: {:?}", self.phase).into()
            );
        }
        ledger.receive(&mut self.stay, number);
        match self.phase {
            Phase::Saying { own, is_last } if own == number => self.heard_echo(is_last, ledger),
            _ => {}
        }
        Ok(())
    }

    fn heard_echo(&mut self, is_last: bool, ledger: &mut Ledger) {
        self.phase = match &mut self.role {
            Role::Witness if is_last => {
                ledger.witnessed(self.channel, std::mem::take(&mut self.stay));
                Phase::Done
            }
            Role::Witness => Phase::Idle { since: Instant::now() },
            Role::Guest { .. } if is_last => Phase::Parting,
            Role::Guest { .. } => Phase::Staying { messages: 0 },
        };
    }

    /// What the member does now, if it does not wait for something. `is_last_call`: it leaves for good.
    pub(super) fn act(&mut self, is_last_call: bool, plan: &Plan, ledger: &mut Ledger) -> Option<Action> {
        match (&mut self.role, self.phase) {
            (Role::Witness, Phase::Idle { since }) => {
                let is_due = since.elapsed() >= Duration::from_millis(plan.pause_ms);
                (is_due || is_last_call).then(|| self.say(is_last_call, ledger))
            }
            (Role::Guest { .. }, Phase::Idle { .. }) => {
                let action = self.say(false, ledger);
                self.stay.hello = self.own_message();
                Some(action)
            }
            (Role::Guest { rng, .. }, Phase::Staying { messages: 0 }) => {
                self.phase = Phase::Staying { messages: rng.usize(1..=2 * plan.stay_messages) };
                self.act(is_last_call, plan, ledger)
            }
            (_, Phase::Staying { messages }) if is_last_call || self.stay.received.len() >= messages => {
                let action = self.say(true, ledger);
                self.stay.goodbye = self.own_message();
                Some(action)
            }
            (_, Phase::Parting) => {
                self.phase = Phase::Leaving;
                Some(Action::Leave { channel: self.channel })
            }
            (Role::Guest { rng, rounds_left }, Phase::Outside) => {
                *rounds_left -= 1;
                if is_last_call || *rounds_left == 0 {
                    self.phase = Phase::Done;
                    return None;
                }
                self.channel = rng.usize(..plan.channels);
                self.phase = Phase::Joining;
                Some(Action::Join { channel: self.channel })
            }
            _ => None,
        }
    }

    fn say(&mut self, is_last: bool, ledger: &mut Ledger) -> Action {
        let own = ledger.send(self.channel);
        self.phase = Phase::Saying { own, is_last };
        let payload = Payload { kind: Kind::Message, channel: self.channel, number: own };
        Action::Say { channel: self.channel, payload }
    }

    fn own_message(&self) -> u32 {
        if let Phase::Saying { own, .. } = self.phase { own } else { 0 }
    }
}
