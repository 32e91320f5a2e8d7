//! The table of users, which all servers share.

use redis::{FromRedisValue, Script, cmd};

use super::redis_keys::{EMAILS, USERS};
use super::workspace::unavailable;
use super::{Cluster, Unavailable};

/// The result of a sign-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Added {
    /// The user was added with this id.
    User(i64),
    EmailTaken,
    Full,
}

impl Cluster {
    /// Adds a user if there are fewer than `at_most`. `json` contains everything except the id.
    pub(super) async fn add_user(&self, email: &str, json: &str, at_most: usize) -> Result<Added, Unavailable> {
        let mut connection = self.connection().ok_or(Unavailable)?;
        let script = Script::new(include_str!("scripts/add_user.lua"));
        let mut script = script.prepare_invoke();
        let script = script.key(USERS).key(EMAILS).arg(email).arg(json).arg(at_most);
        let (outcome, id): (String, i64) = script.invoke_async(&mut connection).await.map_err(unavailable)?;
        Ok(match &*outcome {
            "added" => Added::User(id),
            "taken" => Added::EmailTaken,
            _ => Added::Full,
        })
    }

    pub(super) async fn user(&self, id: i64) -> Result<Option<String>, Unavailable> {
        self.field(USERS, &id.to_string()).await
    }

    pub(super) async fn user_id(&self, email: &str) -> Result<Option<i64>, Unavailable> {
        self.field(EMAILS, email).await
    }

    async fn field<T: FromRedisValue>(&self, key: &str, field: &str) -> Result<Option<T>, Unavailable> {
        let mut connection = self.connection().ok_or(Unavailable)?;
        cmd("HGET").arg(key).arg(field).query_async(&mut connection).await.map_err(unavailable)
    }
}
