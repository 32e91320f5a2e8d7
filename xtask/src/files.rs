//! File operations that name the file when they fail.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The file itself, or all files below the folder, in a fixed order. Nothing when it does not exist.
pub(crate) fn under(path: &Path) -> Result<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_path_buf()]);
    }
    if !path.is_dir() {
        return Ok(Vec::new());
    }
    let mut entries = fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    entries.sort();
    let mut files = Vec::new();
    for entry in entries {
        files.extend(under(&entry)?);
    }
    Ok(files)
}

/// Copies a file, or a folder with everything in it.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    for file in under(from)? {
        let target = match file.strip_prefix(from)? {
            inside if inside.as_os_str().is_empty() => to.to_path_buf(),
            inside => to.join(inside),
        };
        create_parent(&target)?;
        fs::copy(&file, &target).with_context(|| format!("cannot copy {} to {}", file.display(), target.display()))?;
    }
    Ok(())
}

pub(crate) fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

pub(crate) fn write(file: &Path, content: &str) -> Result<()> {
    create_parent(file)?;
    fs::write(file, content).with_context(|| format!("cannot write {}", file.display()))
}

/// Writes a file only where that changes it.
pub(crate) fn update(file: &Path, content: &[u8]) -> Result<()> {
    if fs::read(file).is_ok_and(|found| found == content) {
        return Ok(());
    }
    create_parent(file)?;
    fs::write(file, content).with_context(|| format!("cannot write {}", file.display()))
}

pub(crate) fn size(file: &Path) -> Result<u64> {
    Ok(fs::metadata(file).with_context(|| format!("cannot read {}", file.display()))?.len())
}

/// Leaves an empty folder, whatever was there.
pub(crate) fn clear(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))
}

fn create_parent(file: &Path) -> Result<()> {
    let Some(folder) = file.parent() else {
        return Ok(());
    };
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))
}
