//! What the server's processes use, as Linux counts it: one process and all that it started.

use std::collections::HashMap;
use std::fs;

use serde::Serialize;

use super::Failure;

/// CPU time since the start of the processes.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct Cpu {
    pub(crate) user_s: f64,
    pub(crate) system_s: f64,
}

impl Cpu {
    pub(crate) fn of(pid: u32) -> Result<Cpu, Failure> {
        let mut cpu = Cpu::default();
        for member in family(pid)? {
            let fields = stat(member).ok_or("the server has gone away")?;
            let seconds = |field: usize| fields.get(field).map_or(0, |&ticks| ticks) as f64 / TICKS_PER_S;
            cpu.user_s += seconds(USER_TICKS);
            cpu.system_s += seconds(SYSTEM_TICKS);
        }
        Ok(cpu)
    }

    pub(crate) fn since(self, earlier: Cpu) -> Cpu {
        Cpu { user_s: self.user_s - earlier.user_s, system_s: self.system_s - earlier.system_s }
    }
}

/// Memory in use; what processes share counts in each.
pub(crate) fn resident_bytes(pid: u32) -> Result<u64, Failure> {
    let resident = |member: u32| {
        let status = fs::read_to_string(format!("/proc/{member}/status")).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? * 1024)
    };
    family(pid)?.into_iter().map(|member| resident(member).ok_or("the server has gone away".into())).sum()
}

fn family(pid: u32) -> Result<Vec<u32>, Failure> {
    let processes = fs::read_dir("/proc").map_err(|_| "this system has no /proc to measure a server by")?;
    let numbers = processes.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    let parents: HashMap<u32, u32> = numbers.filter_map(|id| Some((id, *stat(id)?.get(PARENT)? as u32))).collect();
    let mut family = vec![pid];
    let mut next = 0;
    while let Some(&parent) = family.get(next) {
        family.extend(parents.iter().filter(|(_, of)| **of == parent).map(|(id, _)| *id));
        next += 1;
    }
    Ok(family)
}

/// The fields behind the name, which may have blanks in it.
fn stat(pid: u32) -> Option<Vec<u64>> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    Some(stat.rsplit_once(')')?.1.split_whitespace().map(|field| field.parse().unwrap_or(0)).collect())
}

const PARENT: usize = 1;
const USER_TICKS: usize = 11;
const SYSTEM_TICKS: usize = 12;
const TICKS_PER_S: f64 = 100.0;
