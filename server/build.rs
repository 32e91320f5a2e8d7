//! Names the files of the Marvel chat, which the program includes for `--demo`.
//!
//! The chat is built by `npm run build`, with xtask, before the server. Only the list of its files is watched here: the
//! program alone depends on what they hold, so that a changed client does not compile the server's library again.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use std::{env, fmt::Write};

fn main() -> io::Result<()> {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("target").join("demo");
    let list = demo.join(".files");
    let names = names_in(&list)?;
    println!("cargo::rerun-if-changed={}", list.display());
    let generated = PathBuf::from(env::var_os("OUT_DIR").ok_or(ErrorKind::NotFound)?).join("built_in_demo.rs");
    fs::write(generated, constant(&demo, &names))
}

/// What xtask has written. Where it has not, an empty list is left: Cargo runs this again and again, and compiles all
/// that depends on it, while a file that it watches does not exist.
fn names_in(list: &Path) -> io::Result<String> {
    match fs::read_to_string(list) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            fs::create_dir_all(list.parent().unwrap_or(list))?;
            // Older than this run, or the next build would take it for changed.
            File::create(list)?.set_modified(SystemTime::UNIX_EPOCH)?;
            Ok(String::new())
        }
        read => read,
    }
}

fn constant(demo: &Path, names: &str) -> String {
    let mut files = String::new();
    for name in names.lines() {
        let _ = writeln!(files, "    ({name:?}, include_bytes!({:?})),", demo.join(name));
    }
    format!(
        "/// Empty in a program that was built before the demo.\npub(crate) const DEMO: BuiltInFiles = &[\n{files}];\n"
    )
}
