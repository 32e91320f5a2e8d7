//! Tests of the tables in `docs/permissions.md`, cell by cell: every setting, kind of client and action.

use serde_json::{Map, Value, json};

use super::{Scene, socket_of};
use crate::ConnectionId;

const DOCUMENT: &str = include_str!("../../../docs/permissions.md");

#[test]
fn every_cell_of_the_documented_tables_matches_the_behaviour() {
    let tables = [table("Anonymous clients", false), table("Authenticated clients", true)];
    let mut wrong = Vec::new();
    for table in &tables {
        for row in &table.rows {
            for (act, documented) in ACTS.iter().zip(&row.cells) {
                let happens = Trial::new(&row.settings, table.is_authenticated).outcome(act);
                if happens != *documented {
                    let who = if table.is_authenticated { "authenticated" } else { "anonymous" };
                    wrong.push(format!("{who}, {}, {act}: {documented:?}, but it is {happens:?}", row.settings));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn both_tables_list_every_switch_of_a_row() {
    for heading in ["Anonymous clients", "Authenticated clients"] {
        let rows = table(heading, false).rows;
        for (key, _) in full_row().iter().filter(|(key, _)| *key != "pattern") {
            let names_it = |start: &str| {
                rows.iter().any(|row| row.settings.starts_with(start) && row.settings.contains(key.as_str()))
            };
            assert!(names_it("everything, but"), "{heading}: no row takes {key} from everything");
        }
    }
}

const ACTS: [&str; 9] = [
    "join",
    "public",
    "private, to anonymous",
    "private, to authenticated",
    "authenticated",
    "authenticated and private",
    "presence",
    "history, asked for",
    "history, at join",
];

struct Table {
    is_authenticated: bool,
    rows: Vec<Row>,
}

struct Row {
    settings: String,
    cells: Vec<String>,
}

fn table(heading: &str, is_authenticated: bool) -> Table {
    let section = DOCUMENT.split(&format!("\n## {heading}\n")).nth(1).expect(heading);
    let section = section.split("\n## ").next().unwrap();
    let mut lines = section.lines().filter(|line| line.starts_with('|')).map(cells);
    let titles = lines.next().unwrap();
    assert_eq!(titles[1..], ACTS, "{heading}");
    lines.next();
    let rows = lines.map(|mut cells| Row { settings: cells.remove(0), cells });
    Table { is_authenticated, rows: rows.collect() }
}

fn cells(line: &str) -> Vec<String> {
    line.trim_matches('|').split('|').map(|cell| cell.trim().replace('`', "")).collect()
}

/// A client and one row of settings, with other members on the channel.
struct Trial {
    scene: Scene,
    channel: &'static str,
    me: ConnectionId,
    is_authenticated: bool,
    /// The other members, each with whether it is authenticated.
    others: Vec<(ConnectionId, bool)>,
}

impl Trial {
    fn new(settings: &str, is_authenticated: bool) -> Trial {
        let row = row(settings);
        let is_nested = row.get("wildcard") == Some(&json!(true));
        let channel = if is_nested { "room/1" } else { "room" };
        let pattern = if is_nested { "room/*" } else { "room" };
        let mut scene = Scene::with_row(pattern, Value::Object(row));
        let known = scene.opens_authenticated("known");
        let unknown = scene.opens("unknown");
        let me = if is_authenticated { scene.opens_authenticated("me") } else { scene.opens("me") };
        let mut others = vec![(known, true), (unknown, false)];
        others.retain(|&(id, _)| {
            scene.join(id, channel, json!({ "presence": true }));
            scene.hears(id)[0]["action"] == "join"
        });
        Trial { scene, channel, me, is_authenticated, others }
    }

    fn outcome(mut self, act: &str) -> String {
        match act {
            "join" => self.join(json!({})).unwrap_or_else(|| "yes".to_owned()),
            "public" => self.send(json!({})),
            "private, to anonymous" => self.send(json!({ "socketId": socket_of("unknown") })),
            "private, to authenticated" => self.send(json!({ "socketId": socket_of("known") })),
            "authenticated" => self.send(json!({ "authenticated": true })),
            "authenticated and private" => self.send(json!({ "authenticated": true, "socketId": socket_of("known") })),
            "presence" => self.presence(),
            "history, asked for" => self.history(false),
            "history, at join" => self.history(true),
            other => panic!("{other}"),
        }
    }

    /// Joins the channel. Returns the code of a refusal.
    fn join(&mut self, wishes: Value) -> Option<String> {
        self.scene.join(self.me, self.channel, wishes);
        let frames = self.scene.hears(self.me);
        let joined = frames[0]["action"] == "join";
        (!joined).then(|| frames[0]["payload"]["code"].as_str().unwrap().to_owned())
    }

    /// Sends a message. Returns whether it reached exactly its intended recipients.
    fn send(&mut self, options: Value) -> String {
        self.join(json!({}));
        self.others.iter().for_each(|&(id, _)| drop(self.scene.hears(id)));
        let mut full = json!({ "channel": self.channel });
        full.as_object_mut().unwrap().extend(options.as_object().unwrap().clone());
        self.scene.says(self.me, "message", full, json!("hello"));

        let answer = self.scene.hears(self.me);
        let refusal = answer.iter().find_map(|frame| frame["payload"]["code"].as_str());
        let recipient = options["socketId"].as_str();
        for (id, is_authenticated) in self.others.clone() {
            let addressed = recipient.is_none_or(|socket| self.socket(id) == socket);
            let admitted = is_authenticated || options["authenticated"] != true;
            let expected = usize::from(refusal.is_none() && addressed && admitted);
            assert_eq!(self.scene.hears(id).len(), expected, "{options}");
        }
        let echoes = usize::from(recipient.is_none());
        match refusal {
            Some(code) => code.to_owned(),
            None => {
                assert_eq!(answer.len(), echoes, "{options}");
                "yes".to_owned()
            }
        }
    }

    fn socket(&self, id: ConnectionId) -> &str {
        &self.scene.hub.connections[&id].socket_id
    }

    fn presence(&mut self) -> String {
        self.scene.join(self.me, self.channel, json!({ "presence": true }));
        let frames = self.scene.hears(self.me);
        if let Some(code) = frames[0]["payload"]["code"].as_str() {
            return code.to_owned();
        }
        let list = frames.iter().find(|frame| frame["action"] == "presence_full");
        let told = self.others.iter().all(|&(id, _)| {
            self.scene.hears(id).iter().any(|frame| frame["payload"]["presence"]["socketId"] == socket_of("me"))
        });
        let Some(list) = list else {
            assert!(!told, "the others see somebody who does not see them");
            return "nothing".to_owned();
        };
        assert!(told, "the others do not see who sees them");
        let me = list["payload"]["presence"].as_array().unwrap().last().unwrap();
        let extras = if self.is_authenticated { json!({ "name": "me" }) } else { json!({}) };
        assert_eq!(me["extras"], extras);
        "list".to_owned()
    }

    /// Returns how much of 1,001 events, a public message and an authenticated message the history contains.
    fn history(&mut self, at_join: bool) -> String {
        for number in 0..1_001 {
            let data = serde_json::value::to_raw_value(&number).unwrap();
            let _ = self.scene.hub.event(self.channel, Some(&data));
        }
        let [known, _] = ["known", "unknown"].map(|name| self.scene.hub.by_socket_id[&socket_of(name)]);
        for options in [json!({}), json!({ "authenticated": true })] {
            let mut full = json!({ "channel": self.channel });
            full.as_object_mut().unwrap().extend(options.as_object().unwrap().clone());
            self.scene.says(known, "message", full, json!("kept"));
        }
        self.scene.join(self.me, self.channel, json!({ "history": at_join }));
        if !at_join {
            self.scene.hears(self.me);
            self.scene.says(self.me, "history", json!({ "channel": self.channel }), Value::Null);
        }
        let answer = self.scene.hears(self.me).pop().unwrap();
        match answer["payload"]["code"].as_str() {
            Some(code) => code.to_owned(),
            None => answer["payload"]["history"].as_array().unwrap().len().to_string(),
        }
    }
}

/// Returns the row that a first column such as `nothing, but presence: true, history: 25` describes.
fn row(settings: &str) -> Map<String, Value> {
    let (base, changes) = settings.split_once(", but ").unwrap_or((settings, ""));
    let mut row = match base {
        "everything" => full_row(),
        "nothing" => full_row().into_iter().map(|(key, _)| (key, json!(false))).collect(),
        other => panic!("a row starts from everything or from nothing, not from {other:?}"),
    };
    row.remove("pattern");
    if base == "nothing" {
        row.extend([("enabled".to_owned(), json!(true)), ("history".to_owned(), json!(0))]);
    }
    for change in changes.split(", ").filter(|change| !change.is_empty()) {
        let (key, value) = change.split_once(": ").expect(change);
        assert!(row.contains_key(key), "there is no switch {key}");
        row.insert(key.to_owned(), serde_json::from_str(value).expect(change));
    }
    row
}

fn full_row() -> Map<String, Value> {
    let row = json!({
        "pattern": "room", "enabled": true, "wildcard": false, "anonymous_clients": true, "presence": true,
        "history": 100, "client_public_messaging": true, "client_public_messaging_authenticated_only": false,
        "client_private_messaging": true, "client_private_messaging_authenticated_only": false,
        "client_authenticated_messaging": true,
    });
    row.as_object().unwrap().clone()
}
