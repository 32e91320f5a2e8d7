//! `docs/lifecycle.md` shows what the session does, or this fails.

mod alignment;
mod publishing;
mod recovery;

use xano_realtime_protocol::CloseCode;
use xano_wasm::engine::{Acknowledgement, Frame, Input, JoinOptions, Moment, Output, Session, State};

const STATES: [State; 6] =
    [State::Idle, State::Connecting, State::Open, State::Closing, State::Waiting, State::Stopped];

/// The random number of every input.
const HALF: u32 = 1 << 31;

/// An acknowledgement of a server without extensions.
const NOTHING: Acknowledgement =
    Acknowledgement { answers_pings: false, answers_keys: false, has_position: false, is_restarted: false };

/// A session with what it has decided.
#[derive(Default)]
struct Stage {
    session: Session,
    outputs: Vec<Output>,
    now_ms: u32,
}

impl Stage {
    fn handle(&mut self, input: Input) {
        self.session.handle(input, Moment { now_ms: self.now_ms, random: HALF }, &mut self.outputs);
    }

    /// The number of the timer that was set last, and what it was set to.
    fn timer(&self) -> Option<(u32, u32)> {
        let mut timers = self.outputs.iter().filter_map(|output| match output {
            Output::SetTimer { timer, after_ms, .. } => Some((*timer, *after_ms)),
            _ => None,
        });
        timers.next_back()
    }
}

/// A session in that state with one channel on it (none when idle), everything decided so far carried out, and the
/// numbers of its current socket and timer.
fn session_in(state: State) -> (Stage, u32, u32) {
    let mut stage = Stage::default();
    if state == State::Idle {
        return (stage, 0, 0);
    }
    stage.handle(Input::Join { channel: 0, options: JoinOptions::default() });
    let epoch = 1;
    if state != State::Connecting {
        stage.handle(Input::Opened { epoch });
    }
    match state {
        State::Closing => stage.handle(Input::Reconnect),
        State::Waiting => stage.handle(Input::Closed { epoch, code: CloseCode::ABNORMAL }),
        State::Stopped => stage.handle(Input::Closed { epoch, code: CloseCode::NORMAL }),
        _ => {}
    }
    let (timer, after_ms) = stage.timer().unwrap_or_default();
    stage.outputs.clear();
    // Its timer is due.
    stage.now_ms = after_ms;
    assert_eq!(stage.session.state(), state);
    let epoch = stage.session.epoch();
    (stage, epoch, timer)
}

/// What happens so long after the timer was due.
type Row = (&'static str, u32, Vec<Input>);

fn inputs(epoch: u32, timer: u32) -> Vec<Row> {
    let mut inputs: Vec<Row> =
        single_inputs(epoch, timer).into_iter().map(|(name, late_ms, input)| (name, late_ms, vec![input])).collect();
    let leave = Input::Leave { channel: 0 };
    let join = Input::Join { channel: 0, options: JoinOptions::default() };
    inputs.insert(3, ("the last channel leaves, and the tick ends", 0, vec![leave, Input::TickEnded]));
    inputs.insert(4, ("the last channel leaves and joins in one tick", 0, vec![leave, join, Input::TickEnded]));
    inputs
}

fn single_inputs(epoch: u32, timer: u32) -> Vec<(&'static str, u32, Input)> {
    let frame = Frame { number: 1, bytes: 4, comes_back: false };
    let public = Frame { comes_back: true, ..frame };
    let history = JoinOptions::HISTORY;
    let elapsed = Input::Elapsed { timer, quiet_ms: 0, heard: true };
    let closed = |code| Input::Closed { epoch, code };
    let send = |frame, writable, may_wait| Input::Send { channel: 0, frame, writable, may_wait };
    let rows = [
        ("a further channel", Input::Join { channel: 1, options: JoinOptions::default() }),
        ("the channel wishes more", Input::Join { channel: 0, options: history }),
        ("the last channel leaves", Input::Leave { channel: 0 }),
        ("send", send(frame, true, true)),
        ("send a public message", send(public, true, true)),
        ("send, socket not writable", send(frame, false, true)),
        ("send, must not wait", send(frame, false, false)),
        ("the host sends a public message itself", Input::Sending),
        ("opened", Input::Opened { epoch }),
        ("closed, 1006", closed(CloseCode::ABNORMAL)),
        ("closed, 1009", closed(CloseCode::TOO_LARGE)),
        ("closed, 1000", closed(CloseCode::NORMAL)),
        ("closed, 1008", closed(CloseCode::POLICY)),
        ("closed, 4401", closed(CloseCode::UNAUTHORIZED)),
        ("token refused", Input::TokenRefused { epoch }),
        ("writable again", Input::Writable { epoch }),
        ("join acknowledged", Input::Acknowledged { channel: 0, said: NOTHING, writable: true }),
        ("something comes that only members get", Input::Heard { channel: 0, writable: true }),
        ("timer elapsed", elapsed),
        ("network or page is back", Input::Resumed { slept: false }),
        ("network or page is back, after a sleep", Input::Resumed { slept: true }),
        ("reconnect", Input::Reconnect),
        ("an event of an earlier socket", Input::Closed { epoch: epoch.wrapping_sub(1), code: CloseCode::NORMAL }),
    ];
    let mut rows: Vec<_> = rows.into_iter().map(|(name, input)| (name, 0, input)).collect();
    let elapsed_at = rows.iter().position(|row| row.2 == elapsed).expect("it is among them");
    rows.insert(elapsed_at + 1, ("timer elapsed, 2 s late", 2_000, elapsed));
    rows.insert(elapsed_at + 2, ("timer elapsed, 76 s late", 76_000, elapsed));
    let resumed = Input::Resumed { slept: false };
    rows.insert(elapsed_at + 4, ("page is back, its timer 76 s late", 76_000, resumed));
    rows
}

fn describe(output: &Output) -> String {
    match output {
        Output::OpenSocket { .. } => "open socket".to_owned(),
        Output::CloseSocket { code } => format!("close socket ({})", code.0),
        Output::DropSocket { code } => format!("drop socket ({})", code.0),
        Output::SendJoin { options, .. } if options.contains(JoinOptions::RECOVER) => {
            "send join with the position".to_owned()
        }
        Output::SendJoin { .. } => "send join".to_owned(),
        Output::Joined { .. } => "the channel is joined".to_owned(),
        Output::TakePosition { in_doubt: false, .. } => "keep the server's position".to_owned(),
        Output::TakePosition { in_doubt: true, .. } => {
            "keep the server's position; ask for the history, or error: GapPossible".to_owned()
        }
        Output::HandOut { gap: false, .. } => "keep the server's position; hand out what was missed".to_owned(),
        Output::HandOut { gap: true, .. } => {
            "keep the server's position; error: Gap; hand out what was missed".to_owned()
        }
        Output::SendLeave { .. } => "send leave".to_owned(),
        Output::Send { .. } => "send the frame".to_owned(),
        Output::SendPublished { message, keyed: true } => format!("send message {message} with its key"),
        Output::SendPublished { message, keyed: false } => format!("send message {message} without its key"),
        Output::Settled { message, failure: None } => format!("message {message} is taken"),
        Output::Settled { message, failure: Some(failure) } => format!("reject message {message}: {failure:?}"),
        Output::ForgetFrame { .. } => "forget the frame".to_owned(),
        Output::ForgetChannel { .. } => "forget the channel".to_owned(),
        Output::ForgetConnection => "forget the connection".to_owned(),
        Output::SetTimer { after_ms, .. } => format!("timer {after_ms} ms"),
        Output::ClearTimer => "clear timer".to_owned(),
        Output::Connected => "tell: connected".to_owned(),
        Output::Disconnected { next: None, .. } => "tell: disconnected".to_owned(),
        Output::Disconnected { next: Some(next), .. } => {
            format!("tell: disconnected, attempt {} in {} ms", next.number, next.in_ms)
        }
        Output::AwaitWritable => "await writable".to_owned(),
        Output::AwaitTickEnd => "await the end of the tick".to_owned(),
        Output::SendPing => "send ping".to_owned(),
        Output::Judged { hand_out: true, .. } => "hand out the message".to_owned(),
        Output::Judged { hand_out: false, .. } => "drop the message".to_owned(),
        Output::SendAck { .. } => "acknowledge the message".to_owned(),
        Output::Failed { failure, .. } => format!("error: {failure:?}"),
    }
}

fn table() -> String {
    let mut table = String::from("| state | input | next state | what to do, in this order |\n|---|---|---|---|\n");
    for state in STATES {
        for index in 0..inputs(0, 0).len() {
            let (mut stage, epoch, timer) = session_in(state);
            let (name, late_ms, inputs) = inputs(epoch, timer).swap_remove(index);
            stage.now_ms += late_ms;
            inputs.into_iter().for_each(|input| stage.handle(input));
            let next = stage.session.state();
            // A row that changes nothing and does nothing tells nothing.
            if stage.outputs.is_empty() && next == state {
                continue;
            }
            let outputs: Vec<String> = stage.outputs.iter().map(describe).collect();
            table += &format!("| {state:?} | {name} | {next:?} | {} |\n", outputs.join("; "));
        }
    }
    table
}

#[test]
fn the_table_in_the_lifecycle_document_is_what_the_session_does() {
    let document = include_str!("../../docs/lifecycle.md");
    let table = table();
    assert!(document.contains(&table), "docs/lifecycle.md should hold this table:\n\n{table}");
}

/// What happens between the opening of a connection and its end.
type Happening = fn(&mut Stage);

const CONNECTIONS: [(&str, Happening); 5] = [
    ("closes at once", |_| {}),
    ("acknowledges the join and closes at once", acknowledge),
    ("lasts 10 s, no join is acknowledged", last),
    ("lasts 60 s, no join is acknowledged", |stage| (0..3).for_each(|_| last(stage))),
    ("acknowledges the join and lasts 10 s", |stage| {
        acknowledge(stage);
        last(stage);
    }),
];

fn acknowledge(stage: &mut Stage) {
    stage.handle(Input::Acknowledged { channel: 0, said: NOTHING, writable: true });
}

/// The timer runs out. That of an open socket is due after 10 s, and every 25 s from then on.
fn last(stage: &mut Stage) {
    let (timer, after_ms) = stage.timer().expect("a timer is set");
    stage.now_ms += after_ms;
    stage.handle(Input::Elapsed { timer, quiet_ms: 0, heard: true });
}

/// What follows the end of such a connection, after three attempts that never opened.
fn next_attempt(happen: Happening, code: CloseCode) -> String {
    let mut stage = Stage::default();
    stage.handle(Input::Join { channel: 0, options: JoinOptions::default() });
    for _ in 0..3 {
        let epoch = stage.session.epoch();
        stage.handle(Input::Closed { epoch, code: CloseCode::ABNORMAL });
        last(&mut stage);
    }
    let epoch = stage.session.epoch();
    stage.handle(Input::Opened { epoch });
    happen(&mut stage);
    stage.outputs.clear();
    stage.handle(Input::Closed { epoch, code });
    let mut attempts = stage.outputs.iter().filter_map(|output| match output {
        Output::Disconnected { next: Some(next), .. } => Some(format!("attempt {} in {} ms", next.number, next.in_ms)),
        _ => None,
    });
    attempts.next().expect("a further attempt")
}

#[test]
fn the_delays_in_the_lifecycle_document_are_those_of_the_session() {
    let mut table = String::from("| the connection | ends with 1006 | ends with 1013 |\n|---|---|---|\n");
    for (name, happen) in CONNECTIONS {
        let [broken, overloaded] =
            [CloseCode::ABNORMAL, CloseCode::TRY_AGAIN_LATER].map(|code| next_attempt(happen, code));
        table += &format!("| {name} | {broken} | {overloaded} |\n");
    }
    let document = include_str!("../../docs/lifecycle.md");
    assert!(document.contains(&table), "docs/lifecycle.md should hold this table:\n\n{table}");
}
