//! The file that settings are kept in.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{Settings, SettingsError};

impl Settings {
    /// Reads a settings file.
    pub fn read(path: &Path) -> Result<Settings, SettingsError> {
        Settings::parse(&fs::read_to_string(path)?)
    }

    /// Writes the settings beside the file: what remains to be done does not need room on the disk.
    pub(crate) fn prepare(&self, path: &Path) -> io::Result<Prepared> {
        // What a link points to is the file; the link stays.
        let path = fs::canonicalize(path)?;
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.new", std::process::id()));
        let prepared = Prepared { new: path.with_file_name(name), path };
        self.write_new(&prepared.new)?;
        fs::set_permissions(&prepared.new, fs::metadata(&prepared.path)?.permissions())?;
        Ok(prepared)
    }

    fn write_new(&self, path: &Path) -> io::Result<()> {
        let mut file = File::create(path)?;
        writeln!(file, "{:#}", self.to_json())?;
        file.sync_all()
    }
}

/// New settings that lie beside their file. Dropped without [`commit`](Self::commit) they are removed.
#[derive(Debug)]
pub(crate) struct Prepared {
    new: PathBuf,
    path: PathBuf,
}

impl Prepared {
    /// Puts them in place of the file, in one step: a reader finds the old or the new one, whatever happens.
    pub(crate) fn commit(self) -> io::Result<()> {
        fs::rename(&self.new, &self.path)
    }
}

impl Drop for Prepared {
    fn drop(&mut self) {
        // After a commit there is nothing to remove.
        let _ = fs::remove_file(&self.new);
    }
}
