//! The files of the Marvel chat, which `build.rs` builds into the program.

use xano_realtime_server::BuiltInFiles;

include!(concat!(env!("OUT_DIR"), "/built_in_demo.rs"));

/// Returns the files to serve, or an error message for the user.
pub(crate) fn demo(files: BuiltInFiles, is_beside_www: bool) -> Result<BuiltInFiles, String> {
    match files {
        _ if is_beside_www => Err("--demo: cannot be combined with --www; both serve the path /".to_owned()),
        [] => Err(NONE.to_owned()),
        files => Ok(files),
    }
}

const NONE: &str = "--demo: this program was built without the demo; `npm start` in a checkout builds the demo first, then \
                    the program with it";

#[cfg(test)]
mod tests {
    use super::{BuiltInFiles, demo};

    #[test]
    fn a_program_that_was_built_without_the_demo_says_so() {
        assert!(demo(&[], false).unwrap_err().contains("built without the demo"));
        let files: BuiltInFiles = &[("index.html", b"the page")];
        assert_eq!(demo(files, false), Ok(files));
    }
}
