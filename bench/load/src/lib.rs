//! Loads one server, verifies every delivery, and prints what it cost as one line of JSON.
//!
//! One thread with one poll, so that it costs little beside the server on a small machine.
//!
//! # Layout
//!
//! - `fan_out`: many hear what few say, as fast as a window of messages allows or at a fixed rate.
//! - `idle`: many sockets that do nothing.
//! - `arrivals`: sockets that come at a fixed rate.
//! - `churn`: clients that move from channel to channel, under a ledger of every delivery. Tests of the server use
//!   it too.
//! - `bare_hub`: the physical limit, a server that does one write for each delivery and nothing else.
//! - `dialect`: how each server is spoken to.
//! - `ledger`: who should have received what, and who did.
//! - `crowd`: the sockets and their poll.
//! - `connection`: one socket.
//! - `websocket`: the frames of RFC 6455, as far as needed.
//! - `payload`: what is in a message.
//! - `usage`: what the server's processes use.

mod arrivals;
mod bare_hub;
pub mod churn;
mod connection;
mod crowd;
mod dialect;
mod fan_out;
mod idle;
mod ledger;
mod payload;
mod usage;
mod websocket;

use std::net::SocketAddr;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

pub use dialect::Dialect;

/// Loads one server, verifies every delivery, and prints what it cost as one line of JSON.
#[derive(Parser)]
struct Command {
    #[command(subcommand)]
    workload: Workload,
}

#[derive(Subcommand)]
enum Workload {
    /// Many hear what few say.
    FanOut {
        #[command(flatten)]
        server: Server,
        #[command(flatten)]
        plan: fan_out::Plan,
    },
    /// Many sockets that do nothing.
    Idle {
        #[command(flatten)]
        server: Server,
        #[command(flatten)]
        plan: idle::Plan,
    },
    /// Sockets that come at a fixed rate, each to join one channel.
    Arrivals {
        #[command(flatten)]
        server: Server,
        #[command(flatten)]
        plan: arrivals::Plan,
    },
    /// Clients that move from channel to channel: every delivery is accounted for.
    Churn {
        #[command(flatten)]
        server: Server,
        #[command(flatten)]
        plan: churn::Plan,
    },
    /// Serves the dialect `hub` with one write for each delivery and nothing else.
    BareHub {
        /// Where to listen.
        #[arg(long)]
        listen: SocketAddr,
    },
}

/// The server under load.
#[derive(Args, Clone, Debug)]
pub struct Server {
    /// Of each of several servers that act as one: sockets take turns.
    #[arg(long = "address", required = true)]
    pub addresses: Vec<SocketAddr>,
    /// The server's process; the processes that it started are measured with it.
    #[arg(long)]
    pub pid: u32,
    /// The protocol that it speaks.
    #[arg(long)]
    pub dialect: Dialect,
}

/// Why a run is not valid.
pub type Failure = Box<dyn std::error::Error>;

/// The program: reads the command line, runs one workload, prints its report.
pub fn main() -> ExitCode {
    let outcome = match Command::parse().workload {
        Workload::FanOut { server, plan } => fan_out::run(&server, &plan).map(|report| print(&report)),
        Workload::Idle { server, plan } => idle::run(&server, &plan).map(|report| print(&report)),
        Workload::Arrivals { server, plan } => arrivals::run(&server, &plan).map(|report| print(&report)),
        Workload::Churn { server, plan } => churn::run(&server, &plan).map(|report| print(&report)),
        Workload::BareHub { listen } => bare_hub::serve(listen),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn print(report: &impl serde::Serialize) {
    println!("{}", serde_json::json!(report));
}
