//! Tests of messages: who receives them, and in which form.

use serde_json::{Value, json};

use super::{MARVEL, Scene, socket_of};

#[test]
fn a_public_message_reaches_every_member_once_including_its_sender() {
    let mut scene = Scene::new();
    let [jill, john, jack] = ["jill", "john", "jack"].map(|name| scene.joins(name, MARVEL));
    for id in [jill, john, jack] {
        scene.hears(id);
    }
    scene.messages(jill, MARVEL, "Avengers!");
    for id in [jill, john, jack] {
        let frames = scene.hears(id);
        assert_eq!(frames.len(), 1);
        assert_eq!(frames[0]["payload"], "Avengers!");
        assert_eq!(frames[0]["client"]["socketId"], socket_of("jill"));
    }
}

#[test]
fn a_message_reaches_no_socket_outside_its_channel() {
    let settings = json!({ "wildcard": true, "client_public_messaging": true });
    let mut scene = Scene::with_row("room/*", settings);
    let jill = scene.joins("jill", "room/marvel");
    let jack = scene.joins("jack", "room/dc");
    scene.messages(jill, "room/marvel", "only here");
    assert_eq!(scene.hears_payloads(jack), [] as [Value; 0]);
    assert_eq!(scene.hears_payloads(jill), ["only here"]);
}

#[test]
fn a_private_message_reaches_only_its_recipient() {
    let mut scene = Scene::new();
    let [jill, john, jack] = ["jill", "john", "jack"].map(|name| scene.joins(name, MARVEL));
    for id in [jill, john, jack] {
        scene.hears(id);
    }
    let options = json!({ "channel": MARVEL, "socketId": socket_of("jack") });
    scene.says(jill, "message", options, json!("psst"));
    assert_eq!(scene.hears_payloads(jack), ["psst"]);
    assert_eq!(scene.hears_actions(jill), [] as [&str; 0]);
    assert_eq!(scene.hears_actions(john), [] as [&str; 0]);
}

#[test]
fn a_private_message_to_a_socket_that_is_not_on_the_channel_is_refused() {
    let mut scene = Scene::new();
    let jill = scene.joins("jill", MARVEL);
    scene.opens("jack");
    for absent in ["socket-of-jack", "nobody", ""] {
        let options = json!({ "channel": MARVEL, "socketId": absent });
        scene.says(jill, "message", options, Value::Null);
        assert_eq!(scene.hears_refusal(jill), "Client is not connected to this channel");
    }
}

#[test]
fn a_payload_arrives_byte_for_byte() {
    let mut scene = Scene::new();
    let jill = scene.joins("jill", MARVEL);
    let payloads = [
        "null",
        "0",
        "-0",
        "12345678901234567890123",
        "1.50",
        "1e400",
        r#""text""#,
        r#""\u0041\ud83d\ude00 \ud800""#,
        r#""😀 é \/""#,
        r#"{ "b" : 1,  "a" : [ ] , "__proto__": {"a":1}, "a":2 }"#,
        "[[[{}]]]",
        r#""""#,
    ];
    let big = format!(r#"{{"text":"{}"}}"#, "x".repeat(100_000));
    // One list less than the limit, because the frame itself is an object.
    let deep = format!("{}{}", "[".repeat(127), "]".repeat(127));
    for payload in payloads.into_iter().chain([&*big, &*deep]) {
        scene.sends(jill, &format!(r#"{{"payload":{payload},"options":{{"channel":"{MARVEL}"}},"action":"message"}}"#));
        let heard = scene.hears_text(jill);
        assert_eq!(heard.len(), 1);
        assert!(heard[0].ends_with(&format!(r#","payload":{payload}}}"#)), "{payload}");
    }
}

#[test]
fn a_payload_that_is_nested_too_deeply_for_receivers_is_refused() {
    let mut scene = Scene::new();
    let jill = scene.joins("jill", MARVEL);
    let deep = format!("{}{}", "[".repeat(120_000), "]".repeat(120_000));
    scene.sends(jill, &format!(r#"{{"payload":{deep},"options":{{"channel":"{MARVEL}"}},"action":"message"}}"#));
    assert_eq!(scene.hears_refusal(jill), "Frame has more than 128 lists and objects within each other");
    scene.says(jill, "history", json!({ "channel": MARVEL }), Value::Null);
    assert_eq!(scene.hears_payloads(jill), [json!({ "history": [] })]);
}

#[test]
fn a_sender_without_permission_for_private_messages_does_not_learn_who_is_on_the_channel() {
    let mut scene = Scene::with_row("quiet", json!({}));
    let jill = scene.joins("jill", "quiet");
    scene.joins("jack", "quiet");
    for recipient in [socket_of("jack"), socket_of("a stranger")] {
        scene.says(jill, "message", json!({ "channel": "quiet", "socketId": recipient }), json!("psst"));
        assert_eq!(scene.hears_refusal(jill), "Clients may not send private messages on this channel");
    }
}

#[test]
fn ids_of_a_channel_reveal_nothing_about_other_channels() {
    let mut scene = Scene::with_row("room/*", json!({ "wildcard": true, "client_public_messaging": true }));
    let jill = scene.joins("jill", "room/1");
    let jack = scene.joins("jack", "room/2");
    let mut ids = Vec::new();
    for number in 0..3 {
        scene.messages(jill, "room/1", number);
        ids.push(scene.hears(jill)[0]["options"]["id"].take());
        for _ in 0..number * 10 {
            scene.messages(jack, "room/2", "between");
        }
    }
    assert_eq!(ids, ["0-1", "0-2", "0-3"]);
}

#[test]
fn a_message_without_payload_arrives_as_null() {
    let mut scene = Scene::new();
    let jill = scene.joins("jill", MARVEL);
    scene.sends(jill, &format!(r#"{{"action":"message","options":{{"channel":"{MARVEL}"}}}}"#));
    assert_eq!(scene.hears_payloads(jill), [Value::Null]);
}

#[test]
fn the_server_builds_options_itself() {
    let mut scene = Scene::new();
    let jill = scene.joins("jill", MARVEL);
    let options = json!({ "channel": MARVEL, "admin": true, "client": "somebody else" });
    scene.says(jill, "message", options, Value::Null);
    let expected = json!({ "authenticated": false, "socketId": null, "channel": MARVEL, "id": "0-1" });
    assert_eq!(scene.hears(jill)[0]["options"], expected);
}

#[test]
fn a_channel_may_have_any_name_that_a_row_matches() {
    for name in ["__proto__", "constructor", "with \"quotes\" and \\", "émoji 😀", " ", &*"x".repeat(255)] {
        let row = json!({ "client_public_messaging": true });
        let mut scene = Scene::with_row(name, row);
        let jill = scene.joins("jill", name);
        scene.messages(jill, name, 1);
        let frames = scene.hears(jill);
        assert_eq!(frames[0]["options"]["channel"], name);
        assert_eq!(frames[0]["action"], "message");
    }
}

#[test]
fn a_name_has_a_length_and_no_control_characters() {
    let mut scene = Scene::new();
    let jill = scene.opens("jill");
    for name in ["", "a\nb", "\u{0}", "\u{85}", &*"x".repeat(256), &*"é".repeat(128)] {
        scene.join(jill, name, Value::Null);
        let refusal = &scene.hears(jill)[0];
        assert_eq!(refusal["payload"]["code"], "bad_channel", "{name}");
        assert_eq!(refusal["options"], json!({}), "is not repeated");
    }
}

#[test]
fn an_escaped_name_is_the_same_name() {
    let mut scene = Scene::new();
    let jill = scene.joins("jill", MARVEL);
    let text = r#"{"\u0061ction":"\u006dessage","options":{"channel":"marvel\u002dchat-room"},"payload":1}"#;
    scene.sends(jill, text);
    assert_eq!(scene.hears_payloads(jill), [json!(1)]);
}
