//! The files of the Marvel chat, which `build.rs` builds into the program.

use xano_realtime_server::BuiltInFiles;

include!(concat!(env!("OUT_DIR"), "/built_in_demo.rs"));
