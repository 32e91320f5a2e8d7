//! Log lines go to standard error without a thread of the server ever waiting for it: a reader that has stopped, or a
//! pipe that is closed, costs log lines and nothing else. Lost lines are counted.
//!
//! # Layout
//!
//! - `writer`: a bounded queue of lines and the thread that writes them.
//! - `line_rate`: one line a minute of each kind that a client can cause.

mod line_rate;
mod writer;

pub(crate) use line_rate::LineRate;
pub use writer::{DroppedLines, Log, LogWriter};
