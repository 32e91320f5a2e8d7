//! The crate to WebAssembly.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::step::timed;
use crate::workspace::{Mode, Workspace};

/// Panics become a bare `unreachable`: their texts and the formatting behind them are a third of the module.
/// That needs a standard library built the same way, and two options that are not stable yet; the toolchain is pinned
/// to one version, so they are as good as stable for this one step.
/// The linker's own stack of 1 MiB would be sixteen of the seventeen pages that the module takes; the deepest call needs
/// less than 1 KiB: tests/node/memory.test.js.
const RELEASE_RUSTFLAGS: &str = "-Ctarget-feature=-reference-types -Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none -Cllvm-args=-inline-threshold=30 -Clink-arg=-zstack-size=32768";
const RELEASE_CARGO_ARGUMENTS: [&str; 2] = ["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"];

/// Cargo itself knows what is fresh, so this step always runs; it takes well under a second when nothing changed.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    timed("compile", || {
        let status = command(workspace).status().context("cannot run cargo: install Rust from https://rustup.rs")?;
        if !status.success() {
            bail!("the crate does not compile to WebAssembly");
        }
        Ok(())
    })
}

fn command(workspace: &Workspace) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
    command
        .current_dir(&workspace.root)
        // `build` would make the crate's rlib too, and Cargo drops link-time optimisation without a word when it does.
        .args(["rustc", "--locked", "--crate-type", "cdylib", "--package", "xano-wasm", "--lib", "--features", "npm"])
        .args(["--profile", "wasm", "--target", "wasm32-unknown-unknown"])
        .arg("--target-dir")
        .arg(workspace.wasm_dir())
        // The caller's flags are for the caller's programs.
        .env_remove("RUSTFLAGS");
    match workspace.mode {
        Mode::Release => command
            .args(RELEASE_CARGO_ARGUMENTS)
            .env("CARGO_ENCODED_RUSTFLAGS", RELEASE_RUSTFLAGS.replace(' ', "\x1f"))
            .env("RUSTC_BOOTSTRAP", "1"),
        Mode::Debug => command.env("CARGO_ENCODED_RUSTFLAGS", "").env("CARGO_PROFILE_WASM_STRIP", "none"),
    };
    command
}
