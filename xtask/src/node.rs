//! Runs JavaScript tools with Node, without a shell: the same on every platform.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::workspace::Workspace;

/// Runs a script with `node` and the given arguments.
pub(crate) fn run(script: &Path, arguments: &[&OsStr]) -> Result<()> {
    let status = Command::new("node")
        .arg(script)
        .args(arguments)
        .status()
        .context("cannot run `node`: install Node.js 20.19 or newer from https://nodejs.org")?;
    if !status.success() {
        bail!("{} failed ({status})", script.display());
    }
    Ok(())
}

/// A file of an installed npm package.
pub(crate) fn installed(workspace: &Workspace, path: &str) -> Result<PathBuf> {
    let file = workspace.root.join("node_modules").join(path);
    if !file.exists() {
        bail!("node_modules/{path} is missing: run `npm ci` first, or build with `npm run build`");
    }
    Ok(file)
}
