//! Tests of refused settings: every error begins with the path of its place.

use serde_json::{Value, json};

use super::example;
use crate::Settings;

/// Parses the example with the value at a JSON pointer replaced.
fn refusal_with(pointer: &str, value: Value) -> String {
    let mut settings = example();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match settings.pointer_mut(parent).unwrap() {
        Value::Array(list) => list.insert(key.parse().unwrap(), value),
        other => other[key] = value,
    }
    Settings::parse(&settings.to_string()).unwrap_err().to_string()
}

const CHANNEL: &str = "/servers/0/channels/0";
const MESSAGE: &str = "/servers/0/channels/0/messages/0";

#[test]
fn the_example_is_accepted_and_written_back() {
    let json = Settings::parse(&example().to_string()).unwrap().to_json();
    assert_eq!(json["servers"][0]["channels"][0]["name"], "rooms/{room_id}");
    assert_eq!(json["servers"][0]["channels"][0]["messages"][0]["auth"], false);
    assert_eq!(Settings::parse(&json.to_string()).unwrap().to_json(), json);
}

#[test]
fn settings_without_servers_have_no_key_for_them() {
    assert!(Settings::parse("{}").unwrap().to_json().get("servers").is_none());
}

#[test]
fn an_unknown_key_is_refused_by_its_place() {
    for at in [
        "/servers/0",
        "/servers/0/triggers",
        CHANNEL,
        "/servers/0/channels/0/input/0",
        "/servers/0/channels/0/publish",
        "/servers/0/channels/0/conversation",
        "/servers/0/channels/0/delivery",
        "/servers/0/channels/0/rate_limit",
        "/servers/0/channels/0/triggers",
        MESSAGE,
        "/servers/0/channels/0/messages/0/input/0",
    ] {
        let place = at.trim_start_matches('/').replace("/0", "[0]").replace('/', ".");
        let refused = refusal_with(&format!("{at}/foo"), json!(1));
        assert!(refused.starts_with(&format!("{place}.foo: unknown field `foo`, expected ")), "{refused}");
    }
}

#[test]
fn the_keys_of_an_export_have_no_effect() {
    let keys = "id guid server channel docs history middleware output run result disabled tag description";
    let mut settings = example();
    let before = Settings::parse(&settings.to_string()).unwrap().to_json();
    for at in
        ["/servers/0", CHANNEL, "/servers/0/channels/0/input/0", MESSAGE, "/servers/0/channels/0/messages/0/input/0"]
    {
        for key in keys.split(' ') {
            settings.pointer_mut(at).unwrap()[key] = json!({ "foo": [1] });
        }
        settings.pointer_mut(at).unwrap()["description"] = json!("");
    }
    for group in ["publish", "conversation", "delivery", "rate_limit", "triggers"] {
        settings.pointer_mut(CHANNEL).unwrap()[group]["tag"] = json!(["x"]);
    }
    assert_eq!(Settings::parse(&settings.to_string()).unwrap().to_json(), before);
}
