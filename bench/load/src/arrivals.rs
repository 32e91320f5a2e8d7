//! Sockets that come at a fixed rate, each to join one channel.

use std::time::{Duration, Instant};

use clap::Args;
use serde::Serialize;

use super::crowd::{Crowd, PATIENCE, answers_alone};
use super::fan_out::Percentiles;
use super::usage::Cpu;
use super::{Failure, Server};

#[derive(Args)]
pub(crate) struct Plan {
    #[arg(long, default_value_t = 1_000)]
    per_second: usize,
    #[arg(long, default_value_t = 3)]
    seconds: usize,
    #[arg(long, default_value_t = 100)]
    channels: usize,
}

#[derive(Serialize)]
pub(crate) struct Report {
    joins: usize,
    seconds: f64,
    cpu: Cpu,
    cpu_ms_per_join: f64,
    /// From the first packet of the connection until the join is answered.
    latency_us: Percentiles,
}

pub(crate) fn run(server: &Server, plan: &Plan) -> Result<Report, Failure> {
    let joins = plan.per_second * plan.seconds;
    let mut crowd = Crowd::new(server)?;
    let mut waiting = Vec::new();
    let mut latencies_us = Vec::new();
    let mut begun = 0;
    let (started, cpu) = (Instant::now(), Cpu::of(server.pid)?);
    while latencies_us.len() < joins {
        let due = (started.elapsed().as_secs_f64() * plan.per_second as f64) as usize + 1;
        while begun < due.min(joins) {
            waiting.push(crowd.start(vec![begun % plan.channels], None)?);
            begun += 1;
        }
        crowd.turn(TURN, answers_alone)?;
        waiting.retain(|&id| {
            let connection = crowd.connection(id);
            let is_ready = connection.is_ready();
            if is_ready {
                latencies_us.push(connection.started.elapsed().as_micros() as u32);
            }
            !is_ready
        });
        if started.elapsed() > PATIENCE {
            return Err(format!("{} of {joins} joins are not answered", waiting.len()).into());
        }
    }
    let (seconds, cpu) = (started.elapsed().as_secs_f64(), Cpu::of(server.pid)?.since(cpu));
    let cpu_ms_per_join = (cpu.user_s + cpu.system_s) * 1e3 / joins as f64;
    Ok(Report { joins, seconds, cpu, cpu_ms_per_join, latency_us: Percentiles::of(latencies_us) })
}

const TURN: Duration = Duration::from_millis(1);
