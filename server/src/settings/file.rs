//! The settings file of a workspace: reading it, and replacing it in one step.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::private_file::new_private_file;
use super::random_name::random_name;
use super::{Settings, SettingsError};

/// The reason why a settings file was not loaded.
#[derive(Debug, thiserror::Error)]
pub enum SettingsFileError {
    /// The file cannot be read.
    #[error("cannot read it: {0}")]
    Unreadable(#[from] io::Error),
    /// The file is readable, but its content is not valid.
    #[error(transparent)]
    Invalid(#[from] SettingsError),
}

/// Reads and parses a settings file.
pub fn read(path: &Path) -> Result<Settings, SettingsFileError> {
    Ok(Settings::parse(&fs::read_to_string(path)?)?)
}

/// Writes the settings to a new file with the permissions of the old one. Trigger URLs may hold keys, so the new file
/// must not have more readers.
fn write_new(settings: &Settings, new: &Path, old: &Path) -> io::Result<()> {
    let mut file = new_private_file(new)?;
    writeln!(file, "{:#}", settings.to_json())?;
    file.set_permissions(fs::metadata(old)?.permissions())?;
    file.sync_all()
}

/// Syncs the folder of a file. Without it, a power failure can undo the renaming.
#[cfg(unix)]
fn sync_folder(file: &Path) -> io::Result<()> {
    file.parent().map_or(Ok(()), |folder| fs::File::open(folder)?.sync_all())
}

/// Does nothing: on this system a folder cannot be opened.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// New settings in a temporary file beside the settings file. If this is dropped without [`commit`](Self::commit), the
/// temporary file is removed.
#[derive(Debug)]
pub(crate) struct Prepared {
    new: PathBuf,
    path: PathBuf,
}

impl Prepared {
    /// Writes the settings to the temporary file. The commit then needs no more space on the disk.
    pub(crate) fn new(settings: &Settings, path: &Path) -> io::Result<Prepared> {
        // If the path is a symbolic link, the file that it points to is replaced and the link stays.
        let path = fs::canonicalize(path)?;
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.new", random_name()?));
        let prepared = Prepared { new: path.with_file_name(name), path };
        write_new(settings, &prepared.new, &prepared.path)?;
        Ok(prepared)
    }

    /// Replaces the settings file in one step: a reader sees either the old or the new content.
    pub(crate) fn commit(self) -> io::Result<()> {
        fs::rename(&self.new, &self.path)?;
        if let Err(error) = sync_folder(&self.path) {
            tracing::warn!(%error, "the settings are saved, but a power failure may restore the old ones");
        }
        Ok(())
    }
}

impl Drop for Prepared {
    fn drop(&mut self) {
        // After a commit this file no longer exists.
        let _ = fs::remove_file(&self.new);
    }
}
