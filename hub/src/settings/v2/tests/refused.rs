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

/// Asserts that the example with one changed value is refused with a text that begins so.
fn is_refused(changes: &[(&str, Value, &str)]) {
    for (pointer, value, start) in changes {
        let refused = refusal_with(pointer, value.clone());
        assert!(refused.starts_with(start), "{pointer} {value}: {refused}");
    }
}

#[test]
fn a_wrong_value_is_refused_by_its_place() {
    let url = "must be an http:// or https:// URL";
    is_refused(&[
        ("/servers/0", json!(1), "servers[0]: invalid type: integer `1`, expected an object"),
        ("/servers/0", json!([]), "servers[0]: invalid type: sequence, expected an object"),
        ("/servers/0/enabled", json!(1), "servers[0].enabled: invalid type"),
        ("/servers/0/canonical", json!("a:b"), "servers[0].canonical: must be 1 to 128 characters of A-Z"),
        ("/servers/0/canonical", json!(""), "servers[0].canonical: must be 1 to 128 characters of A-Z"),
        ("/servers/0/name", json!(""), "servers[0].name: must be 1 to 255 bytes"),
        ("/servers/0/handshake_delay_ms", json!(-1), "servers[0].handshake_delay_ms: invalid value"),
        ("/servers/0/triggers/connect", json!("x.example"), &format!("servers[0].triggers.connect: {url}")),
        ("/servers/0/triggers", Value::Null, "servers[0].triggers: invalid type: null, expected an object"),
        ("/servers/0/channels", json!({}), "servers[0].channels: invalid type: map, expected a sequence"),
        (
            &format!("{CHANNEL}/triggers/deliver"),
            json!("/x"),
            &format!("servers[0].channels[0].triggers.deliver: {url}"),
        ),
        (&format!("{CHANNEL}/publish/who"), json!("all"), "servers[0].channels[0].publish.who: unknown variant `all`"),
        (&format!("{CHANNEL}/delivery/guarantee"), json!(1), "servers[0].channels[0].delivery.guarantee: invalid type"),
        (&format!("{CHANNEL}/conversation/limit"), json!("50"), "servers[0].channels[0].conversation.limit: invalid"),
        (
            &format!("{CHANNEL}/input/0/type"),
            json!("json"),
            "servers[0].channels[0].input[0].type: unknown variant `json`",
        ),
        (&format!("{MESSAGE}/name"), json!("a\nb"), "servers[0].channels[0].messages[0].name: must be 1 to 255 bytes"),
        (
            &format!("{MESSAGE}/auth"),
            json!(true),
            "servers[0].channels[0].messages[0].auth: must be false, or the dbo_id",
        ),
        (&format!("{MESSAGE}/auth"), json!(0), "servers[0].channels[0].messages[0].auth: must be false, or the dbo_id"),
        (
            &format!("{MESSAGE}/handler"),
            json!("http://a b"),
            &format!("servers[0].channels[0].messages[0].handler: {url}"),
        ),
        (&format!("{MESSAGE}/on_failure"), json!(""), "servers[0].channels[0].messages[0].on_failure: unknown variant"),
        (
            &format!("{MESSAGE}/deliver_to"),
            json!("all"),
            "servers[0].channels[0].messages[0].deliver_to: unknown variant",
        ),
        (
            &format!("{MESSAGE}/input/0/type"),
            json!("file"),
            "servers[0].channels[0].messages[0].input[0].type: unknown",
        ),
    ]);
}

#[test]
fn a_required_key_that_is_missing_is_named() {
    for (servers, start) in [
        (json!([{ "canonical": "a" }]), "servers[0]: missing field `name`"),
        (json!([{ "name": "a" }]), "servers[0]: missing field `canonical`"),
        (json!([{ "name": "a", "canonical": "a", "channels": [{}] }]), "servers[0].channels[0]: missing field `name`"),
    ] {
        let refused = Settings::parse(&json!({ "servers": servers }).to_string()).unwrap_err().to_string();
        assert!(refused.starts_with(start), "{refused}");
    }
}

#[test]
fn what_stands_there_twice_is_refused_by_the_place_of_the_second_one() {
    let message = example().pointer(MESSAGE).unwrap().clone();
    let channel = |name| json!({ "name": name });
    is_refused(&[
        ("/servers/1", json!({ "name": "main", "canonical": "b" }), "servers[1].name: \"main\" stands there twice"),
        (
            "/servers/1",
            json!({ "name": "b", "canonical": "rtmain01" }),
            "servers[1].canonical: \"rtmain01\" stands there",
        ),
        ("/servers/0/channels/1", channel("rooms/{room_id}"), "servers[0].channels[1].name: matches the same names as"),
        ("/servers/0/channels/1", channel("rooms/{id}"), "servers[0].channels[1].name: matches the same names as"),
        (
            &format!("{CHANNEL}/messages/1"),
            message,
            "servers[0].channels[0].messages[1].name: \"send\" stands there twice",
        ),
        (
            &format!("{CHANNEL}/input/1"),
            json!({ "name": "room_id", "type": "int" }),
            "servers[0].channels[0].input[1].name: \"room_id\" stands there twice",
        ),
        (
            &format!("{MESSAGE}/input/1"),
            json!({ "name": "body", "type": "int" }),
            "servers[0].channels[0].messages[0].input[1].name: \"body\" stands there twice",
        ),
    ]);
}

#[test]
fn the_input_of_a_channel_names_parameters_of_its_template() {
    is_refused(&[(
        &format!("{CHANNEL}/input/1"),
        json!({ "name": "id", "type": "int" }),
        "servers[0].channels[0].input[1].name: \"rooms/{room_id}\" has no parameter {id}",
    )]);
}

#[test]
fn a_template_with_a_wrong_syntax_is_refused() {
    for (template, why) in [
        ("", "must not have an empty segment"),
        ("/rooms", "must not have an empty segment"),
        ("rooms/", "must not have an empty segment"),
        ("rooms//{id}", "must not have an empty segment"),
        ("rooms/{}", "\"{}\" must be text without braces"),
        ("rooms/{a-b}", "\"{a-b}\" must be text without braces"),
        ("rooms/x{id}", "\"x{id}\" must be text without braces"),
        ("rooms/{{id}}", "\"{{id}}\" must be text without braces"),
        ("rooms/{id", "\"{id\" must be text without braces"),
        ("{id}/{id}", "has the parameter \"id\" twice"),
        ("a\u{7}", "must not have control characters"),
        (&"x".repeat(201), "must have 200 characters at most"),
    ] {
        is_refused(&[(
            "/servers/0/channels/1",
            json!({ "name": template }),
            &format!("servers[0].channels[1].name: {why}"),
        )]);
    }
    let channels = json!([{ "name": "é".repeat(200) }]);
    super::server(channels);
}
