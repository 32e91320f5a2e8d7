//! What belongs to the program alone, not to the library.
//!
//! # Layout
//!
//! - [`built_in`]: the files of the Marvel chat.
//! - [`health_check`]: `--health-check`, for containers.
//! - [`stdin_end`]: the end of standard input, for `--exit-on-stdin-close`.
//! - [`trust`]: the text on how clients are made to trust the authority of `--tls`.

pub(crate) mod built_in;
pub(crate) mod health_check;
pub(crate) mod stdin_end;
pub(crate) mod trust;
