//! The file that settings are kept in.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{Settings, SettingsError};
use crate::private_file::new_private_file;
use crate::random_name::random_name;

/// Why a settings file was not taken.
#[derive(Debug, thiserror::Error)]
pub enum SettingsFileError {
    /// The file cannot be read.
    #[error("cannot read it: {0}")]
    Unreadable(#[from] io::Error),
    /// The file can be read, and holds no settings.
    #[error(transparent)]
    Invalid(#[from] SettingsError),
}

/// Reads a settings file.
pub fn read(path: &Path) -> Result<Settings, SettingsFileError> {
    Ok(Settings::parse(&fs::read_to_string(path)?)?)
}

/// The URLs of triggers may hold keys, so the new file never has more readers than the old one.
fn write_new(settings: &Settings, new: &Path, old: &Path) -> io::Result<()> {
    let mut file = new_private_file(new)?;
    writeln!(file, "{:#}", settings.to_json())?;
    file.set_permissions(fs::metadata(old)?.permissions())?;
    file.sync_all()
}

/// Only then does the new name outlast a power failure.
#[cfg(unix)]
fn sync_folder(file: &Path) -> io::Result<()> {
    file.parent().map_or(Ok(()), |folder| fs::File::open(folder)?.sync_all())
}

/// A folder cannot be opened there.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// New settings that lie beside their file. Dropped without [`commit`](Self::commit) they are removed.
#[derive(Debug)]
pub(crate) struct Prepared {
    new: PathBuf,
    path: PathBuf,
}

impl Prepared {
    /// Writes the settings beside the file: what remains to be done does not need room on the disk.
    pub(crate) fn new(settings: &Settings, path: &Path) -> io::Result<Prepared> {
        // What a link points to is the file; the link stays.
        let path = fs::canonicalize(path)?;
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.new", random_name()?));
        let prepared = Prepared { new: path.with_file_name(name), path };
        write_new(settings, &prepared.new, &prepared.path)?;
        Ok(prepared)
    }

    /// Puts them in place of the file, in one step: a reader finds the old or the new one, whatever happens.
    pub(crate) fn commit(self) -> io::Result<()> {
        fs::rename(&self.new, &self.path)?;
        if let Err(error) = sync_folder(&self.path) {
            tracing::warn!(%error, "the settings are saved, but a power failure may bring the old ones back");
        }
        Ok(())
    }
}

impl Drop for Prepared {
    fn drop(&mut self) {
        // After a commit there is nothing to remove.
        let _ = fs::remove_file(&self.new);
    }
}
