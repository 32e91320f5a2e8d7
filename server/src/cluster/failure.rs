//! Why a server cannot serve over its Redis, in words for its operator.

use redis::RedisError;

use crate::settings::SettingsError;

/// Why a server cannot serve over its Redis.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error("{0}")]
    Redis(#[from] RedisError),
    #[error("it is version {0}, and this server needs 6.2 or newer")]
    TooOld(String),
    #[error(
        "the key that signs tokens has {0} bytes there and needs {SECRET_BYTES} or more: delete xano:secret, \
         or start every server with --secret-file"
    )]
    ShortSecret(usize),
    #[error(
        "the key that signs tokens is gone from there as soon as it is stored: Redis needs maxmemory-policy noeviction"
    )]
    SecretGone,
    #[error(
        "the settings that the servers share cannot be read: {0}. A newer server may have written them; \
         they are in xano:settings"
    )]
    Settings(#[from] SettingsError),
    #[error("the settings that the servers share are gone from there as soon as they are stored")]
    SettingsGone,
    #[error("more happens on the channels than this server can follow")]
    Overrun,
}

/// As many as the hash has that signs tokens; with fewer the key can be guessed from a token.
pub(super) const SECRET_BYTES: usize = 32;

/// Whether an error ends the use of a connection: one about a single command does not.
pub(super) fn ends_connection(error: &RedisError) -> bool {
    match error.code() {
        // Everything that is asked from now on would be refused likewise, or has to be taught again.
        Some(code) => ["NOSCRIPT", "READONLY", "NOAUTH", "LOADING", "MASTERDOWN"].contains(&code),
        None => true,
    }
}
