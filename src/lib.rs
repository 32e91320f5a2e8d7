//! Client for Xano Realtime.

#[cfg(all(target_arch = "wasm32", feature = "npm"))]
mod web {
    use wasm_bindgen::prelude::*;
    #[wasm_bindgen]
    pub fn version() -> String {
        env!("CARGO_PKG_VERSION").to_owned()
    }
}
