//! Messages whose `deliver` trigger is asked for each recipient: it may drop or replace that recipient's copy.
//!
//! The frames of a channel keep their order for each recipient. So what comes after a copy whose answer is open waits
//! behind it: messages, and the receipts and errors that answer the recipient's own. Transcript and replay do not ask the
//! trigger. (guess: deliver-live-only)

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::broadcast::Outgoing;
use super::frames;
use super::service::Service;
use crate::depth::is_too_deep;
use crate::message_id::MessageId;
use crate::triggers::Answer;
use crate::{Code, ConnectionId, Encoded, Output};

/// The frames of one channel that wait for its `deliver` trigger, by recipient.
#[derive(Debug, Default)]
pub(super) struct Copies {
    waiting: BTreeMap<ConnectionId, Line>,
}

/// What a frame is to its recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Message,
    Receipt,
    Refusal(Code),
}

impl Kind {
    fn output(self, to: ConnectionId, frame: Encoded) -> Output {
        match self {
            Kind::Message => Output::message(vec![to], frame),
            Kind::Receipt => Output::to_one(to, frame),
            Kind::Refusal(code) => Output::Refuse { to: vec![to], frame, code },
        }
    }
}

/// The frames that wait for one recipient, oldest first.
#[derive(Debug, Default)]
struct Line {
    frames: VecDeque<Waiting>,
    bytes: usize,
}

#[derive(Debug)]
enum Waiting {
    /// The trigger was asked.
    Asked { number: u64, copy: Copy },
    /// The frame is only behind another one.
    Behind { frame: Encoded, kind: Kind },
}

/// A message for one recipient, as it goes out if the trigger does not change it.
#[derive(Debug)]
struct Copy {
    frame: Encoded,
    name: Option<Box<str>>,
    id: Option<MessageId>,
}

impl Waiting {
    fn bytes(&self) -> usize {
        match self {
            Waiting::Asked { copy, .. } => copy.frame.len() + FRAME_BYTES,
            Waiting::Behind { frame, .. } => frame.len() + FRAME_BYTES,
        }
    }
}

impl Line {
    /// Adds a message, unless too many bytes wait. Returns whether it was added.
    fn push_message(&mut self, waiting: Waiting) -> bool {
        let fits = self.bytes <= LINE_BYTES;
        if fits {
            self.push(waiting);
        }
        fits
    }

    fn push(&mut self, waiting: Waiting) {
        self.bytes += waiting.bytes();
        self.frames.push_back(waiting);
    }

    /// Replaces the copy that was asked about. `None` removes it.
    fn decide(&mut self, number: u64, decide: impl FnOnce(Copy) -> Option<Encoded>) {
        let is_asked = |waiting: &Waiting| matches!(waiting, Waiting::Asked { number: asked, .. } if *asked == number);
        let Some(at) = self.frames.iter().position(is_asked) else {
            return;
        };
        if let Some(waiting) = self.frames.remove(at) {
            self.bytes -= waiting.bytes();
            if let Waiting::Asked { copy, .. } = waiting
                && let Some(frame) = decide(copy)
            {
                let decided = Waiting::Behind { frame, kind: Kind::Message };
                self.bytes += decided.bytes();
                self.frames.insert(at, decided);
            }
        }
    }

    /// Takes the frames before the first open question.
    fn take_decided(&mut self) -> Vec<(Encoded, Kind)> {
        let mut decided = Vec::new();
        while let Some(Waiting::Behind { frame, kind }) =
            self.frames.pop_front_if(|waiting| matches!(waiting, Waiting::Behind { .. }))
        {
            self.bytes -= frame.len() + FRAME_BYTES;
            decided.push((frame, kind));
        }
        decided
    }
}

impl Copies {
    /// Sends a receipt or an error, behind the copies of the same recipient. It is never dropped: the client matches both
    /// to its messages by their order, and sends only so many messages.
    pub(super) fn answer(&mut self, to: ConnectionId, frame: Encoded, kind: Kind, sink: &mut Vec<Output>) {
        match self.waiting.get_mut(&to) {
            None => sink.push(kind.output(to, frame)),
            Some(line) => line.push(Waiting::Behind { frame, kind }),
        }
    }

    /// Drops the copies of a member that is about to leave, and sends it the receipts and errors behind them.
    pub(super) fn end(&mut self, id: ConnectionId, sink: &mut Vec<Output>) {
        for waiting in self.waiting.remove(&id).unwrap_or_default().frames {
            if let Waiting::Behind { frame, kind } = waiting
                && kind != Kind::Message
            {
                sink.push(kind.output(id, frame));
            }
        }
    }

    /// Drops the frames of a socket that has closed.
    pub(super) fn forget(&mut self, id: ConnectionId) {
        self.waiting.remove(&id);
    }
}

impl Service {
    /// Delivers a message to its recipients, or asks the `deliver` trigger about each of them.
    pub(super) fn deliver(
        &mut self,
        key: &Arc<str>,
        outgoing: &Outgoing<'_>,
        mut recipients: Vec<ConnectionId>,
        frame: Encoded,
        id: Option<MessageId>,
        sink: &mut Vec<Output>,
    ) {
        let Some(state) = self.channels.get_mut(key) else {
            return;
        };
        let trigger = Some(&state.settings).filter(|settings| settings.delivery.per_recipient);
        if let Some(url) = trigger.and_then(|settings| settings.triggers.deliver.clone()) {
            let all = recipients.len();
            let mut asked = Vec::with_capacity(all);
            // Every question has a copy of the payload, and a trigger's queue has room for so many bytes only.
            let question_bytes = frame.len() + FRAME_BYTES;
            for to in recipients.into_iter().take(QUESTIONS_BYTES.div_ceil(question_bytes)) {
                self.last_copy += 1;
                let number = self.last_copy;
                let copy = Copy { frame: frame.clone(), name: outgoing.name.map(Into::into), id };
                // Beyond the bound, the recipient does not get the message. On an at-least-once channel, the next join
                // replays it.
                if state.copies.waiting.entry(to).or_default().push_message(Waiting::Asked { number, copy }) {
                    asked.push((to, number));
                }
            }
            leave_out(all - asked.len(), sink);
            for (to, number) in asked {
                self.ask_about_copy(to, number, key, url.clone(), outgoing);
            }
            return;
        }
        if !state.copies.waiting.is_empty() {
            let mut left_out = 0;
            recipients.retain(|to| match state.copies.waiting.get_mut(to) {
                None => true,
                Some(line) => {
                    let fits = line.push_message(Waiting::Behind { frame: frame.clone(), kind: Kind::Message });
                    left_out += usize::from(!fits);
                    false
                }
            });
            leave_out(left_out, sink);
        }
        if !recipients.is_empty() {
            sink.push(Output::message(recipients, frame));
        }
    }

    /// Handles the answer about the copy of one recipient: `null` drops it, an object replaces the payload, anything
    /// else changes nothing. Without an answer, the recipient gets nothing: the trigger may be there to hide something.
    /// (guess: deliver-failed)
    pub(super) fn decide_copy(
        &mut self,
        to: ConnectionId,
        key: &Arc<str>,
        number: u64,
        answer: &Answer,
        sink: &mut Vec<Output>,
    ) {
        let Some(state) = self.channels.get_mut(key) else {
            return;
        };
        let name = Arc::clone(&state.name);
        let Some(line) = state.copies.waiting.get_mut(&to) else {
            return;
        };
        line.decide(number, |copy| match answer {
            Answer::Json(json) if json.get() == "null" || is_too_deep(json.get()) => None,
            Answer::Json(json) if json.get().starts_with('{') => {
                Some(frames::message(&name, copy.name.as_deref(), copy.id, Some(json)))
            }
            Answer::Json(_) | Answer::NotJson => Some(copy.frame),
            Answer::Busy | Answer::Failed => None,
        });
        sink.extend(line.take_decided().into_iter().map(|(frame, kind)| kind.output(to, frame)));
        if line.frames.is_empty() {
            state.copies.waiting.remove(&to);
        }
        if matches!(answer, Answer::Busy) {
            leave_out(1, sink);
        }
    }
}

/// Tells the caller that recipients do not get a message.
fn leave_out(recipients: usize, sink: &mut Vec<Output>) {
    if recipients > 0 {
        sink.push(Output::LeftOut { recipients });
    }
}

/// The bytes that may wait for one recipient. One frame may exceed the bound.
const LINE_BYTES: usize = 1024 * 1024;

/// The bytes of the questions about one message. Recipients beyond the bound do not get it.
const QUESTIONS_BYTES: usize = 16 * 1024 * 1024;

/// What a waiting frame takes beside its bytes.
const FRAME_BYTES: usize = 128;
