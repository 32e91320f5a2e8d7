//! The server's own counters and memory.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::usage::resident_bytes;
use crate::{Failure, Server};

/// The server's memory at regular intervals.
#[derive(Debug)]
pub(super) struct Memory {
    pid: u32,
    interval: Duration,
    pub(super) resident_bytes: Vec<u64>,
}

impl Memory {
    pub(super) fn of(pid: u32, run: Duration) -> Memory {
        Memory { pid, interval: run / (MEMORY_SAMPLES as u32 - 1), resident_bytes: Vec::new() }
    }

    /// Reads the memory if it is time to.
    pub(super) fn sample(&mut self, since: Duration) -> Result<(), Failure> {
        let taken = self.resident_bytes.len();
        if taken < MEMORY_SAMPLES && since >= self.interval * taken as u32 {
            self.resident_bytes.push(resident_bytes(self.pid)?);
        }
        Ok(())
    }

    /// The memory at the end as a multiple of the memory after half of the time.
    pub(super) fn growth(&self) -> f64 {
        let half = self.resident_bytes.get(self.resident_bytes.len() / 2);
        let end = self.resident_bytes.last();
        half.zip(end).map_or(1.0, |(&half, &end)| end as f64 / half as f64)
    }
}

/// One sentence for each counter of the server that differs from what the clients counted.
pub(super) fn differences(server: &Server, messages: usize, deliveries: usize) -> Result<Vec<String>, Failure> {
    let counts = [("xano_messages_received_total", messages), ("xano_messages_delivered_total", deliveries)];
    let mut differences = Vec::new();
    for (name, expected) in counts {
        let counted = server.addresses.iter().map(|&address| metric(address, name)).sum::<Result<usize, Failure>>()?;
        if counted != expected {
            differences.push(format!("{name} is {counted}, the clients counted {expected}"));
        }
    }
    Ok(differences)
}

fn metric(address: SocketAddr, name: &str) -> Result<usize, Failure> {
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "GET /metrics HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let value = answer.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    let status = answer.lines().next().unwrap_or_default();
    Ok(value.ok_or_else(|| format!("no metric {name} at http://{address}/metrics: {status}"))?.parse()?)
}

const MEMORY_SAMPLES: usize = 13;
