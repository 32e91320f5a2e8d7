//! Which client it is, for the cursors of Realtime V2.

use std::cell::OnceCell;

use js_sys::Date;
use wasm_bindgen::prelude::*;

use super::frames::new_key;

/// The npm package has the same.
const STORAGE_KEY: &str = "XanoRealtimeClientId";

thread_local! {
    /// What this page is called unless the application says so.
    static GENERATED: OnceCell<String> = const { OnceCell::new() };
}

#[wasm_bindgen]
extern "C" {
    // Each fails where there is no storage: in workers, and where the page may not use it.
    #[wasm_bindgen(catch, js_namespace = sessionStorage, js_name = getItem)]
    fn stored(key: &str) -> Result<Option<String>, JsValue>;
    #[wasm_bindgen(catch, js_namespace = sessionStorage, js_name = setItem)]
    fn store(key: &str, value: &str) -> Result<(), JsValue>;
}

/// Which client it is on Realtime V2. A service keeps for an anonymous client of that name how far it has acknowledged each
/// channel; clients with the same name share that. Without one, a name is made once for the page.
///
/// ```no_run,standalone_crate
/// use xano_wasm::{ClientId, XanoClient};
/// let named = XanoClient::builder().realtime_client_id("till-4");
/// let kept = XanoClient::builder().realtime_client_id(ClientId::Stored);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientId {
    /// This name.
    Given(String),
    /// A name that is made once for the tab (`sessionStorage`), so that a reload goes on where it was. Where there is no
    /// storage it is made for the page.
    Stored,
}

impl From<&str> for ClientId {
    fn from(name: &str) -> Self {
        ClientId::Given(name.to_owned())
    }
}

impl From<String> for ClientId {
    fn from(name: String) -> Self {
        ClientId::Given(name)
    }
}

/// The name to connect with.
pub(super) fn name_of(wished: Option<ClientId>) -> String {
    match wished {
        Some(ClientId::Given(name)) => name,
        Some(ClientId::Stored) => {
            stored(STORAGE_KEY).ok().flatten().filter(|name| !name.is_empty()).unwrap_or_else(|| {
                let name = generated();
                // Without a storage, the page alone has it.
                let _ = store(STORAGE_KEY, &name);
                name
            })
        }
        None => generated(),
    }
}

fn generated() -> String {
    GENERATED.with(|generated| {
        generated.get_or_init(|| format!("xano-{}-{}", Date::now(), new_key().replace(',', "-"))).clone()
    })
}
