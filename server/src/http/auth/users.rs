//! The users who have signed up. They are kept in memory until the server stops, or in Redis if servers share their
//! channels.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::password::Hashed;
use crate::cluster::{Added, Cluster, Unavailable};

/// The table `user`.
#[derive(Debug)]
pub(crate) enum Users {
    /// The table of this server, in memory.
    Own(Mutex<Table>),
    /// The table in Redis, which all servers share.
    Shared(Cluster),
}

#[derive(Debug, Default)]
pub(crate) struct Table {
    /// Ordered by id, starting at 1.
    rows: Vec<(User, Hashed)>,
    by_email: HashMap<String, usize>,
}

/// One row, as `GET /auth/me` returns it to its user.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct User {
    /// In Redis the key of the row holds the id, and the stored value here is 0.
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

/// A row with its hashed password, as it is stored in Redis.
#[derive(Serialize, Deserialize)]
struct Row {
    user: User,
    password: Hashed,
}

impl Users {
    pub(crate) fn new(cluster: Option<Cluster>) -> Users {
        cluster.map_or_else(|| Users::Own(Mutex::default()), Users::Shared)
    }

    pub(crate) async fn add(&self, name: String, email: String, password: Hashed) -> Result<User, SignUpError> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let created_at = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
        let user = User { id: 0, created_at, name, email };
        match self {
            Users::Own(table) => lock(table).add(user, password),
            Users::Shared(cluster) => {
                let email = user.email.clone();
                let row = Row { user, password };
                let json = serde_json::to_string(&row).unwrap_or_default();
                match cluster.add_user(&email, &json, USERS).await? {
                    Added::User(id) => Ok(User { id, ..row.user }),
                    Added::EmailTaken => Err(SignUpError::EmailTaken),
                    Added::Full => Err(SignUpError::Full),
                }
            }
        }
    }

    pub(crate) async fn by_email(&self, email: &str) -> Result<Option<(User, Hashed)>, Unavailable> {
        match self {
            Users::Own(table) => Ok(lock(table).by_email(email)),
            Users::Shared(cluster) => match cluster.user_id(email).await? {
                Some(id) => shared_row(cluster, id).await,
                None => Ok(None),
            },
        }
    }

    pub(crate) async fn by_id(&self, id: i64) -> Result<Option<User>, Unavailable> {
        match self {
            Users::Own(table) => Ok(lock(table).by_id(id)),
            Users::Shared(cluster) => Ok(shared_row(cluster, id).await?.map(|(user, _)| user)),
        }
    }
}

async fn shared_row(cluster: &Cluster, id: i64) -> Result<Option<(User, Hashed)>, Unavailable> {
    let row: Option<Row> = cluster.user(id).await?.and_then(|json| serde_json::from_str(&json).ok());
    Ok(row.map(|Row { user, password }| (User { id, ..user }, password)))
}

impl Table {
    fn add(&mut self, user: User, password: Hashed) -> Result<User, SignUpError> {
        if self.by_email.contains_key(&user.email) {
            return Err(SignUpError::EmailTaken);
        }
        if self.rows.len() >= USERS {
            return Err(SignUpError::Full);
        }
        let index = self.rows.len();
        let user = User { id: i64::try_from(index + 1).unwrap_or(i64::MAX), ..user };
        self.by_email.insert(user.email.clone(), index);
        self.rows.push((user.clone(), password));
        Ok(user)
    }

    fn by_email(&self, email: &str) -> Option<(User, Hashed)> {
        let index = *self.by_email.get(email)?;
        self.rows.get(index).cloned()
    }

    fn by_id(&self, id: i64) -> Option<User> {
        let index = usize::try_from(id).ok()?.checked_sub(1)?;
        self.rows.get(index).map(|(user, _)| user.clone())
    }
}

fn lock(table: &Mutex<Table>) -> MutexGuard<'_, Table> {
    table.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The largest number of users: enough for development, and a bound on the memory that sign-ups can take.
const USERS: usize = 10_000;
