//! The module as JavaScript, for places that refuse WebAssembly: wasm2js, from the npm package `binaryen`. The bundler takes
//! its scaffolding off (xtask/bundle/plain.mjs).

use std::ffi::OsStr;

use anyhow::Result;

use crate::node;
use crate::optimize::FEATURES;
use crate::step::Step;
use crate::workspace::Workspace;

pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let input = workspace.shipped_wasm();
    let output = workspace.plain_js();
    let step = Step {
        name: "plain",
        inputs: &[input.clone(), workspace.root.join("package-lock.json")],
        outputs: std::slice::from_ref(&output),
    };
    step.run(workspace, || {
        let wasm2js = node::installed(workspace, "binaryen/bin/wasm2js")?;
        let mut arguments: Vec<&OsStr> = FEATURES.iter().map(OsStr::new).collect();
        arguments.extend(["-Oz".as_ref(), input.as_os_str(), "-o".as_ref(), output.as_os_str()]);
        node::run(&wasm2js, &arguments)
    })
}
