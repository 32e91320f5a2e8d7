//! The load generator's program; `lib.rs` says what it does.

use std::process::ExitCode;

fn main() -> ExitCode {
    bench_load::main()
}
