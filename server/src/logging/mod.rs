//! The log on standard error. No thread of the server waits for it: if its reader stops or its pipe is closed, log
//! lines are lost and nothing else happens. Lost lines are counted.
//!
//! # Layout
//!
//! - `writer`: a bounded queue of log lines, and the thread that writes them.
//! - `line_rate`: a rate limit for log lines that a client can cause.

mod line_rate;
mod writer;

pub(crate) use line_rate::LineRate;
pub use writer::{DroppedLines, Log, LogWriter};
