//! Names and times a step, and leaves it out when its inputs have not changed.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Result;

use crate::files;
use crate::workspace::Workspace;

/// One step of the build, as seen by whoever waits for it.
pub(crate) struct Step<'a> {
    pub(crate) name: &'a str,
    /// Files and folders that the step reads.
    pub(crate) inputs: &'a [PathBuf],
    /// What the step must have left behind.
    pub(crate) outputs: &'a [PathBuf],
}

impl Step<'_> {
    /// Runs `work`, unless the outputs are there and were made from the same inputs.
    pub(crate) fn run(&self, workspace: &Workspace, work: impl FnOnce() -> Result<()>) -> Result<()> {
        let stamp_file = workspace.wasm_dir().join("stamps").join(self.name);
        let stamp = self.stamp(workspace)?;
        let is_same = std::fs::read_to_string(&stamp_file).is_ok_and(|last| last == stamp);
        if is_same && self.outputs.iter().all(|output| output.exists()) {
            println!("{:>9}  unchanged", self.name);
            return Ok(());
        }
        // A step that fails halfway must not look finished at the next run.
        let _ = std::fs::remove_file(&stamp_file);
        timed(self.name, work)?;
        files::write(&stamp_file, &stamp)
    }

    /// The mode is not part of it: each mode keeps its stamps in a folder of its own.
    fn stamp(&self, workspace: &Workspace) -> Result<String> {
        let mut hasher = DefaultHasher::new();
        // Another build of xtask may do the step in another way.
        std::fs::read(std::env::current_exe()?)?.hash(&mut hasher);
        for input in self.inputs {
            for file in files::under(input)? {
                relative(&file, &workspace.root).hash(&mut hasher);
                std::fs::read(&file)?.hash(&mut hasher);
            }
        }
        Ok(format!("{:016x}", hasher.finish()))
    }
}

/// Runs `work` and prints its name and how long it took.
pub(crate) fn timed(name: &str, work: impl FnOnce() -> Result<()>) -> Result<()> {
    println!("{name:>9}  ...");
    let start = Instant::now();
    work()?;
    println!("{name:>9}  {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

fn relative<'a>(file: &'a Path, root: &Path) -> &'a Path {
    file.strip_prefix(root).unwrap_or(file)
}
