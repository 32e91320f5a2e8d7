//! Generated settings: the example with random changes is read back as it was written, or refused by its place.

use fastrand::Rng;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::example;
use crate::Settings;

const SEED: u64 = 20_261_129;

/// Values with a meaning somewhere in the settings, and others.
fn value(dice: &mut Rng) -> Value {
    let values = [
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(4_294_967_296_u64),
        json!(0.5),
        json!(""),
        json!("main"),
        json!("rooms/{room_id}"),
        json!("rooms/{a}/{b}"),
        json!("{a}/{a}"),
        json!("rooms//x"),
        json!("anyone"),
        json!("at_least_once"),
        json!("others"),
        json!("json"),
        json!("https://x.example/hook"),
        json!("ftp://x.example"),
        json!("\u{0}\u{202e}é"),
        json!([]),
        json!({}),
        json!([{}]),
        json!([[[[]]]]),
        json!({ "name": "send", "type": "uuid" }),
        json!({ "name": "rooms/lounge", "messages": [{ "name": "send", "auth": 5 }] }),
    ];
    dice.choice(values).unwrap_or_default()
}

/// Changes one place of a tree: a random walk that stops somewhere.
fn change(tree: &mut Value, dice: &mut Rng) {
    let stops = dice.usize(..4) == 0;
    match tree {
        Value::Object(object) if !object.is_empty() && !stops => {
            let keys: Vec<_> = object.keys().cloned().collect();
            let key = dice.choice(&keys).cloned().unwrap_or_default();
            match dice.u8(..12) {
                0 => drop(object.remove(&key)),
                1 => drop(object.insert("foo".to_owned(), value(dice))),
                2 => drop(object.insert(["id", "tag", "description"][dice.usize(..3)].to_owned(), value(dice))),
                _ => change(object.get_mut(&key).unwrap(), dice),
            }
        }
        Value::Array(list) if !list.is_empty() && !stops => {
            let at = dice.usize(..list.len());
            match dice.u8(..8) {
                0 => drop(list.remove(at)),
                1 => list.push(list[at].clone()),
                2 => list.push(value(dice)),
                _ => change(&mut list[at], dice),
            }
        }
        other => *other = value(dice),
    }
}

#[test]
fn fifty_thousand_settings_are_read_back_as_written_or_refused_by_their_place() {
    let mut dice = Rng::with_seed(SEED);
    let (mut accepted, mut refused) = (0, 0);
    let payload = RawValue::from_string(r#"{"body":"x"}"#.to_owned()).unwrap();
    for _ in 0..50_000 {
        let mut tree = example();
        for _ in 0..dice.usize(1..4) {
            change(&mut tree["servers"], &mut dice);
        }
        let text = tree.to_string();
        match Settings::parse(&text) {
            Ok(settings) => {
                let json = settings.to_json();
                assert_eq!(Settings::parse(&json.to_string()).unwrap().to_json(), json, "{text}");
                for server in settings.servers() {
                    let found =
                        ["rooms/42", "rooms/lounge", "rooms/a/b", "//", ""].map(|name| server.channel_for(name));
                    let messages = found.iter().flatten().filter_map(|(channel, _)| channel.message("send"));
                    messages.for_each(|message| drop(message.check_payload(&payload)));
                }
                accepted += 1;
            }
            Err(why) => {
                let why = why.to_string();
                assert!(why.starts_with("servers") && why.contains(": "), "{text}: {why}");
                refused += 1;
            }
        }
    }
    assert!(accepted > 5_000 && refused > 5_000, "{accepted} accepted, {refused} refused: both kinds are tried");
}
