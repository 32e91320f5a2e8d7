//! The one door to the engine, for every connection of the page.
//!
//! Wakers and answers run foreign code: nothing is borrowed while they do.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use super::connection::Connection;
use super::timer;
use crate::engine::{ConnectionId, Engine, Failure, FrameId, Input, Output};

thread_local! {
    static PAGE: Page = Page::default();
}

/// What the connections of the page share.
#[derive(Default)]
struct Page {
    engine: RefCell<Engine>,
    /// What was decided and is not carried out yet.
    outputs: RefCell<VecDeque<(Rc<Connection>, Output)>>,
    is_draining: Cell<bool>,
    /// The frames that the engine has, by number.
    frames: RefCell<HashMap<FrameId, Waiting>>,
    frames_made: Cell<FrameId>,
    connections_made: Cell<ConnectionId>,
}

/// A frame that goes out, or waits for its connection.
pub(super) struct Waiting {
    pub(super) text: String,
    pub(super) comes_back: bool,
}

/// What the engine says at once of the frames that an input is about.
#[derive(Default)]
pub(super) struct Answer {
    /// The frames that it has forgotten.
    pub(super) forgotten: Vec<Waiting>,
    /// Why it has refused one.
    pub(super) refusal: Option<Failure>,
}

/// Lets the engine decide what follows from an input, and carries that out. What is decided while that goes on is carried
/// out behind it.
pub(super) fn decide(connection: &Rc<Connection>, input: Input) -> Answer {
    PAGE.with(|page| {
        let mut outputs = Vec::new();
        page.engine.borrow_mut().handle(connection.number, input, timer::moment(), &mut outputs);
        let mut answer = Answer::default();
        for output in outputs {
            match output {
                // A frame that comes back is bookkeeping: it need not wait for its turn.
                Output::ForgetFrame { frame } => answer.forgotten.extend(page.frames.borrow_mut().remove(&frame)),
                Output::Failed {
                    channel: Some(_),
                    failure: failure @ (Failure::NotConnected | Failure::QueueFull),
                } => {
                    answer.refusal = Some(failure);
                }
                output => page.outputs.borrow_mut().push_back((connection.clone(), output)),
            }
        }
        if !page.is_draining.replace(true) {
            while let Some((connection, output)) = page.next_output() {
                connection.carry_out(output);
            }
            page.is_draining.set(false);
        }
        answer
    })
}

/// Keeps a frame for the engine, which knows it by the number.
pub(super) fn keep_frame(frame: Waiting) -> FrameId {
    PAGE.with(|page| {
        let number = page.frames_made.get().wrapping_add(1);
        page.frames_made.set(number);
        page.frames.borrow_mut().insert(number, frame);
        number
    })
}

/// The frame, which is forgotten.
pub(super) fn take_frame(frame: FrameId) -> Option<Waiting> {
    PAGE.with(|page| page.frames.borrow_mut().remove(&frame))
}

pub(super) fn next_connection() -> ConnectionId {
    PAGE.with(|page| {
        let number = page.connections_made.get().wrapping_add(1);
        page.connections_made.set(number);
        number
    })
}

impl Page {
    // A function of its own: the borrow has to end before the output is carried out.
    fn next_output(&self) -> Option<(Rc<Connection>, Output)> {
        self.outputs.borrow_mut().pop_front()
    }
}
