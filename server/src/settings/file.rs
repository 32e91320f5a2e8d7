//! The file that settings are kept in.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use super::{Settings, SettingsError};
use crate::private_file::new_private_file;
use crate::random_name::random_name;

impl Settings {
    /// Reads a settings file.
    pub fn read(path: &Path) -> Result<Settings, SettingsError> {
        Settings::parse(&fs::read_to_string(path)?)
    }

    /// Puts the settings in place of the file in one step: a reader, and a crash, find the old file or the new one.
    pub(crate) fn write(&self, path: &Path) -> io::Result<()> {
        // What a link points to is the file; the link stays.
        let path = fs::canonicalize(path)?;
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.new", random_name()?));
        let new = path.with_file_name(name);
        let written = self.write_new(&new, &path).and_then(|()| fs::rename(&new, &path));
        if written.is_err() {
            let _ = fs::remove_file(&new);
        }
        written?;
        if let Err(error) = sync_folder(&path) {
            tracing::warn!(%error, "the settings are saved, but a power failure may bring the old ones back");
        }
        Ok(())
    }

    /// The URLs of triggers may hold keys, so the new file never has more readers than the old one.
    fn write_new(&self, new: &Path, old: &Path) -> io::Result<()> {
        let mut file = new_private_file(new)?;
        writeln!(file, "{:#}", self.to_json())?;
        file.set_permissions(fs::metadata(old)?.permissions())?;
        file.sync_all()
    }
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
