//! The file that settings are kept in.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use super::{Settings, SettingsError};

impl Settings {
    /// Reads a settings file.
    pub fn read(path: &Path) -> Result<Settings, SettingsError> {
        Settings::parse(&fs::read_to_string(path)?)
    }

    /// Puts the settings in place of the file: whoever reads it, and whatever happens, finds the old or the new one.
    pub(crate) fn write(&self, path: &Path) -> io::Result<()> {
        // What a link points to is the file; the link stays.
        let path = fs::canonicalize(path)?;
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.new", std::process::id()));
        let new = path.with_file_name(name);
        let written = self.write_new(&new).and_then(|()| {
            fs::set_permissions(&new, fs::metadata(&path)?.permissions())?;
            fs::rename(&new, &path)
        });
        if written.is_err() {
            let _ = fs::remove_file(&new);
        }
        written
    }

    fn write_new(&self, path: &Path) -> io::Result<()> {
        let mut file = File::create(path)?;
        writeln!(file, "{:#}", self.to_json())?;
        file.sync_all()
    }
}
