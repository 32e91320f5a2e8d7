//! What counts as joined, and what was missed while there was no connection. A *position* is the newest entry of a channel
//! that the application has, as the server names it. The host keeps it, and moves it with each message; the session knows
//! whether there is one.

use super::channel::Answer;
use super::channels::ChannelId;
use super::options::JoinOptions;
use super::turn::Turn;
use super::{Acknowledgement, Failure, Output, Session, watch};
use crate::engine::Sink;
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
    pub(super) fn acknowledged(&mut self, channel: ChannelId, said: Acknowledgement, turn: &mut Turn<impl Sink>) {
        self.joined = true;
        if said.answers_pings && !self.answers_pings {
            self.answers_pings = true;
            // Every other timer runs out sooner than a ping is due.
            if self.watch == Watch::Silence {
                self.look(Watch::Silence, watch::PING_AFTER_MS, turn);
            }
        }
        let is_first = self.answered(channel, Answer::Acknowledged, turn);
        let Some(known) = self.channels.get(channel) else { return };
        let has_position = said.has_position;
        // A further join on the same socket asks for something else.
        let asked = is_first && known.joined.is_some_and(|joined| joined.contains(JoinOptions::RECOVER));
        if asked && has_position && known.position >= Position::Known {
            known.position = Position::CatchingUp;
            return;
        }
        let may_have_missed = asked && known.position != Position::Never;
        known.position = if has_position { Position::Known } else { Position::Unknown };
        turn.push(Output::TakePosition { channel });
        if may_have_missed {
            turn.push(Output::Failed { channel: Some(channel), failure: Failure::GapPossible });
        }
    }

    /// What was missed has come.
    pub(super) fn missed(&mut self, channel: ChannelId, complete: bool, turn: &mut Turn<impl Sink>) {
        let Some(known) = self.channels.get(channel) else { return };
        if known.position == Position::CatchingUp {
            known.position = Position::Known;
            turn.push(Output::HandOut { channel, gap: !complete });
        }
    }

    /// The server has said something about the join; says whether it had said less on this socket.
    pub(super) fn answered(&mut self, channel: ChannelId, answer: Answer, turn: &mut Turn<impl Sink>) -> bool {
        let Some(known) = self.channels.get(channel) else { return false };
        if known.answer >= answer {
            return false;
        }
        if known.answer == Answer::None {
            turn.push(Output::Joined { channel });
        }
        known.answer = answer;
        true
    }
}
