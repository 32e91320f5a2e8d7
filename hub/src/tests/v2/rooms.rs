//! The settings of the scenes.

use serde_json::{Value, json};

pub(super) const HANDLER: &str = "http://127.0.0.1:1/handler";
pub(super) const TRIGGER: &str = "http://127.0.0.1:1/trigger";

/// Returns settings with one server.
pub(super) fn server(channels: Value) -> Value {
    json!({ "servers": [{ "name": "main", "canonical": "rtmain01", "enabled": true, "channels": channels }] })
}

/// Returns a channel that admits all clients and has the message handler `send`.
pub(super) fn channel(changes: Value) -> Value {
    let mut channel = json!({ "name": "rooms/{room_id}", "anonymous_clients": true, "publish": { "who": "anyone" },
        "messages": [{ "name": "send" }] });
    channel.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    channel
}

/// Returns the channels of `tests/support/v2/rooms.js`, with URLs in the place of functions.
pub(super) fn channels() -> Value {
    json!([
        channel(json!({ "input": [{ "name": "room_id", "type": "int" }], "presence": true,
            "publish": { "who": "anyone", "direct": true },
            "messages": [{ "name": "send" }, { "name": "shrug", "handler": HANDLER },
                { "name": "shout", "active": false }, { "name": "echo", "deliver_to": "sender" },
                { "name": "others", "deliver_to": "others" }, { "name": "none", "deliver_to": "explicit" }] })),
        channel(json!({ "name": "rooms/lounge" })),
        channel(json!({ "name": "lobby", "publish": { "who": "nobody" } })),
        channel(json!({ "name": "staff", "anonymous_clients": false, "publish": { "who": "authenticated" } })),
        channel(json!({ "name": "talk", "conversation": { "enabled": true, "limit": 3 },
            "rate_limit": { "messages_per_minute": 1 } })),
        channel(json!({ "name": "orders/{order_id}", "input": [{ "name": "order_id", "type": "int" }],
            "conversation": { "enabled": true, "limit": 5 }, "delivery": { "guarantee": "at_least_once" },
            "messages": [{ "name": "send" }, { "name": "echo", "deliver_to": "sender" }] })),
        channel(json!({ "name": "members", "triggers": { "join": TRIGGER } })),
        channel(json!({ "name": "closed", "active": false })),
    ])
}
