//! What counts as joined, and what was missed while there was no connection. A *position* is the newest entry of a channel
//! that the application has, as the server names it. The host keeps it, and moves it with each message; the session knows
//! whether there is one.

use super::channel::Answer;
use super::channels::ChannelId;
use super::options::JoinOptions;
use super::queue::SENT;
use super::turn::Turn;
use super::{Acknowledgement, Failure, Output, Session, watch};
use crate::engine::Sink;
use crate::engine::align::{NOWHERE, align};
use watch::Watch;

/// What is known of where the application stands on a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
pub(super) enum Position {
    /// No join was ever acknowledged: there is nothing that could have been missed.
    Never,
    /// The server does not say where it stands.
    Unknown,
    /// The host keeps a position.
    Known,
    /// The host keeps a position, and what came behind it is on its way.
    CatchingUp,
}

impl Position {
    /// Of a new channel, as the host says.
    pub(super) const fn of(options: JoinOptions) -> Self {
        match (options.contains(JoinOptions::RETURNS), options.contains(JoinOptions::POSITION)) {
            (false, _) => Position::Never,
            (true, false) => Position::Unknown,
            (true, true) => Position::Known,
        }
    }
}

impl Session {
    /// The server has acknowledged the join.
    pub(super) fn acknowledged(
        &mut self,
        channel: ChannelId,
        said: Acknowledgement,
        writable: bool,
        turn: &mut Turn<impl Sink>,
    ) {
        self.has_joined = true;
        if said.answers_pings && !self.answers_pings {
            self.answers_pings = true;
            // Every other timer runs out sooner than a ping is due.
            if self.watch == Watch::Silence {
                self.look(Watch::Silence, watch::PING_AFTER_MS, turn);
            }
        }
        let answer = if said.answers_keys { Answer::Keys } else { Answer::Acknowledged };
        let is_first = self.joined(channel, answer, turn);
        self.recover(channel, is_first, said.has_position, turn);
        if said.is_restarted || !said.answers_keys {
            // This server knows nothing of their keys: sent again, they might be there twice.
            self.reject(channel, SENT, SENT, Failure::Unconfirmed, turn);
        }
        self.send_paced(channel, writable, turn);
    }

    /// Something came that only a client on the channel gets.
    pub(super) fn heard(&mut self, channel: ChannelId, writable: bool, turn: &mut Turn<impl Sink>) {
        // The server acknowledges joins, so this was on its way when the channel was left and joined again.
        if self.has_joined {
            return;
        }
        self.joined(channel, Answer::Sign, turn);
        self.send_paced(channel, writable, turn);
    }

    /// The first acknowledgement on a socket says where the server stands. A further join on it asks for something else.
    fn recover(&mut self, channel: ChannelId, is_first: bool, has_position: bool, turn: &mut Turn<impl Sink>) {
        let Some(known) = self.channels.get(channel) else { return };
        let recovers = known.joined.is_some_and(|joined| joined.contains(JoinOptions::RECOVER));
        let asked = is_first && recovers;
        if asked && has_position && known.position >= Position::Known {
            known.position = Position::CatchingUp;
            return;
        }
        let may_have_missed = asked && known.position != Position::Never;
        known.position = if has_position { Position::Known } else { Position::Unknown };
        turn.push(Output::TakePosition { channel, recovers, in_doubt: may_have_missed });
        // What came back may stand in the history.
        if is_first && !may_have_missed {
            self.reject_plain(channel, turn);
        }
    }

    /// What was missed has come, or was handed out behind the history.
    pub(super) fn missed(&mut self, channel: ChannelId, complete: bool, turn: &mut Turn<impl Sink>) {
        let Some(known) = self.channels.get(channel) else { return };
        if known.position == Position::CatchingUp {
            known.position = Position::Known;
            turn.push(Output::HandOut { channel, gap: !complete, from: 0 });
        } else {
            self.reject_plain(channel, turn);
        }
    }

    /// The history has come. The entries are what was seen, what came live, and the history.
    pub(super) fn align(&mut self, channel: ChannelId, seen: u32, live: u32, turn: &mut Turn<impl Sink>) {
        let from = self.entries.split_at_checked(seen as usize).map_or(NOWHERE, |(seen, others)| {
            others.split_at_checked(live as usize).map_or(NOWHERE, |(live, history)| align(seen, live, history))
        });
        self.entries.clear();
        turn.push(Output::HandOut { channel, gap: from == NOWHERE, from: from as u32 });
    }

    /// The server has said something about the join; says whether it is the first acknowledgement on this socket.
    fn joined(&mut self, channel: ChannelId, answer: Answer, turn: &mut Turn<impl Sink>) -> bool {
        let Some(known) = self.channels.get(channel) else { return false };
        let before = known.answer;
        if before == Answer::None {
            turn.push(Output::Joined { channel });
        }
        if before < answer {
            known.answer = answer;
        }
        before < Answer::Acknowledged
    }
}
