//! What Rust calls by number, in words: the JavaScript side looks them up, so that no text crosses the boundary.

use std::path::PathBuf;

use anyhow::Result;
use serde_json::json;
use xano_wasm::session::Failure;

use crate::files;
use crate::workspace::Workspace;

/// Writes the list for the bundler; hands back where it is.
pub(crate) fn write(workspace: &Workspace) -> Result<PathBuf> {
    let path = workspace.wasm_dir().join("words.json");
    let failures: Vec<_> = Failure::ALL.iter().map(|failure| [failure.code(), failure.message()]).collect();
    files::write(&path, &json!({ "failures": failures }).to_string())?;
    Ok(path)
}
