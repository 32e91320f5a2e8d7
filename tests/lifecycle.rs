//! `docs/lifecycle.md` shows what the session does, or this fails.

use xano_realtime_protocol::CloseCode;
use xano_wasm::session::{Frame, Input, Output, Session, State, Wishes};

const STATES: [State; 6] =
    [State::Idle, State::Connecting, State::Open, State::Closing, State::Waiting, State::Stopped];

/// A session in that state with one channel on it (none when idle), everything decided so far carried out, and the
/// numbers of its current socket and timer.
fn session_in(state: State) -> (Session<&'static str>, u32, u32) {
    let mut session = Session::new();
    if state == State::Idle {
        return (session, 0, 0);
    }
    session.handle(Input::Join { channel: 0, wishes: Wishes::default() });
    let epoch = 1;
    if state != State::Connecting {
        session.handle(Input::Opened { epoch });
    }
    match state {
        State::Closing => session.handle(Input::Reconnect),
        State::Waiting => {
            session.handle(Input::Closed { epoch, code: CloseCode::ABNORMAL, random: 0.5 });
        }
        State::Stopped => session.handle(Input::Closed { epoch, code: CloseCode::NORMAL, random: 0.5 }),
        _ => {}
    }
    let outputs: Vec<_> = std::iter::from_fn(|| session.poll()).collect();
    let mut timers = outputs.iter().filter_map(|output| match output {
        Output::SetTimer { timer, .. } => Some(*timer),
        _ => None,
    });
    let timer = timers.next_back().unwrap_or_default();
    assert_eq!(session.state(), state);
    let epoch = session.epoch();
    (session, epoch, timer)
}

fn inputs(epoch: u32, timer: u32) -> Vec<(&'static str, Vec<Input<&'static str>>)> {
    let mut inputs: Vec<_> = single_inputs(epoch, timer).into_iter().map(|(name, input)| (name, vec![input])).collect();
    let leave = || Input::Leave { channel: 0 };
    let join = Input::Join { channel: 0, wishes: Wishes::default() };
    inputs.insert(3, ("the last channel leaves, and the tick ends", vec![leave(), Input::TickEnded]));
    inputs.insert(4, ("the last channel leaves and joins in one tick", vec![leave(), join, Input::TickEnded]));
    inputs
}

fn single_inputs(epoch: u32, timer: u32) -> Vec<(&'static str, Input<&'static str>)> {
    let frame = || Frame { body: "text", bytes: 4, comes_back: false };
    let public = || Frame { comes_back: true, ..frame() };
    let elapsed = |late_ms, quiet_ms| Input::Elapsed { timer, late_ms, quiet_ms, heard: true, random: 0.5 };
    let closed = |code| Input::Closed { epoch, code, random: 0.5 };
    vec![
        ("a further channel", Input::Join { channel: 1, wishes: Wishes::default() }),
        ("the channel wishes more", Input::Join { channel: 0, wishes: Wishes { history: true, ..Wishes::default() } }),
        ("the last channel leaves", Input::Leave { channel: 0 }),
        ("send", Input::Send { channel: 0, frame: frame(), writable: true, may_wait: true }),
        ("send a public message", Input::Send { channel: 0, frame: public(), writable: true, may_wait: true }),
        ("send, socket not writable", Input::Send { channel: 0, frame: frame(), writable: false, may_wait: true }),
        ("send, must not wait", Input::Send { channel: 0, frame: frame(), writable: false, may_wait: false }),
        ("opened", Input::Opened { epoch }),
        ("closed, 1006", closed(CloseCode::ABNORMAL)),
        ("closed, 1009", closed(CloseCode::TOO_LARGE)),
        ("closed, 1000", closed(CloseCode::NORMAL)),
        ("closed, 1008", closed(CloseCode::POLICY)),
        ("closed, 4401", closed(CloseCode::UNAUTHORIZED)),
        ("token refused", Input::TokenRefused { epoch }),
        ("writable again", Input::Writable { epoch }),
        ("join acknowledged", Input::Acknowledged { answers_pings: false }),
        ("join acknowledged, pings are answered", Input::Acknowledged { answers_pings: true }),
        ("timer elapsed", elapsed(0, 0)),
        ("timer elapsed, 76 s late", elapsed(76_000, 0)),
        ("network or page is back", Input::Resumed { slept: false }),
        ("network or page is back, after a sleep", Input::Resumed { slept: true }),
        ("reconnect", Input::Reconnect),
        (
            "an event of an earlier socket",
            Input::Closed { epoch: epoch.wrapping_sub(1), code: CloseCode::NORMAL, random: 0.5 },
        ),
    ]
}

fn describe(output: &Output<&'static str>) -> String {
    match output {
        Output::OpenSocket { .. } => "open socket".to_owned(),
        Output::CloseSocket { code } => format!("close socket ({})", code.0),
        Output::DropSocket { code } => format!("drop socket ({})", code.0),
        Output::SendJoin { .. } => "send join".to_owned(),
        Output::SendLeave { .. } => "send leave".to_owned(),
        Output::Send { .. } => "send the frame".to_owned(),
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
        Output::Failed { failure, .. } => format!("error: {failure:?}"),
    }
}

fn table() -> String {
    let mut table = String::from("| state | input | next state | what to do, in this order |\n|---|---|---|---|\n");
    for state in STATES {
        for index in 0..inputs(0, 0).len() {
            let (mut session, epoch, timer) = session_in(state);
            let (name, inputs) = inputs(epoch, timer).swap_remove(index);
            inputs.into_iter().for_each(|input| session.handle(input));
            let outputs: Vec<String> = std::iter::from_fn(|| session.poll()).map(|output| describe(&output)).collect();
            // A row that changes nothing and does nothing tells nothing.
            if outputs.is_empty() && session.state() == state {
                continue;
            }
            table += &format!("| {state:?} | {name} | {:?} | {} |\n", session.state(), outputs.join("; "));
        }
    }
    table
}

#[test]
fn the_table_in_the_lifecycle_document_is_what_the_session_does() {
    let document = include_str!("../docs/lifecycle.md");
    let table = table();
    assert!(document.contains(&table), "docs/lifecycle.md should hold this table:\n\n{table}");
}

/// What happens between the opening of a connection and its end.
type Happening = fn(&mut Session<&'static str>);

const CONNECTIONS: [(&str, Happening); 5] = [
    ("closes at once", |_| {}),
    ("acknowledges the join and closes at once", acknowledge),
    ("lasts 10 s, no join is acknowledged", last),
    ("lasts 60 s, no join is acknowledged", |session| (0..3).for_each(|_| last(session))),
    ("acknowledges the join and lasts 10 s", |session| {
        acknowledge(session);
        last(session);
    }),
];

fn acknowledge(session: &mut Session<&'static str>) {
    session.handle(Input::Acknowledged { answers_pings: false });
}

/// The timer of an open socket runs out: after 10 s, and every 25 s from then on.
fn last(session: &mut Session<&'static str>) {
    let timer = take_timer(session);
    session.handle(Input::Elapsed { timer, late_ms: 0, quiet_ms: 0, heard: true, random: 0.5 });
}

fn take_timer(session: &mut Session<&'static str>) -> u32 {
    let timers = std::iter::from_fn(|| session.poll()).filter_map(|output| match output {
        Output::SetTimer { timer, .. } => Some(timer),
        _ => None,
    });
    timers.last().expect("a timer is set")
}

/// What follows the end of such a connection, after three attempts that never opened.
fn next_attempt(happen: Happening, code: CloseCode) -> String {
    let mut session = Session::new();
    session.handle(Input::Join { channel: 0, wishes: Wishes::default() });
    for _ in 0..3 {
        let epoch = session.epoch();
        session.handle(Input::Closed { epoch, code: CloseCode::ABNORMAL, random: 0.5 });
        let timer = take_timer(&mut session);
        session.handle(Input::Elapsed { timer, late_ms: 0, quiet_ms: 0, heard: false, random: 0.5 });
    }
    let epoch = session.epoch();
    session.handle(Input::Opened { epoch });
    happen(&mut session);
    session.handle(Input::Closed { epoch, code, random: 0.5 });
    let mut attempts = std::iter::from_fn(|| session.poll()).filter_map(|output| match output {
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
    let document = include_str!("../docs/lifecycle.md");
    assert!(document.contains(&table), "docs/lifecycle.md should hold this table:\n\n{table}");
}
