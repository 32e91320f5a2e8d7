//! A generator of valid and invalid input. The same seed produces the same input.

use fastrand::Rng;
use serde_json::{Map, Value, json};
use tokio_tungstenite::tungstenite::Message;
use xano_realtime_server::protocol::Action;

pub struct Generator {
    rng: Rng,
    /// Texts that may appear as an id or a name.
    names: Vec<String>,
}

impl Generator {
    pub fn new(seed: u64, names: &[&str]) -> Generator {
        let odd = ["", "*", "/", "__proto__", "\u{0}", "é😀", "a\nb", &"x".repeat(300)];
        let names = names.iter().chain(&odd).map(|name| (*name).to_owned()).collect();
        Generator { rng: Rng::with_seed(seed), names }
    }

    pub fn chance(&mut self, one_in: usize) -> bool {
        self.rng.usize(..one_in) == 0
    }

    pub fn pick<'a, T: ?Sized>(&mut self, among: &[&'a T]) -> &'a T {
        among[self.rng.usize(..among.len())]
    }

    fn name(&mut self) -> String {
        self.names[self.rng.usize(..self.names.len())].clone()
    }

    /// Returns any JSON. None of its keys has a meaning for the server.
    pub fn value(&mut self, depth: usize) -> Value {
        match self.rng.usize(..if depth == 0 { 6 } else { 8 }) {
            0 => Value::Null,
            1 => json!(self.rng.bool()),
            2 => json!(self.rng.i64(..)),
            3 => json!(self.rng.f64() * 1e18),
            4 => json!(self.name()),
            5 => json!(self.text(20)),
            6 => (0..self.rng.usize(..4)).map(|_| self.value(depth - 1)).collect(),
            _ => (0..self.rng.usize(..4)).map(|_| (self.text(5), self.value(depth - 1))).collect::<Map<_, _>>().into(),
        }
    }

    /// Returns the expected value most of the time, or else any JSON.
    fn mostly(&mut self, expected: Value) -> Value {
        if self.chance(4) { self.value(2) } else { expected }
    }

    pub fn text(&mut self, up_to: usize) -> String {
        (0..self.rng.usize(..=up_to)).map(|_| self.rng.char(..)).collect()
    }

    /// Returns a frame. Half of the frames are JSON objects with a known action.
    pub fn frame(&mut self) -> Message {
        if self.rng.bool() {
            return Message::text(self.known_action().to_string());
        }
        match self.rng.usize(..6) {
            0 => Message::binary((0..self.rng.usize(..50)).map(|_| self.rng.u8(..)).collect::<Vec<_>>()),
            1 => Message::text(self.text(100)),
            2 => Message::text(self.value(3).to_string()),
            3 => {
                let depth = self.rng.usize(1..2000);
                let bracket = self.pick(&["[", "{\"a\":", "{\"payload\":"]);
                Message::text(bracket.repeat(depth))
            }
            _ => {
                let text = self.known_action().to_string();
                Message::text(self.mutated(&text))
            }
        }
    }

    fn known_action(&mut self) -> Value {
        let action = match self.rng.usize(..5) {
            0 => Action::ALL[self.rng.usize(..Action::ALL.len())],
            1 => Action::Join,
            2 => Action::History,
            3 => Action::Leave,
            _ => Action::Message,
        };
        let mut options = Map::new();
        let channel = self.name();
        options.insert("channel".to_owned(), self.mostly(json!(channel)));
        if self.chance(3) {
            let socket_id = self.name();
            options.insert("socketId".to_owned(), self.mostly(json!(socket_id)));
        }
        if self.chance(3) {
            let authenticated = self.rng.bool();
            options.insert("authenticated".to_owned(), self.mostly(json!(authenticated)));
        }
        // A private message with a key would be answered with two frames: its echo and the acknowledgement.
        if !options.contains_key("socketId") && self.chance(3) {
            let key = self.name();
            options.insert("key".to_owned(), self.mostly(json!(key)));
        }
        if self.chance(5) {
            options.insert(self.text(5), self.value(2));
        }
        let presence = self.rng.bool();
        let mut payload = if action == Action::Join { json!({ "presence": presence }) } else { self.value(3) };
        if action == Action::Join && self.chance(3) {
            let epoch = self.name();
            payload["since"] = self.mostly(json!({ "epoch": epoch, "id": "0-7" }));
        }
        let mut frame = json!({ "action": action.name() });
        frame["options"] = self.mostly(options.into());
        frame["payload"] = self.mostly(payload);
        frame
    }

    /// Returns the text with a few characters removed, doubled or exchanged.
    pub fn mutated(&mut self, text: &str) -> String {
        let mut characters: Vec<char> = text.chars().collect();
        for _ in 0..self.rng.usize(1..5) {
            if characters.is_empty() {
                break;
            }
            let at = self.rng.usize(..characters.len());
            match self.rng.usize(..3) {
                0 => drop(characters.remove(at)),
                1 => characters.insert(at, characters[at]),
                _ => characters[at] = self.rng.char(..),
            }
        }
        characters.into_iter().collect()
    }

    /// Returns settings, most of them with one or two faults.
    pub fn settings(&mut self) -> String {
        let channels = (0..self.rng.usize(..4)).map(|_| self.row()).collect();
        let mut settings = json!({ "enabled": true });
        settings["channels"] = self.usually(channels);
        if self.chance(4) {
            let hash = self.name();
            settings["hash"] = json!(hash);
        }
        if self.chance(10) {
            settings[self.text(5)] = self.value(2);
        }
        let text = settings.to_string();
        if self.chance(3) { self.mutated(&text) } else { text }
    }

    fn row(&mut self) -> Value {
        let switches = ["enabled", "wildcard", "anonymous_clients", "presence", "client_public_messaging"];
        let history = self.pick(&["0", "25", "\"100\"", "7", "null"]);
        let pattern = if self.chance(2) { format!("{}/*", self.text(5)) } else { self.text(10) };
        let mut row = json!({});
        row["pattern"] = self.usually(json!(pattern));
        row["history"] = serde_json::from_str(history).unwrap();
        for switch in switches {
            let is_on = self.rng.bool();
            row[switch] = self.usually(json!(is_on));
        }
        if self.chance(4) {
            let url = self.pick(&["http://127.0.0.1:1/", "https://x", "x", "http://"]);
            row["triggers"] = self.usually(json!({ "join": url }));
        }
        row
    }

    fn usually(&mut self, expected: Value) -> Value {
        if self.chance(30) { self.value(2) } else { expected }
    }
}
