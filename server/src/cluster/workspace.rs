//! The settings and the signing key, which all servers share.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};

use redis::aio::MultiplexedConnection;
use redis::{Cmd, RedisError, RedisResult, cmd, pipe};
use tokio::sync::Mutex;

use super::Follower;
use super::failure::{Failure, SECRET_BYTES};
use super::redis_keys::{SECRET, SETTINGS, SETTINGS_ROWS, SETTINGS_VERSION};
use super::shareable::{self, NotShareable, Unusable};
use super::{ANSWER_WITHIN, Cluster};
use crate::hub::{LogInput, RowPast, Rows, identity};
use crate::settings::Secret;
use crate::settings::Settings;

/// Redis is unreachable or has refused a command.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("What the servers share cannot be reached; try again later.")]
pub(crate) struct Unavailable;

/// The reason why settings were not put in force on all servers.
#[derive(Clone, Copy, Debug, thiserror::Error)]
pub(crate) enum PutError {
    #[error("{0}")]
    NotShareable(#[from] NotShareable),
    #[error("not in force: {0}")]
    NotDone(#[from] Unavailable),
    #[error(
        "whether the settings are in force is not known: what the servers share did not answer in time. \
         Read the settings back before you change them again"
    )]
    Unclear,
    #[error("not in force: other settings were put in force at the same time; read them back and try again")]
    Overtaken,
}

/// The state with which this server follows the shared settings.
#[derive(Debug, Default)]
pub(super) struct Following {
    /// Serializes reads, so that the settings that were read last stay in force.
    reading: Mutex<()>,
    is_unreadable: AtomicBool,
}

impl Following {
    pub(super) fn is_readable(&self) -> bool {
        !self.is_unreadable.load(Ordering::Relaxed)
    }

    /// Puts the shared settings in force on this server. Settings that cannot be used are logged and change nothing.
    pub(super) async fn adopt(
        &self,
        connection: &mut MultiplexedConnection,
        follower: &dyn Follower,
    ) -> RedisResult<()> {
        let _reading = self.reading.lock().await;
        if let Some((settings, rows)) = self.take(read_settings(connection).await?) {
            follower.handle(LogInput::Settings { settings, rows });
        }
        Ok(())
    }

    /// Returns the settings if they can be used, and logs the error otherwise.
    fn take<T>(&self, read: Result<Option<T>, Unusable>) -> Option<T> {
        self.is_unreadable.store(read.is_err(), Ordering::Relaxed);
        read.unwrap_or_else(|error| {
            let problem = Failure::Settings(error);
            tracing::error!(%problem, "the settings in force stay, and this server is not ready");
            None
        })
    }
}

/// Returns the shared settings; stores ours if there are none.
pub(super) async fn share_settings(
    connection: &mut MultiplexedConnection,
    own: &Settings,
    notices: &str,
) -> Result<(Settings, Rows), Failure> {
    let _: String = put(own, NO_SETTINGS, None, notices).query_async(connection).await?;
    let (shared, rows) = read_settings(connection).await??.ok_or(Failure::SettingsGone)?;
    if shared.to_json() != own.to_json() {
        tracing::warn!(
            "the settings stored in Redis are in force, not this server's own; SIGHUP replaces them by its settings file"
        );
    }
    Ok((shared, rows))
}

/// Returns the shared signing key; stores a random one if there is none.
pub(super) async fn share_secret(connection: &mut MultiplexedConnection) -> Result<Secret, Failure> {
    let own = Secret::random().map_err(|error| RedisError::from(std::io::Error::from(error)))?;
    keep_secret(connection, &own).await?;
    // The type must be an `Option`: a missing value would be read as an empty list of bytes.
    let shared: Option<Vec<u8>> = cmd("GET").arg(SECRET).query_async(connection).await?;
    match shared {
        None => Err(Failure::SecretGone),
        Some(bytes) if bytes.len() < SECRET_BYTES => Err(Failure::ShortSecret(bytes.len())),
        Some(bytes) => Ok(Secret::new(bytes)),
    }
}

/// Restores the settings and the key that Redis has lost, then puts the shared settings in force on this server.
pub(super) async fn agree(
    connection: &mut MultiplexedConnection,
    follower: &dyn Follower,
    following: &Following,
    secret: Option<&Secret>,
    notices: &str,
) -> RedisResult<()> {
    let mut own = None;
    follower.read_settings(&mut |settings| own = Some(put(settings, NO_SETTINGS, None, notices)));
    if let Some(own) = own {
        let _: String = own.query_async(connection).await?;
    }
    if let Some(secret) = secret {
        keep_secret(connection, secret).await?;
    }
    following.adopt(connection, follower).await
}

/// Stores the key if there is none. A full Redis refuses `SET` even where it would change nothing.
async fn keep_secret(connection: &mut MultiplexedConnection, own: &Secret) -> RedisResult<()> {
    if cmd("EXISTS").arg(SECRET).query_async(connection).await? {
        return Ok(());
    }
    cmd("SET").arg(SECRET).arg(own.bytes()).arg("NX").query_async(connection).await
}

/// Reads the settings with their rows. The inner error means that the settings cannot be used.
async fn read_settings(
    connection: &mut MultiplexedConnection,
) -> RedisResult<Result<Option<(Settings, Rows)>, Unusable>> {
    let (json, version, rows): (Option<String>, Option<u64>, HashMap<String, String>) = cmd("EVAL")
        .arg(include_str!("scripts/read_settings.lua"))
        .arg(3)
        .arg(SETTINGS)
        .arg(SETTINGS_VERSION)
        .arg(SETTINGS_ROWS)
        .query_async(connection)
        .await?;
    let rows = rows.into_iter().filter_map(|(name, past)| Some((name, row_past(&past)?))).collect();
    let rows = Rows::new(version.unwrap_or_default(), rows);
    Ok(json.map(|json| shareable::parse(&json)).transpose().map(|settings| Some((settings?, rows))))
}

/// Parses the format that `scripts/put_settings.lua` writes.
fn row_past(text: &str) -> Option<RowPast> {
    let mut numbers = text.split(' ');
    let (since, lowered) = (numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?);
    Some(RowPast { since, lowered, lowest: numbers.next()?.parse().ok()? })
}

/// Builds the command that puts settings in force on all servers, if the version `replaced` is still in force.
fn put(settings: &Settings, replaced: &str, too_late_ms: Option<u64>, notices: &str) -> Cmd {
    let mut command = cmd("EVAL");
    command.arg(include_str!("scripts/put_settings.lua")).arg(3);
    command.arg(SETTINGS).arg(SETTINGS_VERSION).arg(SETTINGS_ROWS);
    command.arg(replaced).arg(too_late_ms.map_or_else(String::new, |ms| ms.to_string()));
    command.arg(settings.to_json().to_string()).arg(notices);
    for rules in settings.rows() {
        command.arg(identity(rules)).arg(rules.history).arg(u8::from(rules.anonymous_clients));
    }
    command
}

impl Cluster {
    /// Puts settings in force on all servers, including this one.
    ///
    /// The new settings replace only the settings in force at the time of the call, and Redis refuses them after the
    /// timeout. So settings that are reported as not in force, or as unclear, never come into force later.
    pub(super) async fn put_in_force(&self, settings: &Settings, follower: &dyn Follower) -> Result<(), PutError> {
        shareable::check(settings)?;
        let mut connection = self.connection().ok_or(Unavailable)?;
        for _ in 0..ATTEMPTS {
            let ((seconds, micros), version): ((u64, u64), Option<String>) = pipe()
                .cmd("TIME")
                .cmd("GET")
                .arg(SETTINGS_VERSION)
                .query_async(&mut connection)
                .await
                .map_err(unavailable)?;
            let too_late_ms = seconds * 1_000 + micros / 1_000 + ANSWER_WITHIN.as_millis() as u64;
            let replaced = version.as_deref().unwrap_or("0");
            let command = put(settings, replaced, Some(too_late_ms), &self.names.settings_notices());
            let outcome: String = command.query_async(&mut connection).await.map_err(not_put)?;
            match &*outcome {
                "done" => return self.following.adopt(&mut connection, follower).await.map_err(unclear),
                "changed" => {}
                _ => return Err(Unavailable.into()),
            }
        }
        Err(PutError::Overtaken)
    }
}

pub(super) fn unavailable(error: RedisError) -> Unavailable {
    tracing::error!(%error, "a command to Redis has failed");
    Unavailable
}

/// An error that Redis has sent means that nothing was done. Without a reply, the outcome is unknown.
fn not_put(error: RedisError) -> PutError {
    if error.code().is_some() { unavailable(error).into() } else { unclear(error) }
}

fn unclear(error: RedisError) -> PutError {
    tracing::error!(%error, "Redis did not answer whether the settings are in force");
    PutError::Unclear
}

const NO_SETTINGS: &str = "none";

/// The number of attempts. One fails only if another server is faster.
const ATTEMPTS: usize = 3;

#[cfg(test)]
mod tests {
    use super::{Following, shareable};

    #[test]
    fn a_server_is_not_ready_while_it_cannot_use_the_shared_settings() {
        let following = Following::default();
        assert!(following.is_readable());
        for unusable in [r#"{ "newer": 1 }"#, r#"{ "servers": [{ "name": "main", "canonical": "rt" }] }"#] {
            assert!(following.take(shareable::parse(unusable).map(Some)).is_none());
            assert!(!following.is_readable());
            assert!(following.take(shareable::parse("{}").map(Some)).is_some());
            assert!(following.is_readable());
        }
    }
}
