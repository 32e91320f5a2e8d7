//! The reasons why a server cannot use its Redis, as messages for the operator.

use redis::RedisError;

use super::shareable::Unusable;

/// The reason why a server cannot use its Redis.
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
    #[error("Redis has evicted the key that signs tokens: set maxmemory-policy noeviction")]
    SecretGone,
    #[error(
        "the settings that the servers share cannot be used: {0}. A newer server may have written them; \
         they are in xano:settings"
    )]
    Settings(#[from] Unusable),
    #[error("Redis has evicted the shared settings: set maxmemory-policy noeviction")]
    SettingsGone,
    #[error("too many replica events are unread; the server starts again from a snapshot of each channel")]
    Overrun,
}

/// The least length of the key, which equals the length of the hash. A shorter key can be guessed from a token.
pub(super) const SECRET_BYTES: usize = 32;

/// Returns whether an error makes the connection unusable. An error of a single command does not.
pub(super) fn ends_connection(error: &RedisError) -> bool {
    match error.code() {
        // With these codes all further commands would fail too, or the scripts must be loaded again.
        Some(code) => ["NOSCRIPT", "READONLY", "NOAUTH", "LOADING", "MASTERDOWN"].contains(&code),
        None => true,
    }
}
