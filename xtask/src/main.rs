//! The build: turns the root crate and `pkg-template/` into the npm package in `pkg/`.
//!
//! ```text
//! compile -> bindgen -> optimize -> plain -> bundle -> package -> check -> demo
//! ```
//!
//! A second command makes a program for a page out of a crate's module: the examples and tests of the typed API are
//! built with it.
//!
//! # Layout
//!
//! - [`compile`]: the crate to WebAssembly, with a standard library built for size.
//! - [`bindgen`]: the module without what wasm-bindgen keeps in it for its generator.
//! - [`names`]: short names for what the module imports and exports.
//! - [`optimize`]: wasm-opt makes it smaller.
//! - [`plain`]: the module as JavaScript.
//! - [`bundle`]: the JavaScript and the module to the files that users load.
//! - [`package`]: everything of the package that is not code.
//! - [`check`]: loads what was built in Node in every way that it can be loaded there, and prints sizes.
//! - [`demo`]: the Marvel chat, which is built into the server.
//! - [`step`]: names and times a step, and leaves it out when its inputs have not changed.
//! - [`numbers`]: what Rust and JavaScript call by number.
//! - [`page`]: a module of another crate to a program for a page.
//! - [`workspace`]: where everything lies, and which kind of build this is.

mod bindgen;
mod bundle;
mod check;
mod compile;
mod demo;
mod files;
mod names;
mod node;
mod numbers;
mod optimize;
mod package;
mod page;
mod plain;
mod step;
mod workspace;

use std::process::ExitCode;

use anyhow::{Result, bail};

use workspace::{Mode, Workspace};

const USAGE: &str = "usage: cargo run --release -p xtask -- build [--debug | --without-demo] | page MODULE.wasm FOLDER";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["build"] => build_all(&Workspace::new(Mode::Release)?),
        ["build", "--debug"] => build_all(&Workspace::new(Mode::Debug)?),
        // The server includes the demo: with another one it is compiled again.
        ["build", "--without-demo"] => build(&Workspace::new(Mode::Release)?),
        ["page", module, folder] => page::run(&Workspace::new(Mode::Release)?, module.as_ref(), folder.as_ref()),
        _ => bail!("{USAGE}"),
    }
}

fn build_all(workspace: &Workspace) -> Result<()> {
    build(workspace)?;
    demo::run(workspace)
}

fn build(workspace: &Workspace) -> Result<()> {
    numbers::write(workspace)?;
    compile::run(workspace)?;
    bindgen::run(workspace)?;
    optimize::run(workspace)?;
    plain::run(workspace)?;
    bundle::run(workspace)?;
    package::run(workspace)?;
    check::run(workspace)
}
