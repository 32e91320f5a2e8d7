//! Fuzz targets for stable Rust, which mutate golden frames and settings. They run for one second here and for
//! `XANO_FUZZ_SECONDS` in `npm run test:more`. A failure prints its seed.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use fastrand::Rng;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::Settings;
use crate::channel_name::is_channel_name;
use crate::v1::frames;
use crate::{Command, Dialect, Frame, Request, v2};

/// Texts with a meaning in JSON or in frames.
const TOKENS: [&str; 20] = [
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"",
    "\\",
    "\\u0000",
    "\\ud800",
    "null",
    "true",
    "-0",
    "1e999",
    "\u{0}",
    "\u{202e}",
    "é",
    "\"action\"",
    "\"options\"",
    "9999999999999999999999",
];

/// Mutates texts of the corpus until the time is up, and passes each to `check`.
fn fuzz(corpus: &[String], check: impl Fn(&str)) {
    let seconds = std::env::var("XANO_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    let end = Instant::now() + Duration::from_secs(seconds);
    let first_seed = if seconds > 1 { fastrand::u64(..) } else { 0 };
    let mut seed = first_seed;
    while Instant::now() < end {
        for _ in 0..1_000 {
            seed = seed.wrapping_add(1);
            let text = mutated(corpus, &mut Rng::with_seed(seed));
            if std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| check(&text))).is_err() {
                panic!("seed {seed} fails with {text:?}");
            }
        }
    }
    println!("{} texts, from seed {first_seed}", seed.wrapping_sub(first_seed));
}

fn mutated(corpus: &[String], dice: &mut Rng) -> String {
    let mut bytes = dice.choice(corpus).cloned().unwrap_or_default().into_bytes();
    for _ in 0..dice.usize(1..6) {
        let at = dice.usize(..=bytes.len());
        match dice.u8(..6) {
            0 => bytes.truncate(at),
            1 if at < bytes.len() => drop(bytes.remove(at)),
            2 if at < bytes.len() => bytes[at] = dice.u8(..),
            3 => drop(bytes.splice(at..at, dice.choice(TOKENS).unwrap_or("").bytes())),
            4 => {
                // Insert a piece of another text, or of the same one.
                let other = dice.choice(corpus).map(|text| text.as_bytes()).unwrap_or_default();
                let from = dice.usize(..=other.len());
                let to = dice.usize(from..=other.len());
                bytes.splice(at..at, other[from..to].iter().copied());
            }
            _ => drop(bytes.splice(at..at, "[".repeat(dice.usize(..400)).bytes())),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn golden(text: &str) -> Vec<String> {
    let frames: Vec<Value> = serde_json::from_str(text).unwrap();
    frames.iter().map(|frame| frame.get("frame").map_or_else(|| frame["text"].to_string(), Value::to_string)).collect()
}

#[test]
fn every_frame_is_parsed_within_the_rules_or_refused() {
    let mut corpus = golden(include_str!("../../../protocol/fixtures/to_server.json"));
    corpus.extend(golden(include_str!("../../../protocol/fixtures/refused.json")));
    fuzz(&corpus, |text| match Dialect::V1.parse(text) {
        Ok(Frame::Ping) => {}
        Ok(Frame::V2(command)) => panic!("V1 has no {command:?}"),
        Ok(Frame::Command(Command { channel, request, .. })) => {
            assert!(is_channel_name(&channel));
            if let Request::Message(message) = request {
                assert!(message.key.is_none_or(|key| (1..=64).contains(&key.len())));
                let payload = message.payload;
                assert!(payload.is_none_or(|payload| text.contains(payload.get())), "as sent, byte for byte");
            }
        }
        // Every refusal can be encoded.
        Err(refused) => {
            drop(serde_json::from_str::<Value>(&frames::refusal(None, None, &refused.why).to_text()).unwrap())
        }
    });
}

#[test]
fn every_frame_of_v2_has_answers_that_are_json_and_its_payload_stays_as_it_was_sent() {
    let mut corpus = golden(include_str!("../../../protocol/fixtures/v2/to_server.json"));
    corpus.extend(golden(include_str!("../../../protocol/fixtures/v2/refused.json")));
    let scene = RefCell::new(super::v2::Scene::new());
    fuzz(&corpus, |text| {
        let Ok(Frame::V2(command)) = Dialect::V2.parse(text) else { panic!("V2 refuses no frame when it parses it") };
        assert!(command.channel.is_none_or(|channel| is_channel_name(&channel)));
        if let v2::Request::Broadcast(message) = command.request {
            assert!(message.payload.is_none_or(|payload| text.contains(payload.get())));
        }
        let mut scene = scene.borrow_mut();
        let jill = scene.joins("rooms/42");
        scene.join(jill, "orders/7");
        scene.sends(jill, text);
        for answer in scene.hears_texts(jill) {
            // A payload may have half of a surrogate pair, which only JavaScript accepts.
            assert!(serde_json::from_str::<&RawValue>(&answer).is_ok(), "{answer}");
        }
        scene.closes(jill);
        scene.asks_all();
    });
}

#[test]
fn accepted_settings_are_unchanged_after_writing_and_reading_them() {
    let full = Settings::default().to_json();
    let odd = json!({ "enabled": true, "hash": "a-hash", "id": 7, "channels": [
        { "pattern": "a/*", "wildcard": true, "history": "25", "triggers": { "join": "https://a.example/x?y" } },
        { "pattern": "a/b", "enabled": true, "id": null }
    ] });
    let servers = json!({ "servers": [{ "name": "main", "canonical": "rt", "channels": [{
        "name": "a/{id}/c", "guid": "x", "input": [{ "name": "id", "type": "int" }], "publish": { "who": "anyone" },
        "messages": [{ "name": "send", "auth": 5, "input": [{ "name": "body", "type": "text", "required": true }] }]
    }] }] });
    fuzz(&[full.to_string(), odd.to_string(), servers.to_string(), "{}".to_owned()], |text| {
        if let Ok(settings) = Settings::parse(text) {
            let written = settings.to_json();
            let read = Settings::parse(&written.to_string()).expect("what was written is read");
            assert_eq!(read.to_json(), written);
            let _ = settings.rules_for("a/b/c");
            for server in settings.servers() {
                let _ = server.channel_for("a/b/c");
            }
        }
    });
}
