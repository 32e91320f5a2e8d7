//! Tests of checking payloads against the fields of a message.

use serde_json::json;
use serde_json::value::RawValue;

use super::server;

/// Checks a payload against one field. `None`: it is accepted.
fn refusal(kind: &str, required: bool, payload: &str) -> Option<String> {
    let input = json!([{ "name": "body", "type": kind, "required": required }]);
    let server = server(json!([{ "name": "a", "messages": [{ "name": "send", "input": input }] }]));
    let message = server.channel_for("a").unwrap().0.message("send").unwrap();
    let payload = RawValue::from_string(payload.to_owned()).unwrap();
    message.check_payload(&payload).err().map(|refused| refused.to_string())
}

#[test]
fn values_of_the_type_are_accepted_and_others_are_refused_by_the_name_of_the_field() {
    let uuid = r#""0190f5d2-6d8a-7cc3-98a1-2f3b4c5d6e7f""#;
    let cases: [(&str, &[&str], &[&str]); 6] = [
        ("int", &["0", "-7"], &["1.5", "1.0", "\"5\"", "9223372036854775808", "true", "[]"]),
        ("decimal", &["0", "-7.25", "1e3"], &["\"5\"", "1e999", "true"]),
        ("bool", &["true", "false"], &["0", "\"true\""]),
        ("text", &["\"\"", "\"a\\nb\""], &["5", "{}", "\"\\ud800\""]),
        ("uuid", &[uuid], &["\"x\"", "5"]),
        ("json", &["5", "null", "[{}]", "\"x\""], &[]),
    ];
    for (kind, good, bad) in cases {
        for value in good {
            assert_eq!(refusal(kind, true, &format!("{{ \"body\": {value} }}")), None, "{kind} {value}");
        }
        for value in bad {
            let refused = refusal(kind, true, &format!("{{ \"body\": {value} }}")).unwrap();
            assert!(refused.starts_with("payload.body must be "), "{kind} {value}: {refused}");
        }
    }
    assert_eq!(refusal("int", false, r#"{"body":"5"}"#).unwrap(), "payload.body must be a whole number");
}

#[test]
fn a_required_field_that_is_absent_or_null_is_refused() {
    for payload in ["{}", r#"{"body":null}"#, r#"{"Body":"x"}"#] {
        assert_eq!(refusal("text", true, payload).unwrap(), "payload.body is required");
        assert_eq!(refusal("text", false, payload), None);
    }
    assert_eq!(refusal("json", true, "{}").unwrap(), "payload.body is required");
}

#[test]
fn a_payload_that_is_no_object_is_refused_where_there_are_fields() {
    for payload in ["null", "5", "\"x\"", "[\"body\"]"] {
        assert!(refusal("text", false, payload).unwrap().starts_with("payload must be an object"), "{payload}");
    }
}

#[test]
fn fields_that_are_not_declared_are_accepted() {
    assert_eq!(refusal("text", true, r#"{"body":"x","more":[1,2]}"#), None);
}

#[test]
fn without_fields_every_payload_is_accepted() {
    let server = server(json!([{ "name": "a", "messages": [{ "name": "send" }] }]));
    let message = server.channel_for("a").unwrap().0.message("send").unwrap();
    assert!(message.check_payload(RawValue::NULL).is_ok());
}
