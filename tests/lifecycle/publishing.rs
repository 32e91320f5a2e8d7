//! What becomes of a published message.

use xano_realtime_protocol::CloseCode;
use xano_wasm::engine::{Acknowledgement, Frame, Input, JoinOptions, Output};

use crate::{NOTHING, Stage, acknowledge, describe, last};

/// What a session with one channel and one message on it does: how it got there, and what happens then.
const PUBLISHING: [(&str, &[Step], &str, Step); 29] = [
    ("open, not joined", &[Stage::open], "publish", Stage::publish),
    (
        "open, message 1 waits",
        &[Stage::open, Stage::publish],
        "the join is acknowledged, keys are answered",
        Stage::keys,
    ),
    (
        "open, message 1 waits",
        &[Stage::open, Stage::publish],
        "the join is acknowledged, socket not writable",
        |stage| stage.handle(Input::Acknowledged { channel: 0, said: NOTHING, writable: false }),
    ),
    (
        "open, message 1 waits",
        &[Stage::open, Stage::publish],
        "the join is acknowledged, keys are not answered",
        acknowledge,
    ),
    ("open, message 1 waits", &[Stage::open, Stage::publish], "something comes that only members get", Stage::hear),
    ("open, message 1 waits", &[Stage::open, Stage::publish], "the server refuses something", Stage::refuse),
    ("open, message 1 waits", &[Stage::open, Stage::publish], "15 s pass", Stage::fifteen_seconds),
    ("joined, keys are answered", &[Stage::open, Stage::keys], "publish", Stage::publish),
    ("joined, keys are not answered", &[Stage::open, acknowledge], "publish", Stage::publish),
    ("message 1 is sent", &SENT, "it is answered", Stage::answer),
    ("message 1 is sent", &SENT, "the server refuses something", Stage::refuse),
    ("message 1 is sent", &SENT, "closed, 1006", |stage| stage.close(CloseCode::ABNORMAL)),
    ("message 1 is sent", &SENT, "closed, 1009", |stage| stage.close(CloseCode::TOO_LARGE)),
    ("message 1 is sent", &SENT, "closed, 1008", |stage| stage.close(CloseCode::POLICY)),
    ("message 1 is sent", &SENT, "closed, 1000", |stage| stage.close(CloseCode::NORMAL)),
    ("message 1 is sent", &SENT, "the last channel leaves", |stage| stage.handle(Input::Leave { channel: 0 })),
    (
        "message 1 is sent, and the connection is a new one",
        &[Stage::open, Stage::keys, Stage::publish, Stage::interrupt],
        "the join is acknowledged, keys are answered",
        Stage::keys,
    ),
    (
        "message 1 is sent, and the connection is a new one",
        &[Stage::open, Stage::keys, Stage::publish, Stage::interrupt],
        "the join is acknowledged, keys are not answered",
        acknowledge,
    ),
    (
        "message 1 is sent, and the connection is a new one",
        &[Stage::open, Stage::keys, Stage::publish, Stage::interrupt],
        "something comes that only members get",
        Stage::hear,
    ),
    (
        "message 1 is sent, message 2 is not, and the connection is a new one",
        &[Stage::open, Stage::keys, Stage::publish, Stage::interrupt, Stage::publish],
        "the join is acknowledged by another server",
        Stage::restarted,
    ),
    (
        "message 1 is sent for the third time",
        &[Stage::open, Stage::keys, Stage::publish, Stage::interrupt, Stage::keys, Stage::interrupt, Stage::keys],
        "the connection ends, and the next one opens",
        Stage::interrupt,
    ),
    ("message 1 is sent without its key", &PLAIN, "it comes back", Stage::answer),
    ("message 1 is sent without its key", &PLAIN, "15 s pass", Stage::fifteen_seconds),
    (
        "message 1 is sent without its key, and the connection is a new one",
        &INTERRUPTED,
        "the join is acknowledged",
        acknowledge,
    ),
    (
        "the same, and the channel recovers",
        &[Stage::recover, acknowledge, Stage::publish, Stage::interrupt],
        "the join is acknowledged",
        acknowledge,
    ),
    (
        "… and the history was asked for",
        &[Stage::recover, acknowledge, Stage::publish, Stage::interrupt, acknowledge],
        "a further join is acknowledged",
        acknowledge,
    ),
    (
        "… and the history was asked for",
        &[Stage::recover, acknowledge, Stage::publish, Stage::interrupt, acknowledge],
        "what was missed is handed out, and message 1 is not in it",
        |stage| stage.handle(Input::Missed { channel: 0, complete: false }),
    ),
    ("connecting, message 1 waits", &[Stage::join, Stage::publish], "no socket can be made", |stage| {
        stage.handle(Input::NoSocketMade);
    }),
    ("closed for good", &[Stage::open, |stage| stage.close(CloseCode::NORMAL)], "publish", Stage::publish),
];

/// Something that happens to a session.
type Step = fn(&mut Stage);

const PLAIN: [Step; 3] = [Stage::open, acknowledge, Stage::publish];
const INTERRUPTED: [Step; 4] = [Stage::open, acknowledge, Stage::publish, Stage::interrupt];
const SENT: [Step; 3] = [Stage::open, Stage::keys, Stage::publish];

impl Stage {
    fn join(&mut self) {
        self.handle(Input::Join { channel: 0, options: JoinOptions::default() });
    }

    fn recover(&mut self) {
        self.handle(Input::Join { channel: 0, options: JoinOptions::RECOVER });
        self.handle(Input::Opened { epoch: 1 });
    }

    fn open(&mut self) {
        self.join();
        self.handle(Input::Opened { epoch: 1 });
    }

    fn publish(&mut self) {
        let published = |output: &&Output| matches!(output, Output::SendPublished { .. });
        let number = 1 + self.outputs.iter().filter(published).count() as u32;
        let frame = Frame { number, bytes: 4, comes_back: true };
        self.handle(Input::Publish { channel: 0, frame, writable: true, was_sent: false });
    }

    fn keys(&mut self) {
        self.handle(Input::Acknowledged {
            channel: 0,
            said: Acknowledgement { answers_keys: true, ..NOTHING },
            writable: true,
        });
    }

    fn restarted(&mut self) {
        let said = Acknowledgement { answers_keys: true, is_restarted: true, ..NOTHING };
        self.handle(Input::Acknowledged { channel: 0, said, writable: true });
    }

    fn hear(&mut self) {
        self.handle(Input::Heard { channel: 0, writable: true });
    }

    fn refuse(&mut self) {
        self.handle(Input::ChannelRefused { channel: 0 });
    }

    fn answer(&mut self) {
        self.handle(Input::Answered { channel: 0, message: 1 });
    }

    fn close(&mut self, code: CloseCode) {
        self.handle(Input::Closed { epoch: self.session.epoch(), code });
    }

    fn interrupt(&mut self) {
        self.close(CloseCode::ABNORMAL);
        self.handle(Input::Resumed { slept: false });
        self.handle(Input::Opened { epoch: self.session.epoch() });
    }

    /// The timer runs out until the first answer is late.
    fn fifteen_seconds(&mut self) {
        while self.now_ms < 15_000 {
            last(self);
        }
    }
}

fn publishing_table() -> String {
    let mut table = String::from("| how it stands | input | what to do, in this order |\n|---|---|---|\n");
    for (stands, before, name, happen) in PUBLISHING {
        let mut stage = Stage::default();
        before.iter().for_each(|step| step(&mut stage));
        let known = stage.outputs.len();
        happen(&mut stage);
        let outputs: Vec<String> = stage.outputs[known..].iter().map(describe).collect();
        let outputs = if outputs.is_empty() { "nothing".to_owned() } else { outputs.join("; ") };
        table += &format!("| {stands} | {name} | {outputs} |\n");
    }
    table
}

#[test]
fn what_becomes_of_a_published_message_is_what_the_lifecycle_document_says() {
    let table = publishing_table();
    let document = include_str!("../../docs/lifecycle.md");
    assert!(document.contains(&table), "docs/lifecycle.md should hold this table:\n\n{table}");
}
