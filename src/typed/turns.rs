//! The one door to the engine, for every connection of the page.
//!
//! Wakers and answers run foreign code: nothing is borrowed while they do.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use super::connection::Connection;
use super::frames::{self, Kept};
use super::timer;
use crate::engine::{ConnectionId, Engine, Failure, Input, Output};

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
    connections_made: Cell<ConnectionId>,
}

/// What the engine says at once of the frame that an input is about.
#[derive(Default)]
pub(super) struct Answer {
    /// The frames that it has forgotten.
    pub(super) forgotten: Vec<Kept>,
    /// Why it has refused one.
    pub(super) refusal: Option<Failure>,
    /// Whether the application gets the message that has come.
    pub(super) is_handed_out: bool,
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
                Output::ForgetFrame { frame } => answer.forgotten.extend(frames::take(frame)),
                Output::Judged { hand_out, .. } => answer.is_handed_out = hand_out,
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

pub(super) fn next_connection() -> ConnectionId {
    PAGE.with(|page| {
        let number = page.connections_made.get().wrapping_add(1);
        page.connections_made.set(number);
        number
    })
}

impl Page {
    // This is a function because the borrow has to end before the output is carried out.
    fn next_output(&self) -> Option<(Rc<Connection>, Output)> {
        self.outputs.borrow_mut().pop_front()
    }
}
