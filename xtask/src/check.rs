//! Loads what was built in Node in every way that it can be loaded there, and prints sizes.

use anyhow::Result;

use crate::node;
use crate::step::timed;
use crate::workspace::Workspace;

pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    timed("check", || {
        let package = workspace.package_dir();
        let scripts = workspace.root.join("xtask/check");
        node::run(&scripts.join("load.mjs"), &[package.as_os_str()])?;
        node::run(&scripts.join("sizes.mjs"), &[package.as_os_str()])
    })
}
