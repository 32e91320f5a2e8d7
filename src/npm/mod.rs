//! The engine on the other side of a boundary that only integers cross: one function in, one function out. The host is the
//! JavaScript in `pkg-template/src/core`; [`numbers`] says what each integer means.
//!
//! Nothing in here can be called while it runs: the imported function appends to a list and returns.

mod allocator;

use std::cell::RefCell;

use wasm_bindgen::prelude::*;

use crate::engine::{Engine, Moment, Output, Sink, numbers};

#[wasm_bindgen(module = "xano")]
extern "C" {
    /// Appends an output, to be carried out when `handle` has returned.
    fn output(kind: u32, a: u32, b: u32, c: u32);
}

thread_local! {
    static ENGINE: RefCell<Engine> = const { RefCell::new(Engine::new()) };
}

/// Hands every output to JavaScript.
struct Outputs;

impl Sink for Outputs {
    // Each place that decides becomes one call with numbers: 10 % of the module.
    #[inline(always)]
    fn push(&mut self, decided: Output) {
        let [kind, a, b, c] = numbers::encode(decided);
        output(kind, a, b, c);
    }
}

/// Decides what follows from an input on a connection. One of no kind traps, so that tests can see what a page sees then.
#[wasm_bindgen]
#[expect(clippy::too_many_arguments, reason = "each of them is an integer; gathering them would need memory")]
#[allow(unreachable_pub, reason = "wasm-bindgen takes public functions only")]
pub fn handle(connection: u32, kind: u32, a: u32, b: u32, c: u32, d: u32, now_ms: u32, random: u32) {
    let moment = Moment { now_ms, random };
    ENGINE.with_borrow_mut(|engine| {
        engine.on(connection, |session| {
            let is_known = numbers::decode([kind, a, b, c, d], |input| session.handle(input, moment, &mut Outputs));
            if !is_known {
                std::process::abort();
            }
        });
    });
}
