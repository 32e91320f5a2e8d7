//! The one timer of a connection.

use std::cell::Cell;

use gloo_timers::callback::Timeout;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    // Of the global scope: a page's and a worker's alike.
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    pub(super) fn now_ms() -> f64;
}

/// Stops when it is dropped.
pub(super) struct Timer {
    due_ms: f64,
    has_elapsed: Cell<bool>,
    _timeout: Timeout,
}

impl Timer {
    /// Tells how many milliseconds too late it came.
    pub(super) fn new(after_ms: u32, elapsed: impl FnOnce(u32) + 'static) -> Timer {
        let due_ms = now_ms() + f64::from(after_ms);
        let timeout = Timeout::new(after_ms, move || elapsed((now_ms() - due_ms) as u32));
        Timer { due_ms, has_elapsed: Cell::new(false), _timeout: timeout }
    }

    /// It has run out, and says nothing of the time any more.
    pub(super) fn finish(&self) {
        self.has_elapsed.set(true);
    }

    /// How long it is overdue, which says that the page has slept.
    pub(super) fn overdue_ms(&self) -> u32 {
        if self.has_elapsed.get() { 0 } else { (now_ms() - self.due_ms) as u32 }
    }
}
