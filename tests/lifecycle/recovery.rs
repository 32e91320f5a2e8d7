//! What follows an interruption.

use xano_realtime_protocol::CloseCode;
use xano_wasm::engine::{Acknowledgement, Input, JoinOptions, Output};

use crate::{NOTHING, Stage, describe};

/// What a channel does once it is joined again, by what it asked for, and by what the server says before and after.
fn recovery_table() -> String {
    let mut table = String::from(
        "| the channel asks for | the server names a position | on the next socket | acknowledged with a position | acknowledged without |\n\
         |---|---|---|---|---|\n",
    );
    for (wish, options) in [("`recover`", JoinOptions::RECOVER), ("nothing", JoinOptions::NONE)] {
        for (before, first) in [("yes", Some(true)), ("no", Some(false)), ("never joined", None)] {
            let (join, with) = joined_again(options, first, true);
            let (_, without) = joined_again(options, first, false);
            table += &format!("| {wish} | {before} | {join} | {with} | {without} |\n");
        }
    }
    table
}

/// What a session does on the second socket, and when the join is acknowledged there.
fn joined_again(options: JoinOptions, first: Option<bool>, then: bool) -> (String, String) {
    let (mut stage, epoch) = interrupted(options, first);
    stage.handle(Input::Opened { epoch });
    let join = stage.outputs.iter().find(|output| matches!(output, Output::SendJoin { .. })).map(describe);
    let mut told = Vec::new();
    for complete in [true, false] {
        let (mut stage, epoch) = interrupted(options, first);
        stage.handle(Input::Opened { epoch });
        stage.outputs.clear();
        stage.handle(acknowledged(then));
        let awaits_answer = !stage.outputs.iter().any(|output| matches!(output, Output::TakePosition { .. }));
        if awaits_answer {
            stage.handle(Input::Missed { channel: 0, complete });
        }
        let outputs: Vec<String> = stage.outputs.iter().map(describe).collect();
        told.push(outputs.join("; "));
    }
    let [complete, incomplete] = &told[..] else { unreachable!("two answers") };
    let told = match complete == incomplete {
        true => complete.clone(),
        false => format!("{complete}. Where the answer is not complete: {incomplete}"),
    };
    (join.expect("the channel is joined again"), told)
}

/// A session whose connection has broken, and the number of its next socket.
fn interrupted(options: JoinOptions, first: Option<bool>) -> (Stage, u32) {
    let mut stage = Stage::default();
    stage.handle(Input::Join { channel: 0, options });
    stage.handle(Input::Opened { epoch: 1 });
    if let Some(has_position) = first {
        stage.handle(acknowledged(has_position));
    }
    stage.handle(Input::Closed { epoch: 1, code: CloseCode::ABNORMAL });
    stage.handle(Input::Resumed { slept: false });
    stage.outputs.clear();
    let epoch = stage.session.epoch();
    (stage, epoch)
}

fn acknowledged(has_position: bool) -> Input {
    Input::Acknowledged { channel: 0, said: Acknowledgement { has_position, ..NOTHING }, writable: true }
}

#[test]
fn what_follows_an_interruption_is_what_the_lifecycle_document_says() {
    let table = recovery_table();
    let document = include_str!("../../docs/lifecycle.md");
    assert!(document.contains(&table), "docs/lifecycle.md should hold this table:\n\n{table}");
}

/// A channel object that recovers comes while the join of another one is on its way, which has asked for nothing.
#[test]
fn a_channel_that_comes_to_recover_before_its_join_is_acknowledged_awaits_no_answer() {
    let (mut stage, epoch) = interrupted(JoinOptions::NONE, Some(true));
    stage.handle(Input::Opened { epoch });
    stage.handle(Input::Join { channel: 0, options: JoinOptions::RECOVER.union(JoinOptions::HISTORY) });
    stage.handle(acknowledged(true));
    assert!(matches!(stage.outputs.last(), Some(Output::TakePosition { in_doubt: false, .. })), "{:?}", stage.outputs);
}
