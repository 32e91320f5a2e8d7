//! The file of an admin token that was generated at start.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::{env, process};

use super::AdminToken;
use crate::settings::new_private_file;
use crate::settings::random_name;

/// The file of an admin token that was generated at start. It is removed when this is dropped; after a crash, the next
/// server that generates a token removes it.
#[derive(Debug)]
pub struct TokenFile {
    path: PathBuf,
    /// Locked while the server runs, so that other servers do not remove the file.
    _locked: File,
}

impl TokenFile {
    /// Generates a token and writes it to a file that only its owner can read. The file is in `$XDG_RUNTIME_DIR` if
    /// that exists, or else in the folder for temporary files.
    pub fn make() -> io::Result<(AdminToken, TokenFile)> {
        let runtime_folder = env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
        let folder = runtime_folder.filter(|folder| folder.is_absolute() && folder.is_dir());
        TokenFile::make_in(&folder.unwrap_or_else(env::temp_dir))
    }

    fn make_in(folder: &Path) -> io::Result<(AdminToken, TokenFile)> {
        let token = AdminToken::random()?;
        let name = format!("{NAME_START}{}-{}{NAME_END}", process::id(), random_name()?);
        // Until the file is locked, it has a name that no other server looks for.
        let unlocked = folder.join(format!(".{name}"));
        let mut file = new_private_file(&unlocked)?;
        let path = folder.join(name);
        // On a file system without locks, files of crashed servers are not removed.
        #[cfg(unix)]
        let _ = file.lock();
        let written = writeln!(file, "{}", token.reveal()).and_then(|()| fs::rename(&unlocked, &path));
        if let Err(error) = written {
            let _ = fs::remove_file(&unlocked);
            return Err(error);
        }
        #[cfg(unix)]
        remove_abandoned(folder, &file.metadata()?);
        Ok((token, TokenFile { path, _locked: file }))
    }

    /// Returns the path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for TokenFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Removes the files of this user's servers that no longer run. A running server holds a lock on its file.
#[cfg(unix)]
fn remove_abandoned(folder: &Path, ours: &fs::Metadata) {
    use std::os::unix::fs::MetadataExt;
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let is_token = name.to_str().is_some_and(|name| name.starts_with(NAME_START) && name.ends_with(NAME_END));
        let is_ours = || entry.metadata().is_ok_and(|found| found.is_file() && found.uid() == ours.uid());
        if is_token && is_ours() && File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

const NAME_START: &str = "xano-realtime-server-";
const NAME_END: &str = ".token";

#[cfg(all(test, unix))]
mod tests {
    use std::fs;

    use super::TokenFile;

    #[test]
    fn the_next_start_removes_the_file_of_a_crashed_server_and_not_that_of_a_running_one() {
        let folder = std::env::temp_dir().join(crate::settings::random_name().unwrap());
        fs::create_dir(&folder).unwrap();
        let abandoned = folder.join("xano-realtime-server-1-1.token");
        let unrelated = folder.join("xano-realtime-server-1-1.txt");
        for file in [&abandoned, &unrelated] {
            fs::write(file, "").unwrap();
        }
        let (_, running) = TokenFile::make_in(&folder).unwrap();
        assert!(!abandoned.exists() && unrelated.exists());
        let (token, second) = TokenFile::make_in(&folder).unwrap();
        assert_eq!(fs::read_to_string(second.path()).unwrap(), format!("{}\n", token.reveal()));
        assert!(running.path().exists());
        let paths = [running.path().to_owned(), second.path().to_owned()];
        drop((running, second));
        assert!(paths.iter().all(|path| !path.exists()));
        fs::remove_dir_all(&folder).unwrap();
    }
}
