//! Many sockets that do nothing: what the server's memory grows by for each.

use std::time::{Duration, Instant};

use clap::Args;
use serde::Serialize;

use super::crowd::{Crowd, answers_alone};
use super::usage::resident_bytes;
use super::{Failure, Server};

#[derive(Args)]
pub(crate) struct Plan {
    /// How many sockets; memory is read after each of these numbers, which ascend.
    #[arg(long, value_delimiter = ',')]
    connections: Vec<usize>,
    /// Each socket is on one of them.
    #[arg(long, default_value_t = 100)]
    channels: usize,
}

#[derive(Serialize)]
pub(crate) struct Report {
    resident_bytes_before: u64,
    steps: Vec<Step>,
}

#[derive(Serialize)]
struct Step {
    connections: usize,
    resident_bytes: u64,
    bytes_per_connection: f64,
}

pub(crate) fn run(server: &Server, plan: &Plan) -> Result<Report, Failure> {
    let mut crowd = Crowd::new(server)?;
    let before = resident_bytes(server.pid)?;
    let mut steps = Vec::new();
    let mut open = 0;
    for &connections in &plan.connections {
        crowd.open((open..connections).map(|number| (vec![number % plan.channels], None)))?;
        open = connections;
        // What opening left to do is done by then.
        let quiet = Instant::now() + QUIET;
        while Instant::now() < quiet {
            crowd.turn(QUIET, answers_alone)?;
        }
        let resident_bytes = resident_bytes(server.pid)?;
        let bytes_per_connection = resident_bytes.saturating_sub(before) as f64 / connections as f64;
        steps.push(Step { connections, resident_bytes, bytes_per_connection });
    }
    Ok(Report { resident_bytes_before: before, steps })
}

const QUIET: Duration = Duration::from_millis(500);
