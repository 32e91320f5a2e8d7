//! Files that their owner alone may read.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// A new file; an error where there is one of that name, or a link. Only its owner may read it, from the first moment.
#[cfg(unix)]
pub(crate) fn new_private_file(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// A new file; an error where there is one of that name. Who may read it is up to its folder.
#[cfg(not(unix))]
pub(crate) fn new_private_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}
