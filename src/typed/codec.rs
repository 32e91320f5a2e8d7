//! From Rust values to JavaScript's and back.

use js_sys::JSON;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_wasm_bindgen::{Deserializer, Serializer};
use wasm_bindgen::{JsCast, JsValue};

use super::error::DecodeError;

/// The value as a JavaScript one that JSON can say.
pub(super) fn encode<T: Serialize + ?Sized>(value: &T) -> Result<JsValue, String> {
    value.serialize(&Serializer::json_compatible()).map_err(|error| error.to_string())
}

/// The JSON text of a JavaScript value.
pub(super) fn to_json(value: &JsValue) -> Result<String, String> {
    // What JSON has no words for, such as a function, gives undefined in place of a text.
    JSON::stringify(value)
        .map_err(|error| text_of(&error))
        .and_then(|text| text.as_string().ok_or_else(|| "JSON has no words for it".to_owned()))
}

/// The value as that type.
pub(super) fn decode<T: DeserializeOwned>(raw: JsValue) -> Result<T, DecodeError> {
    serde_path_to_error::deserialize(Deserializer::from(raw.clone())).map_err(|error| DecodeError {
        path: error.path().to_string(),
        reason: error.inner().to_string(),
        raw,
    })
}

/// What a JavaScript error says.
pub(super) fn text_of(error: &JsValue) -> String {
    let said = error.dyn_ref::<js_sys::Error>().map(|error| String::from(error.message()));
    said.or_else(|| error.as_string()).unwrap_or_else(|| "an unknown error".to_owned())
}
