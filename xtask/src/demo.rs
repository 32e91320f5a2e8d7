//! The Marvel chat: the demo page beside the script that its users would load from a CDN. The server includes it.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result};

use crate::files;
use crate::step::timed;
use crate::workspace::Workspace;

/// What has not changed keeps its time: the server's build goes by the times of these files, and of the list of their
/// names.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    timed("demo", || {
        let demo = workspace.demo_dir();
        let mut names = BTreeSet::new();
        for (from, folder) in [(workspace.root.join("www"), ""), (workspace.package_dir().join("dist"), "dist/")] {
            for file in files::under(&from)? {
                let inside = file.strip_prefix(&from)?.to_str().context("file names are UTF-8")?;
                let name = format!("{folder}{}", inside.replace('\\', "/"));
                files::update(&demo.join(&name), &fs::read(&file)?)?;
                names.insert(name);
            }
        }
        let list = demo.join(LIST);
        for file in files::under(&demo)? {
            let is_meant = file == list || names.iter().any(|name| demo.join(name) == file);
            if !is_meant {
                fs::remove_file(&file).with_context(|| format!("cannot remove {}", file.display()))?;
            }
        }
        let names = names.into_iter().map(|name| name + "\n").collect::<String>();
        files::update(&list, names.as_bytes())
    })
}

/// Read by `server/build.rs`. A hidden file: no server shows it.
const LIST: &str = ".files";
