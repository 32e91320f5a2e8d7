//! The users who signed up, in memory: a restart forgets them.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;
use serde_json::{Map, Value};

use super::password::Hashed;

/// The table `user` of this server.
#[derive(Debug, Default)]
pub(crate) struct Users {
    table: Mutex<Table>,
}

#[derive(Debug, Default)]
struct Table {
    /// The row with the id 1 first.
    rows: Vec<(User, Hashed)>,
    by_email: HashMap<String, usize>,
}

/// One row, as `GET /auth/me` shows it to its user.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct User {
    pub(crate) id: i64,
    /// Milliseconds since 1970.
    created_at: u64,
    pub(crate) name: String,
    pub(crate) email: String,
}

impl User {
    /// What others see of the user on a channel: the name, and not the address.
    pub(crate) fn extras(&self) -> Map<String, Value> {
        Map::from_iter([("name".to_owned(), Value::from(self.name.clone()))])
    }
}

/// Why somebody cannot sign up.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SignUpError {
    #[error("This account is already in use.")]
    EmailTaken,
    #[error("This server keeps {USERS} users at most; restart it to forget them.")]
    Full,
}

impl Users {
    pub(crate) fn add(&self, name: String, email: String, password: Hashed) -> Result<User, SignUpError> {
        let mut table = self.lock();
        if table.by_email.contains_key(&email) {
            return Err(SignUpError::EmailTaken);
        }
        if table.rows.len() >= USERS {
            return Err(SignUpError::Full);
        }
        let index = table.rows.len();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let user = User {
            id: i64::try_from(index + 1).unwrap_or(i64::MAX),
            created_at: u64::try_from(now.as_millis()).unwrap_or(u64::MAX),
            name,
            email: email.clone(),
        };
        table.by_email.insert(email, index);
        table.rows.push((user.clone(), password));
        Ok(user)
    }

    pub(crate) fn by_email(&self, email: &str) -> Option<(User, Hashed)> {
        let table = self.lock();
        let index = *table.by_email.get(email)?;
        table.rows.get(index).cloned()
    }

    pub(crate) fn by_id(&self, id: i64) -> Option<User> {
        let index = usize::try_from(id).ok()?.checked_sub(1)?;
        self.lock().rows.get(index).map(|(user, _)| user.clone())
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Enough for development, and a bound on what strangers can fill.
const USERS: usize = 10_000;
