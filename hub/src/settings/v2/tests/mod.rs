//! Tests of the settings of V2.

mod generated;
mod lookup;
mod payloads;
mod refused;
mod templates;

use std::sync::Arc;

use serde_json::{Value, json};

use super::ServerSettings;
use crate::Settings;

/// The example of the documentation, with every key.
fn example() -> Value {
    json!({ "servers": [{
        "name": "main", "canonical": "rtmain01", "enabled": true, "handshake_delay_ms": 0,
        "triggers": { "connect": null, "disconnect": null },
        "channels": [{
            "name": "rooms/{room_id}", "active": true, "input": [{ "name": "room_id", "type": "int" }],
            "anonymous_clients": true, "presence": true, "publish": { "who": "anyone", "direct": false },
            "conversation": { "enabled": true, "limit": 50, "ttl": 0 },
            "delivery": { "guarantee": "at_most_once", "per_recipient": false },
            "rate_limit": { "messages_per_minute": 0 },
            "triggers": { "join": null, "leave": null, "deliver": null },
            "messages": [{
                "name": "send", "active": true, "auth": false, "deliver_to": "channel",
                "input": [{ "name": "body", "type": "text", "required": true }],
                "handler": null, "on_failure": "refuse"
            }]
        }]
    }] })
}

fn server(channels: Value) -> Arc<ServerSettings> {
    let server = json!({ "name": "main", "canonical": "rtmain01", "enabled": true, "channels": channels });
    let settings = Settings::parse(&json!({ "servers": [server] }).to_string()).unwrap();
    Arc::clone(settings.server("rtmain01").unwrap())
}
