//! wasm-opt, from the npm package `binaryen`.

use std::ffi::OsStr;

use anyhow::Result;

use crate::files;
use crate::node;
use crate::step::Step;
use crate::workspace::{Mode, Workspace};

/// What the compiler and wasm-bindgen use, one by one: with `-all` the result needs an engine newer than Node 20.
pub(crate) const FEATURES: [&str; 7] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];
/// Found by trying; docs/decisions/003-inlining.md has the figures. Not `--traps-never-happen`: a trap has to stay one.
const PASSES: [&str; 10] = [
    // The stack lies at the bottom of the memory, so nothing is ever at the lowest addresses.
    "--low-memory-unused",
    // A function of one caller is inlined up to this size: 21 bytes gzip.
    "--one-caller-inline-max-function-size=200",
    "--gufa",
    "-Oz",
    "--flatten",
    "--rereloop",
    "-Oz",
    "-Oz",
    "--converge",
    "--strip-target-features",
];

pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let input = workspace.bound_wasm();
    let output = workspace.shipped_wasm();
    let step = Step {
        name: "optimize",
        inputs: &[input.clone(), workspace.root.join("package-lock.json")],
        outputs: std::slice::from_ref(&output),
    };
    step.run(workspace, || {
        if workspace.mode == Mode::Debug {
            return files::copy(&input, &output);
        }
        let wasm_opt = node::installed(workspace, "binaryen/bin/wasm-opt")?;
        let mut arguments: Vec<&OsStr> = FEATURES.iter().chain(&PASSES).map(OsStr::new).collect();
        arguments.extend([input.as_os_str(), "-o".as_ref(), output.as_os_str()]);
        node::run(&wasm_opt, &arguments)
    })
}
