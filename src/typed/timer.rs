//! Time, and chance.

use js_sys::Math;
use wasm_bindgen::prelude::*;

use crate::engine::Moment;

#[wasm_bindgen]
extern "C" {
    // Of the global scope: a page's and a worker's alike.
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    pub(super) fn now_ms() -> f64;
}

/// The moment at which an input is handled.
pub(super) fn moment() -> Moment {
    // Milliseconds wrap where 32 bits of them end, as the engine has it.
    let now_ms = now_ms() % (f64::from(u32::MAX) + 1.0);
    Moment { now_ms: now_ms as u32, random: (Math::random() * (f64::from(u32::MAX) + 1.0)) as u32 }
}
