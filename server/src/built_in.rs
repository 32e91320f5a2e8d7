//! The Marvel chat that is built into the program; see `build.rs`.

use xano_realtime_server::BuiltInFiles;

include!(concat!(env!("OUT_DIR"), "/built_in_demo.rs"));
