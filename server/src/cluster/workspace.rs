//! Settings, users and the signing key, which all servers have in common.

use redis::aio::MultiplexedConnection;
use redis::{FromRedisValue, RedisResult, Script, cmd, pipe};

use super::Cluster;
use super::keys::{EMAILS, SECRET, SETTINGS, USERS};
use crate::auth::Secret;
use crate::exchange::Exchange;
use crate::settings::Settings;

/// Redis cannot be reached, or does not do what it is asked.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("What the servers share cannot be reached; try again later.")]
pub(crate) struct Unavailable;

/// The settings that are shared already, or else these, from now on. `None`: they cannot be read.
pub(super) async fn share_settings(
    connection: &mut MultiplexedConnection,
    own: &Settings,
) -> RedisResult<Option<Settings>> {
    let () = cmd("SET").arg(SETTINGS).arg(own.to_json().to_string()).arg("NX").query_async(connection).await?;
    let shared = settings(connection).await?;
    if shared.as_ref().is_some_and(|shared| shared.to_json() != own.to_json()) {
        tracing::warn!(
            "the settings that the servers share are in force, not this server's own; SIGHUP makes its file theirs"
        );
    }
    Ok(shared)
}

/// The key that signs tokens, where this server was given none.
pub(super) async fn share_secret(connection: &mut MultiplexedConnection) -> RedisResult<Secret> {
    let own = Secret::random().map_err(std::io::Error::from)?;
    let () = cmd("SET").arg(SECRET).arg(own.bytes()).arg("NX").query_async(connection).await?;
    let shared: Vec<u8> = cmd("GET").arg(SECRET).query_async(connection).await?;
    Ok(Secret::new(shared))
}

/// What this server knows of it is shared again, where Redis has lost it; and the settings that are shared come into
/// force here too.
pub(super) async fn agree(
    connection: &mut MultiplexedConnection,
    exchange: &Exchange,
    secret: Option<&Secret>,
) -> RedisResult<()> {
    let mut pipeline = pipe();
    pipeline.cmd("SET").arg(SETTINGS).arg(exchange.settings().to_string()).arg("NX").ignore();
    if let Some(secret) = secret {
        pipeline.cmd("SET").arg(SECRET).arg(secret.bytes()).arg("NX").ignore();
    }
    let () = pipeline.query_async(connection).await?;
    adopt_settings(connection, exchange).await
}

/// The settings that are shared come into force here too.
pub(super) async fn adopt_settings(connection: &mut MultiplexedConnection, exchange: &Exchange) -> RedisResult<()> {
    // One after the other: what was read last is what stays in force.
    let _adopting = exchange.adopting.lock().await;
    if let Some(settings) = settings(connection).await? {
        exchange.apply(settings);
    }
    Ok(())
}

async fn settings(connection: &mut MultiplexedConnection) -> RedisResult<Option<Settings>> {
    let json: Option<String> = cmd("GET").arg(SETTINGS).query_async(connection).await?;
    let settings = json.map(|json| Settings::parse(&json)).transpose();
    settings.or_else(|error| {
        tracing::error!(%error, "the settings that the servers share cannot be read, and change nothing here");
        Ok(None)
    })
}

impl Cluster {
    /// All servers have these settings from now on, this one too, or what another one was told after it.
    pub(crate) async fn put_in_force(&self, settings: &Settings, exchange: &Exchange) -> Result<(), Unavailable> {
        let mut pipeline = pipe();
        pipeline.cmd("SET").arg(SETTINGS).arg(settings.to_json().to_string()).ignore();
        pipeline.cmd("PUBLISH").arg(self.names.settings_notices()).arg("changed").ignore();
        let mut connection = self.connection().ok_or(Unavailable)?;
        let () = pipeline.query_async(&mut connection).await.map_err(unavailable)?;
        adopt_settings(&mut connection, exchange).await.map_err(unavailable)
    }

    /// Adds a user, of whom `json` says everything but the id. `None`: the address is taken.
    pub(crate) async fn add_user(&self, email: &str, json: &str) -> Result<Option<i64>, Unavailable> {
        let mut connection = self.connection().ok_or(Unavailable)?;
        let script = Script::new(include_str!("scripts/add_user.lua"));
        script.key(USERS).key(EMAILS).arg(email).arg(json).invoke_async(&mut connection).await.map_err(unavailable)
    }

    pub(crate) async fn user(&self, id: i64) -> Result<Option<String>, Unavailable> {
        self.field(USERS, &id.to_string()).await
    }

    pub(crate) async fn user_id(&self, email: &str) -> Result<Option<i64>, Unavailable> {
        self.field(EMAILS, email).await
    }

    async fn field<T: FromRedisValue>(&self, key: &str, field: &str) -> Result<Option<T>, Unavailable> {
        let mut connection = self.connection().ok_or(Unavailable)?;
        cmd("HGET").arg(key).arg(field).query_async(&mut connection).await.map_err(unavailable)
    }
}

pub(super) fn unavailable(error: redis::RedisError) -> Unavailable {
    tracing::error!(%error, "Redis did not do what it was asked");
    Unavailable
}
