//! Lists the files of the Marvel chat, which the program includes for `--demo`.
//!
//! `npm run build` builds the chat with xtask before the server. This script watches only the list of its files. Their
//! contents are a dependency of the program alone, so a changed client does not recompile the server's library.

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

/// The list that xtask has written. If there is none, an empty list is created, because Cargo runs this script and
/// recompiles everything behind it as long as a watched file is missing.
fn names_in(list: &Path) -> io::Result<String> {
    match fs::read_to_string(list) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            fs::create_dir_all(list.parent().unwrap_or(list))?;
            // The file must look older than this run, or the next build would consider it changed.
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
        "/// Empty in a program that was built without the demo.\npub(crate) const DEMO: BuiltInFiles = &[\n{files}];\n"
    )
}
