//! What a history says that names no positions.

use xano_wasm::engine::{Input, JoinOptions, Output};

use crate::Stage;

/// What was seen, what came before the history did, and the history: an entry a letter, a gap a dash.
const HISTORIES: [(&str, &str, &str); 10] = [
    ("abc", "", "xabcde"),
    ("abc", "fg", "abcdefg"),
    ("abc", "", "abc"),
    ("a", "", "ab"),
    ("abc", "", "bcd"),
    ("abc", "", "xyz"),
    ("aaa", "", "aaaaa"),
    ("abc", "", "edcba"),
    ("abc", "fg", "abcdef"),
    ("abc-d", "", "de"),
];

fn alignment_table() -> String {
    let mut table = String::from("| seen | came before the history | the history | what to do |\n|---|---|---|---|\n");
    let mut stage = Stage::default();
    stage.handle(Input::Join { channel: 0, options: JoinOptions::RECOVER });
    for (seen, live, history) in HISTORIES {
        for letter in [seen, live, history].concat().bytes() {
            stage.handle(Input::Entry { hash: if letter == b'-' { 0 } else { letter.into() } });
        }
        stage.outputs.clear();
        stage.handle(Input::Align { channel: 0, seen: seen.len() as u32, live: live.len() as u32 });
        let [Output::HandOut { gap, from, .. }] = stage.outputs[..] else { unreachable!("one answer") };
        let missed = history.get(from as usize..history.len() - live.len()).unwrap_or_default();
        let told: Vec<String> = [
            gap.then(|| "error: GapPossible".to_owned()),
            (!missed.is_empty()).then(|| format!("hand out {missed} as replayed")),
            (!live.is_empty()).then(|| format!("hand out {live}")),
        ]
        .into_iter()
        .flatten()
        .collect();
        table += &format!("| {seen} | {live} | {history} | {} |\n", told.join("; "));
    }
    table
}

#[test]
fn what_a_history_says_is_what_the_lifecycle_document_says() {
    let table = alignment_table();
    let document = include_str!("../../docs/lifecycle.md");
    assert!(document.contains(&table), "docs/lifecycle.md should hold this table:\n\n{table}");
}
