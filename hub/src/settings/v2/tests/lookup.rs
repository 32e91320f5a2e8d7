//! Tests of finding servers, channels and messages.

use serde_json::{Value, json};

use super::{example, server};
use crate::Settings;
use crate::settings::v2::{DeliverTo, Guarantee, NoChannel, OnFailure, ParameterType, ServerSettings, Who};

fn template_for<'a>(server: &'a ServerSettings, name: &str) -> Option<&'a str> {
    server.channel_for(name).ok().map(|(channel, _)| channel.name.as_str())
}

#[test]
fn a_server_a_channel_and_a_message_are_found() {
    let settings = Settings::parse(&example().to_string()).unwrap();
    let server = settings.server("rtmain01").unwrap();
    let (channel, params) = server.channel_for("rooms/42").unwrap();
    assert_eq!(json!(params).to_string(), r#"{"room_id":"42"}"#);
    assert_eq!(channel.publish.who, Who::Anyone);
    assert_eq!(channel.message("send").unwrap().name, "send");
    assert!(channel.message("shout").is_none());
    assert!(settings.server("rtmain02").is_none());
    assert_eq!(settings.servers().len(), 1);
}

#[test]
fn what_is_not_given_has_its_default() {
    let sparse = json!({ "servers": [{ "name": "a", "canonical": "b", "channels": [{ "name": "c", "messages": [{ "name": "d" }] }] }] });
    let settings = Settings::parse(&sparse.to_string()).unwrap();
    let server = settings.server("b").unwrap();
    assert!(!server.enabled && !server.is_open() && server.handshake_delay_ms == 0);
    assert!(server.triggers.connect.is_none() && server.triggers.disconnect.is_none());
    let (channel, _) = server.channel_for("c").unwrap();
    assert!(channel.active && !channel.anonymous_clients && !channel.presence);
    assert!(channel.publish.who == Who::Nobody && !channel.publish.direct);
    assert!(!channel.conversation.enabled && channel.conversation.limit == 0 && channel.conversation.ttl == 0);
    assert!(channel.delivery.guarantee == Guarantee::AtMostOnce && !channel.delivery.per_recipient);
    assert_eq!(channel.rate_limit.messages_per_minute, 0);
    let message = channel.message("d").unwrap();
    assert!(message.active && message.auth.is_none() && message.input.is_empty() && message.handler.is_none());
    assert!(message.deliver_to == DeliverTo::Channel && message.on_failure == OnFailure::Refuse);
}

#[test]
fn literals_beat_parameters_from_the_left() {
    let names = ["rooms/{id}", "rooms/lounge", "{kind}/lounge", "{kind}/{id}/log", "rooms/{id}/{tab}", "rooms"];
    let server = server(names.map(|name| json!({ "name": name })).into_iter().collect::<Value>());
    let expected = [
        ("rooms/7", Some("rooms/{id}")),
        ("rooms/lounge", Some("rooms/lounge")),
        ("Rooms/lounge", Some("{kind}/lounge")),
        ("halls/lounge", Some("{kind}/lounge")),
        ("rooms/7/log", Some("rooms/{id}/{tab}")),
        ("halls/7/log", Some("{kind}/{id}/log")),
        ("rooms", Some("rooms")),
        ("halls", None),
        ("rooms/", None),
        ("/rooms", None),
        ("rooms//log", None),
        ("rooms/7/log/x", None),
        ("rooms/a b", None),
        ("rooms/é", None),
        ("rooms/{id}", None),
        ("", None),
        ("halls/7", None),
    ];
    for (name, template) in expected {
        assert_eq!(template_for(&server, name), template, "{name:?}");
    }
}

#[test]
fn a_channel_that_is_switched_off_is_as_if_it_were_not_there() {
    let channels = json!([{ "name": "rooms/lounge", "active": false }, { "name": "rooms/{id}" }, { "name": "off", "active": false }]);
    let server = server(channels);
    assert_eq!(template_for(&server, "rooms/lounge"), Some("rooms/{id}"));
    assert_eq!(server.channel_for("off").unwrap_err(), NoChannel::NoTemplate);
    let off = json!([{ "name": "a", "messages": [{ "name": "shout", "active": false }] }]);
    assert!(super::server(off).channel_for("a").unwrap().0.message("shout").is_none());
}

#[test]
fn a_server_is_open_with_an_active_channel_and_admits_anonymous_clients_if_one_does() {
    let open = server;
    let states = |server: &ServerSettings| (server.is_open(), server.admits_anonymous());
    assert_eq!(states(&open(json!([]))), (false, false));
    assert_eq!(states(&open(json!([{ "name": "a", "active": false, "anonymous_clients": true }]))), (false, false));
    let members = json!([{ "name": "a" }, { "name": "b", "active": false, "anonymous_clients": true }]);
    assert_eq!(states(&open(members)), (true, false));
    assert_eq!(states(&open(json!([{ "name": "a" }, { "name": "b", "anonymous_clients": true }]))), (true, true));
}

#[test]
fn a_value_of_another_type_is_refused_with_the_name_of_its_parameter() {
    let uuid = "0190f5d2-6d8a-7cc3-98a1-2f3b4c5d6e7f";
    let cases: [(&str, &[&str], &[&str]); 5] = [
        ("int", &["0", "-7", "9223372036854775807"], &["x", "9223372036854775808", "1e3", "-", "0x1"]),
        ("decimal", &["0", "-7", "9223372036854775808"], &["x", "1e3", "-", "inf", "nan"]),
        ("bool", &["true", "false"], &["True", "1", "yes"]),
        ("text", &["x", "-", "_"], &[]),
        (
            "uuid",
            &[uuid],
            &["0190f5d2", "0190f5d26d8a-7cc3-98a1-2f3b-4c5d6e7f1", "0190f5d2-6d8a-7cc3-98a1-2f3b4c5d6e7g"],
        ),
    ];
    for (kind, good, bad) in cases {
        let server = server(json!([{ "name": "a/{id}", "input": [{ "name": "id", "type": kind }] }]));
        for value in good {
            assert!(server.channel_for(&format!("a/{value}")).is_ok(), "{kind} {value}");
        }
        for value in bad {
            let refused = server.channel_for(&format!("a/{value}")).unwrap_err();
            assert!(refused.to_string().starts_with("id must be a") || kind == "bool", "{kind} {value}: {refused}");
        }
    }
    let server = server(json!([{ "name": "a/{id}", "input": [{ "name": "id", "type": "bool" }] }]));
    let refused = NoChannel::Parameter { name: "id".into(), kind: ParameterType::Bool };
    assert_eq!(server.channel_for("a/1").unwrap_err(), refused);
    assert_eq!(refused.to_string(), "id must be true or false");
}
