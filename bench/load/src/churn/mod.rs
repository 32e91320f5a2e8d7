//! Clients that move from channel to channel while each channel's witness stays, under a ledger of every delivery.
//!
//! # Layout
//!
//! - `member`: what one client does next, from joining a channel to leaving it.
//! - `ledger`: the messages that were sent, and the messages that each member received.
//! - `counters`: the server's own counters and memory, to compare with the ledger.

mod counters;
mod ledger;
mod member;

use std::time::{Duration, Instant};

use clap::Args;
use serde::Serialize;

use super::crowd::{AT_A_TIME, Crowd, Id, PATIENCE};
use super::dialect::Heard;
use super::payload::{Payload, SMALLEST_BYTES};
use super::usage::Cpu;
use super::{Failure, Server};
use counters::Memory;
use ledger::Ledger;
use member::{Action, Member};

pub use ledger::{Balance, Fault};

/// The size and the length of a run.
#[derive(Args, Clone, Debug)]
pub struct Plan {
    /// Sockets in all, one of them a witness for each channel.
    #[arg(long, default_value_t = 5_000)]
    pub connections: usize,
    /// The channels that the sockets move between.
    #[arg(long, default_value_t = 100)]
    pub channels: usize,
    /// How long the clients move, once all are connected and before they leave for good.
    #[arg(long, default_value_t = 120)]
    pub seconds: u64,
    /// The pause between two messages of one channel's witness.
    #[arg(long, default_value_t = 500)]
    pub pause_ms: u64,
    /// About how many messages a client receives before it moves on.
    #[arg(long, default_value_t = 200)]
    pub stay_messages: usize,
    /// How many channels each client visits at most; the run ends early when all have made their rounds.
    #[arg(long, default_value_t = usize::MAX)]
    pub rounds: usize,
}

/// What a run without a fault says.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    messages: usize,
    deliveries: usize,
    stays: usize,
    seconds: f64,
    cpu: Cpu,
    /// Read at regular intervals, from the moment when all are connected.
    resident_bytes: Vec<u64>,
    /// At the end, as a multiple of what it was after half of the time.
    memory_growth: f64,
}

/// Runs the plan, and fails unless every delivery is accounted for and the server's counters agree.
pub(crate) fn run(server: &Server, plan: &Plan) -> Result<Report, Failure> {
    let (started, cpu) = (Instant::now(), Cpu::of(server.pid)?);
    let mut memory = Memory::of(server.pid, Duration::from_secs(plan.seconds));
    let Balance { messages, deliveries, stays, mut faults } =
        Run::new(server, plan, None)?.finish(Some(&mut memory))?;
    faults.extend(counters::differences(server, messages, deliveries)?);
    if let Some(first) = faults.first() {
        return Err(format!("{} faults, the first: {first}", faults.len()).into());
    }
    Ok(Report {
        messages,
        deliveries,
        stays,
        seconds: started.elapsed().as_secs_f64(),
        cpu: Cpu::of(server.pid)?.since(cpu),
        memory_growth: memory.growth(),
        resident_bytes: memory.resident_bytes,
    })
}

/// Runs the plan, and returns what the ledger says; `fault` is put into it on purpose, to show that the ledger finds it.
///
/// # Errors
///
/// When a socket fails, or when a client waits too long for a frame.
pub fn account(server: &Server, plan: &Plan, fault: Option<Fault>) -> Result<Balance, Failure> {
    Run::new(server, plan, fault)?.finish(None)
}

struct Run<'a> {
    plan: &'a Plan,
    crowd: Crowd,
    ledger: Ledger,
    /// By socket: the witnesses, one for each channel, then the others.
    members: Vec<Member>,
    /// When the clients were told to leave for good.
    stopped: Option<Instant>,
}

impl<'a> Run<'a> {
    /// Opens the sockets of the witnesses.
    fn new(server: &Server, plan: &'a Plan, fault: Option<Fault>) -> Result<Run<'a>, Failure> {
        if plan.channels == 0 || plan.connections <= plan.channels || plan.stay_messages == 0 || plan.rounds == 0 {
            return Err("there have to be channels, more connections than channels, messages and rounds".into());
        }
        let mut crowd = Crowd::new(server)?;
        crowd.open((0..plan.channels).map(|channel| (vec![channel], None)))?;
        let members = (0..plan.channels).map(Member::witness).collect();
        Ok(Run { plan, crowd, ledger: Ledger::new(plan.channels, fault), members, stopped: None })
    }

    fn finish(mut self, mut memory: Option<&mut Memory>) -> Result<Balance, Failure> {
        let mut connected = None;
        while !self.members.iter().all(Member::is_done) {
            self.open_more()?;
            if connected.is_none() && self.is_connected() {
                connected = Some(Instant::now());
            }
            if let Some(since) = connected.map(|connected| connected.elapsed()) {
                if let Some(memory) = &mut memory {
                    memory.sample(since)?;
                }
                if since >= Duration::from_secs(self.plan.seconds) {
                    self.stopped.get_or_insert_with(Instant::now);
                }
            }
            if self.stopped.is_some_and(|stopped| stopped.elapsed() > PATIENCE) {
                return Err("a client still waits for a frame that never came".into());
            }
            self.turn()?;
        }
        Ok(self.ledger.balance())
    }

    /// Opens sockets while there are some to open, not too many at a time.
    fn open_more(&mut self) -> Result<(), Failure> {
        let opening = self.members.iter().filter(|member| member.is_opening()).count();
        for _ in opening..AT_A_TIME {
            let number = self.members.len();
            if number == self.plan.connections {
                break;
            }
            let member = Member::guest(number, self.plan);
            self.crowd.start(vec![member.channel()], None)?;
            self.members.push(member);
        }
        Ok(())
    }

    fn is_connected(&self) -> bool {
        self.members.len() == self.plan.connections && !self.members.iter().any(Member::is_opening)
    }

    /// Receives what has come, and lets each member do what follows from it.
    fn turn(&mut self) -> Result<(), Failure> {
        let Run { crowd, ledger, members, .. } = self;
        let mut touched = Vec::new();
        crowd.turn(TURN, |id, heard, frame, _| {
            touched.push(id);
            hear(&mut members[id], ledger, heard, frame)
        })?;
        let guests_are_done = self.is_connected() && self.members[self.plan.channels..].iter().all(Member::is_done);
        let stops = self.stopped.is_some();
        // Witnesses act by the clock, and a stop concerns every member.
        touched.extend(if stops { 0..self.members.len() } else { 0..self.plan.channels });
        for id in touched {
            let is_last_call = if id < self.plan.channels { guests_are_done } else { stops };
            if let Some(action) = self.members[id].act(is_last_call, self.plan, &mut self.ledger) {
                self.carry_out(id, action)?;
            }
        }
        Ok(())
    }

    fn carry_out(&mut self, id: Id, action: Action) -> Result<(), Failure> {
        match action {
            Action::Say { channel, payload } => self.crowd.publish(id, channel, &payload.text(SMALLEST_BYTES)),
            Action::Leave { channel } => self.crowd.leave(id, channel),
            Action::Join { channel } => self.crowd.join(id, channel),
        }
    }
}

fn hear(member: &mut Member, ledger: &mut Ledger, heard: Heard, frame: &[u8]) -> Result<(), Failure> {
    if heard == Heard::Answer {
        return member.answered(frame, ledger);
    }
    Payload::all_in(frame, SMALLEST_BYTES).try_for_each(|payload| member.received(payload?, ledger))
}

const TURN: Duration = Duration::from_millis(1);
