//! Servers and clients of Realtime V2.

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use xano_realtime_server::{Config, Settings};

use super::{Client, Running};

/// Returns settings with one server, `rtmain01`, and these fields of it.
pub fn settings(changes: Value) -> Value {
    let mut server = json!({ "name": "main", "canonical": "rtmain01", "enabled": true, "channels": [room(json!({}))] });
    extend(&mut server, changes);
    json!({ "servers": [server] })
}

/// Returns the channel `rooms/{room_id}` that admits everybody, with these changes.
pub fn room(changes: Value) -> Value {
    let mut room = json!({ "name": "rooms/{room_id}", "anonymous_clients": true, "publish": { "who": "anyone" },
        "messages": [{ "name": "send" }] });
    extend(&mut room, changes);
    room
}

/// Starts a server with these settings.
pub async fn start(settings: &Value, config: Config) -> Running {
    Running::start_with(Config { settings: Settings::parse(&settings.to_string()).unwrap(), ..config }).await
}

/// Starts a server with this channel alone.
pub async fn with_room(changes: Value, config: Config) -> Running {
    start(&settings(json!({ "channels": [room(changes)] })), config).await
}

impl Running {
    /// Opens a socket of Realtime V2.
    pub async fn knock(&self, address: &str, token: Option<&str>) -> Client {
        Client::connect_to(&format!("ws://{}/ws/{address}", self.address), token).await.unwrap().0
    }

    /// Returns a client of Realtime V2 that has joined a channel.
    pub async fn v2_client_on(&self, channel: &str, token: Option<&str>) -> Client {
        let mut client = self.knock("rtmain01", token).await;
        client.join_v2(channel).await;
        client.hear_until("join").await;
        client
    }
}

impl Client {
    pub async fn say_v2(&mut self, frame: Value) {
        self.send(Message::text(frame.to_string())).await;
    }

    pub async fn join_v2(&mut self, channel: &str) {
        self.say_v2(json!({ "action": "join", "options": { "channel": channel } })).await;
    }

    pub async fn broadcast(&mut self, channel: &str, payload: impl Into<Value>) {
        let options = json!({ "channel": channel });
        self.say_v2(json!({ "action": "broadcast", "type": "send", "options": options, "payload": payload.into() }))
            .await;
    }

    pub async fn ping_v2(&mut self) {
        self.say_v2(json!({ "action": "ping" })).await;
    }
}

fn extend(object: &mut Value, changes: Value) {
    object.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
}
