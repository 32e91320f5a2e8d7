//! The JavaScript and the module to the files that users load.

use anyhow::Result;

use crate::files;
use crate::node;
use crate::step::Step;
use crate::workspace::{Mode, Workspace};

pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let template = workspace.template_dir();
    let output = workspace.bundle_dir();
    let wasm = workspace.shipped_wasm();
    let plain = workspace.plain_js();
    let names = workspace.names();
    let script = workspace.root.join("xtask/bundle/main.mjs");
    let mode = match workspace.mode {
        Mode::Release => "release",
        Mode::Debug => "debug",
    };
    let step = Step {
        name: "bundle",
        inputs: &[
            template.join("entry"),
            template.join("src"),
            names.clone(),
            wasm.clone(),
            plain.clone(),
            workspace.root.join("xtask/bundle"),
            workspace.root.join("package-lock.json"),
        ],
        outputs: &[output.join("index.js"), output.join("dist/xano.min.js")],
    };
    step.run(workspace, || {
        files::clear(&output)?;
        node::run(
            &script,
            &[
                mode.as_ref(),
                workspace.root.as_os_str(),
                names.as_os_str(),
                wasm.as_os_str(),
                plain.as_os_str(),
                output.as_os_str(),
                env!("CARGO_PKG_VERSION").as_ref(),
            ],
        )
    })
}
