//! Settings and the signing key, which all servers have in common.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};

use redis::aio::MultiplexedConnection;
use redis::{Cmd, RedisError, RedisResult, cmd, pipe};
use tokio::sync::Mutex;

use super::Follower;
use super::failure::{Failure, SECRET_BYTES};
use super::redis_keys::{SECRET, SETTINGS, SETTINGS_ROWS, SETTINGS_VERSION};
use super::{ANSWER_WITHIN, Cluster};
use crate::hub::{LogInput, RowPast, Rows, identity};
use crate::settings::Secret;
use crate::settings::{Settings, SettingsError};

/// Redis cannot be reached, or does not do what it is asked.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("What the servers share cannot be reached; try again later.")]
pub(crate) struct Unavailable;

/// Why settings were not put in force for all servers.
#[derive(Clone, Copy, Debug, thiserror::Error)]
pub(crate) enum PutError {
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

/// How this server follows the settings that the servers share.
#[derive(Debug, Default)]
pub(super) struct Following {
    /// One after the other: what was read last is what stays in force.
    reading: Mutex<()>,
    is_unreadable: AtomicBool,
}

impl Following {
    pub(super) fn is_readable(&self) -> bool {
        !self.is_unreadable.load(Ordering::Relaxed)
    }

    /// The settings that are shared come into force here too. Those that cannot be read change nothing, and are said.
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

    /// What can be used of what was read.
    fn take<T>(&self, read: Result<Option<T>, SettingsError>) -> Option<T> {
        self.is_unreadable.store(read.is_err(), Ordering::Relaxed);
        read.unwrap_or_else(|error| {
            let problem = Failure::Settings(error);
            tracing::error!(%problem, "the settings in force stay, and this server is not ready");
            None
        })
    }
}

/// The settings that are shared already, or else these, from now on.
pub(super) async fn share_settings(
    connection: &mut MultiplexedConnection,
    own: &Settings,
    notices: &str,
) -> Result<(Settings, Rows), Failure> {
    let _: String = put(own, NO_SETTINGS, None, notices).query_async(connection).await?;
    let (shared, rows) = read_settings(connection).await??.ok_or(Failure::SettingsGone)?;
    if shared.to_json() != own.to_json() {
        tracing::warn!(
            "the settings that the servers share are in force, not this server's own; SIGHUP makes its file theirs"
        );
    }
    Ok((shared, rows))
}

/// The key that signs tokens, where this server was given none.
pub(super) async fn share_secret(connection: &mut MultiplexedConnection) -> Result<Secret, Failure> {
    let own = Secret::random().map_err(|error| RedisError::from(std::io::Error::from(error)))?;
    let () = cmd("SET").arg(SECRET).arg(own.bytes()).arg("NX").query_async(connection).await?;
    // A list of bytes would be an empty one where there is no value.
    let shared: Option<Vec<u8>> = cmd("GET").arg(SECRET).query_async(connection).await?;
    match shared {
        None => Err(Failure::SecretGone),
        Some(bytes) if bytes.len() < SECRET_BYTES => Err(Failure::ShortSecret(bytes.len())),
        Some(bytes) => Ok(Secret::new(bytes)),
    }
}

/// What this server knows of it is shared again, where Redis has lost it; and the settings that are shared come into
/// force here too.
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
        let () = cmd("SET").arg(SECRET).arg(secret.bytes()).arg("NX").query_async(connection).await?;
    }
    following.adopt(connection, follower).await
}

/// The settings with their rows; the inner error: they cannot be read.
async fn read_settings(
    connection: &mut MultiplexedConnection,
) -> RedisResult<Result<Option<(Settings, Rows)>, SettingsError>> {
    let (json, version, rows): (Option<String>, Option<u64>, HashMap<String, String>) = pipe()
        .atomic()
        .cmd("GET")
        .arg(SETTINGS)
        .cmd("GET")
        .arg(SETTINGS_VERSION)
        .cmd("HGETALL")
        .arg(SETTINGS_ROWS)
        .query_async(connection)
        .await?;
    let rows = rows.into_iter().filter_map(|(name, past)| Some((name, row_past(&past)?))).collect();
    let rows = Rows::new(version.unwrap_or_default(), rows);
    Ok(json.map(|json| Settings::parse(&json)).transpose().map(|settings| Some((settings?, rows))))
}

/// As `scripts/put_settings.lua` writes it.
fn row_past(text: &str) -> Option<RowPast> {
    let mut numbers = text.split(' ');
    let (since, lowered) = (numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?);
    Some(RowPast { since, lowered, lowest: numbers.next()?.parse().ok()? })
}

/// Puts settings in force for all servers, if those of the given version are still in force.
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
    /// All servers have these settings from now on, this one too.
    ///
    /// They replace the settings in force when this is called and no later ones, and Redis refuses them when the answer
    /// has been given up. So settings that are reported as not in force, or as unclear, do not come into force afterwards.
    pub(super) async fn put_in_force(&self, settings: &Settings, follower: &dyn Follower) -> Result<(), PutError> {
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
    tracing::error!(%error, "Redis did not do what it was asked");
    Unavailable
}

/// What Redis refuses is not done; of what it does not answer that is not known.
fn not_put(error: RedisError) -> PutError {
    if error.code().is_some() { unavailable(error).into() } else { unclear(error) }
}

fn unclear(error: RedisError) -> PutError {
    tracing::error!(%error, "Redis did not answer whether the settings are in force");
    PutError::Unclear
}

const NO_SETTINGS: &str = "none";

/// Each fails only if another server is faster.
const ATTEMPTS: usize = 3;

#[cfg(test)]
mod tests {
    use super::Following;
    use crate::Settings;

    #[test]
    fn a_server_is_not_ready_from_when_it_cannot_read_the_shared_settings_until_it_can() {
        let following = Following::default();
        assert!(following.is_readable());
        assert!(following.take(Settings::parse(r#"{ "newer": 1 }"#).map(Some)).is_none());
        assert!(!following.is_readable());
        assert!(following.take(Settings::parse("{}").map(Some)).is_some());
        assert!(following.is_readable());
    }
}
