//! Tests of who may send, who receives, and of receipts.

use serde_json::{Value, json};

use super::{HANDLER, Scene, channel};

#[test]
fn a_message_goes_where_its_handler_says_and_the_receipt_comes_last() {
    let mut scene = Scene::new();
    let (jill, jack) = (scene.joins("rooms/42"), scene.joins("rooms/42"));
    for (name, to_jill, to_jack) in [("send", 1, 1), ("echo", 1, 0), ("others", 0, 1), ("none", 0, 0)] {
        scene.hears(jill);
        scene.broadcasts_type(jill, "rooms/42", name, "hi");
        let frames = scene.hears(jill);
        let actions: Vec<_> = frames.iter().map(|frame| frame["action"].as_str().unwrap()).collect();
        assert_eq!(actions, [&["message"][..to_jill], &["broadcast"]].concat(), "{name}");
        assert_eq!(frames.last().unwrap()["payload"], json!({ "delivered_local": to_jill + to_jack }), "{name}");
        assert_eq!(scene.hears_actions(jack), vec!["message"; to_jack], "{name}");
    }
}

#[test]
fn a_direct_message_reaches_every_socket_of_its_user_but_the_senders_own() {
    let mut scene = Scene::new();
    let tabs = [scene.joins_as(7, "rooms/42"), scene.joins_as(7, "rooms/42")];
    let jill = scene.joins("rooms/42");
    let john = scene.joins_as(8, "rooms/42");
    let direct = |to: Value| {
        json!({ "action": "broadcast", "type": "send", "payload": "psst",
        "options": { "channel": "rooms/42", "to": to } })
    };
    for (from, delivered) in [(john, 2), (tabs[0], 1)] {
        for id in [jill, john, tabs[0], tabs[1]] {
            scene.hears(id);
        }
        scene.says(from, direct(json!({ "dbo_id": 5, "row_id": "7" })));
        let receipt = json!({ "delivered_local": delivered, "direct": true });
        assert_eq!(scene.hears(from), [json!({ "action": "broadcast", "channel": "rooms/42", "payload": receipt })]);
        assert_eq!(scene.hears_actions(tabs[1]), ["message"]);
        assert!(scene.hears(jill).is_empty());
    }
    scene.says(john, direct(json!({ "dbo_id": 5, "row_id": 99 })));
    assert_eq!(scene.hears_payloads(john, "broadcast"), [json!({ "delivered_local": 0, "direct": true })]);
    scene.says(jill, direct(json!({ "dbo_id": 5, "row_id": 7 })));
    assert_eq!(scene.hears_refusal(jill), "Direct messaging is disabled", "an anonymous sender");
    scene.says(jill, direct(json!({ "dbo_id": 0, "row_id": 7 })));
    assert_eq!(scene.hears_actions(jill), ["message", "broadcast"], "not a user");
}

#[test]
fn direct_messages_and_messages_to_a_sender_are_not_kept() {
    let mut scene = Scene::with_channel(json!({ "conversation": { "enabled": true, "limit": 9 },
        "delivery": { "guarantee": "at_least_once" }, "publish": { "who": "anyone", "direct": true },
        "messages": [{ "name": "send" }, { "name": "echo", "deliver_to": "sender" },
            { "name": "others", "deliver_to": "others" }, { "name": "none", "deliver_to": "explicit" }] }));
    let jack = scene.joins_as(7, "rooms/1");
    for name in ["echo", "none", "others"] {
        scene.broadcasts_type(jack, "rooms/1", name, name);
    }
    let to = json!({ "channel": "rooms/1", "to": { "dbo_id": 5, "row_id": 8 } });
    scene.says(jack, json!({ "action": "broadcast", "type": "send", "options": to, "payload": "direct" }));
    let receipts = scene.hears_payloads(jack, "broadcast");
    let ids: Vec<_> = receipts.iter().map(|receipt| receipt["id"].clone()).collect();
    assert_eq!(ids.iter().filter(|id| !id.is_null()).count(), 1, "{ids:?}");
    let jill = scene.opens_as(9);
    scene.join(jill, "rooms/1");
    assert_eq!(scene.hears_payloads(jill, "message"), ["others"]);
}

#[test]
fn a_message_handler_may_be_for_the_users_of_one_table() {
    let messages = json!([{ "name": "of-5", "auth": 5 }, { "name": "of-6", "auth": 6 }]);
    let mut scene = Scene::with_channel(json!({ "messages": messages }));
    let (jill, jack) = (scene.joins("rooms/1"), scene.joins_as(7, "rooms/1"));
    let refusal = "This message type is for authenticated clients of its own table";
    for (id, name, is_sent) in [(jill, "of-5", false), (jack, "of-5", true), (jack, "of-6", false)] {
        scene.hears(id);
        scene.broadcasts_type(id, "rooms/1", name, 1);
        if is_sent {
            assert_eq!(scene.hears_actions(id), ["message", "broadcast"]);
        } else {
            assert_eq!(scene.hears_refusal(id), refusal);
        }
    }
}

#[test]
fn a_payload_that_does_not_fit_is_refused_before_the_handler_is_asked() {
    let input = json!([{ "name": "body", "type": "text", "required": true }]);
    let mut scene =
        Scene::with_channel(json!({ "messages": [{ "name": "send", "input": input, "handler": HANDLER }] }));
    let jill = scene.joins("rooms/1");
    for (payload, refusal) in [
        (json!({ "body": 7 }), "payload.body must be a string"),
        (json!({}), "payload.body is required"),
        (Value::Null, "payload must be an object, as the message has input fields"),
    ] {
        scene.broadcasts(jill, "rooms/1", payload);
        assert_eq!(scene.hears_refusal(jill), refusal);
        assert!(scene.asks_all().is_empty());
    }
    scene.broadcasts(jill, "rooms/1", json!({ "body": "fits" }));
    scene.asks();
}

#[test]
fn an_identity_sends_so_many_messages_in_a_minute_even_if_it_leaves_and_comes_back() {
    let mut scene = Scene::with_channel(json!({ "rate_limit": { "messages_per_minute": 2 } }));
    let (jill, jack) = (scene.joins("rooms/1"), scene.joins_as(7, "rooms/1"));
    for _ in 0..2 {
        scene.broadcasts(jack, "rooms/1", "hi");
    }
    let second_tab = scene.joins_as(7, "rooms/1");
    scene.leaves(jack, "rooms/1");
    scene.join(jack, "rooms/1");
    scene.after_ms(10_500);
    let limited = json!({ "message": "Rate limit exceeded", "code": "rate_limited", "limit": 2, "retry_after": 50 });
    for id in [jack, second_tab] {
        scene.hears(id);
        scene.broadcasts(id, "rooms/1", "too many");
        assert_eq!(scene.hears_payloads(id, "error"), std::slice::from_ref(&limited));
    }
    scene.hears(jill);
    scene.broadcasts(jill, "rooms/1", "another identity");
    assert_eq!(scene.hears_actions(jill), ["message", "broadcast"]);
    scene.join(jack, "rooms/2");
    scene.hears(jack);
    scene.broadcasts(jack, "rooms/2", "another channel");
    assert_eq!(scene.hears_actions(jack), ["message", "broadcast"]);
    scene.after_ms(49_500);
    scene.broadcasts(jack, "rooms/1", "another minute");
    assert!(scene.hears_actions(jack).contains(&"broadcast".to_owned()));
}

#[test]
fn the_workspace_publishes_without_permission_and_is_told_what_is_wrong() {
    let nobody = channel(json!({ "publish": { "who": "nobody" }, "conversation": { "enabled": true, "limit": 9 } }));
    let mut scene = Scene::with_channels(json!([nobody]));
    scene.publishes("rooms/1", None, json!("before anybody came"));
    let jill = scene.opens();
    scene.join(jill, "rooms/1");
    assert_eq!(scene.hears_payloads(jill, "message"), ["before anybody came"]);
    scene.publishes("rooms/1", Some("news"), json!("live"));
    let expected = json!({ "action": "message", "channel": "rooms/1", "type": "news", "payload": "live" });
    assert_eq!(scene.hears(jill), [expected]);
    for (server, channel, why) in
        [("other", "rooms/1", "Unknown connection hash"), ("rtmain01", "lobby", "No settings for channel name")]
    {
        let publication = crate::v2::Publication { server, channel, message: None, data: None };
        assert_eq!(scene.hub.publish(publication).unwrap_err().to_string(), why);
    }
}
