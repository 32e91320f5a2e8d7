//! One input with its moment, and where its outputs go.

use super::{ChannelId, Failure, Frame, FrameId, Output};
use crate::engine::{Moment, Sink};

pub(super) struct Turn<'a, S: Sink> {
    pub(super) moment: Moment,
    pub(super) sink: &'a mut S,
}

impl<S: Sink> Turn<'_, S> {
    #[inline(always)]
    pub(super) fn push(&mut self, output: Output) {
        self.sink.push(output);
    }

    /// Tells every channel of a failure.
    pub(super) fn fail(&mut self, failure: Failure) {
        self.push(Output::Failed { channel: None, failure });
    }

    /// The message is sent no more: its promise is told, and it is forgotten.
    pub(super) fn settle(&mut self, message: FrameId, failure: Option<Failure>) {
        self.push(Output::Settled { message, failure });
    }

    /// The frame is neither sent nor kept.
    pub(super) fn refuse(&mut self, channel: ChannelId, frame: Frame, failure: Failure) {
        self.push(Output::Failed { channel: Some(channel), failure });
        self.push(Output::ForgetFrame { frame: frame.number });
    }
}
