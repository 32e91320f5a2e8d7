//! The users who have signed up. They are kept in memory until the server stops, or in Redis if servers share their
//! channels.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::password::Hashed;
use crate::cluster::{Added, Directory, Unavailable};

/// The table `user`.
#[derive(Debug)]
pub(crate) struct Users {
    directory: Directory,
}

/// One row, as `GET /auth/me` returns it to its user.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct User {
    /// The key of the row holds the id, and the stored value here is 0.
    #[serde(default)]
    pub(crate) id: i64,
    /// Milliseconds since 1970.
    created_at: u64,
    pub(crate) name: String,
    pub(crate) email: String,
}

impl User {
    /// Returns the part of the user that other members of a channel see: the name, without the e-mail address.
    pub(crate) fn extras(&self) -> Map<String, Value> {
        Map::from_iter([("name".to_owned(), Value::from(self.name.clone()))])
    }
}

/// The reason why a user cannot sign up.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SignUpError {
    #[error("This account is already in use.")]
    EmailTaken,
    #[error("There is room for {USERS} users at most, and no more can sign up.")]
    Full,
    #[error("{0}")]
    Unavailable(#[from] Unavailable),
}

/// A row with its hashed password, as the directory stores it.
#[derive(Serialize, Deserialize)]
struct Row {
    user: User,
    password: Hashed,
}

impl Users {
    pub(crate) fn new(directory: Directory) -> Users {
        Users { directory }
    }

    pub(crate) async fn add(&self, name: String, email: String, password: Hashed) -> Result<User, SignUpError> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let created_at = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
        let row = Row { user: User { id: 0, created_at, name, email }, password };
        let json = serde_json::to_string(&row).unwrap_or_default();
        match self.directory.add_user(&row.user.email, json, USERS).await? {
            Added::User(id) => Ok(User { id, ..row.user }),
            Added::EmailTaken => Err(SignUpError::EmailTaken),
            Added::Full => Err(SignUpError::Full),
        }
    }

    pub(crate) async fn by_email(&self, email: &str) -> Result<Option<(User, Hashed)>, Unavailable> {
        match self.directory.user_id(email).await? {
            Some(id) => self.row(id).await,
            None => Ok(None),
        }
    }

    pub(crate) async fn by_id(&self, id: i64) -> Result<Option<User>, Unavailable> {
        Ok(self.row(id).await?.map(|(user, _)| user))
    }

    async fn row(&self, id: i64) -> Result<Option<(User, Hashed)>, Unavailable> {
        let row: Option<Row> = self.directory.user(id).await?.and_then(|json| serde_json::from_str(&json).ok());
        Ok(row.map(|Row { user, password }| (User { id, ..user }, password)))
    }
}

/// The largest number of users: enough for development, and a bound on the memory that sign-ups can take.
const USERS: usize = 10_000;
