//! The result of an input.

use crate::hub::{Code, LogRequest, Refusal, v2};

/// The result of an input, as far as its source needs it.
#[derive(Debug, Default)]
pub(crate) struct Effect {
    pub(super) first: Option<First>,
    /// The number of sockets that receive a message or an event.
    pub(super) recipients: usize,
    /// The request that appends an event to the shared log.
    pub(super) event: Option<LogRequest>,
    pub(super) event_refusal: Option<Refusal>,
    /// The number of members that a message of the workspace is for.
    pub(super) published: usize,
    pub(super) publication_refusal: Option<v2::Refusal>,
}

/// The first frame that an input produced.
#[derive(Clone, Copy, Debug)]
pub(super) enum First {
    Message,
    Refusal(Code),
    Other,
}

impl Effect {
    /// Returns the code of the refusal, if the input was refused.
    pub(crate) fn refusal(&self) -> Option<Code> {
        if let Some(First::Refusal(code)) = self.first { Some(code) } else { None }
    }

    /// Returns whether the input delivered a message.
    pub(crate) fn is_message(&self) -> bool {
        matches!(self.first, Some(First::Message))
    }
}
