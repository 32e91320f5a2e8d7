//! The store of settings and users: in memory, or in the Redis that several servers share.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use xano_realtime_protocol::frame::Permissions;

use super::users::Added;
use super::workspace::{PutError, Unavailable};
use super::{Cluster, Follower};
use crate::settings::Settings;

/// The store of settings and users. It handles users as JSON; the module of accounts defines their shape.
#[derive(Clone, Debug)]
pub(crate) enum Directory {
    /// In memory. A restart forgets the users.
    Memory(Arc<Mutex<Table>>),
    /// In Redis, where all servers share them.
    Redis(Cluster),
}

#[derive(Debug, Default)]
pub(crate) struct Table {
    /// Ordered by id, starting at 1.
    users: Vec<String>,
    ids: HashMap<String, i64>,
}

impl Directory {
    pub(crate) fn in_memory() -> Directory {
        Directory::Memory(Arc::default())
    }

    /// Returns whether settings and users can be read and changed.
    pub(crate) fn is_ready(&self) -> bool {
        match self {
            Directory::Memory(_) => true,
            Directory::Redis(cluster) => cluster.is_ready(),
        }
    }

    /// Puts settings in force on all servers.
    pub(crate) async fn put_settings(&self, settings: Settings, follower: &dyn Follower) -> Result<(), PutError> {
        match self {
            Directory::Memory(_) => {
                follower.apply(settings);
                Ok(())
            }
            Directory::Redis(cluster) => cluster.put_in_force(&settings, follower).await,
        }
    }

    /// Closes the sockets of a user on the other servers.
    pub(crate) async fn disconnect(&self, user: Permissions) -> Result<(), Unavailable> {
        match self {
            Directory::Memory(_) => Ok(()),
            Directory::Redis(cluster) => cluster.disconnect(user).await,
        }
    }

    /// Adds a user if there are fewer than `at_most`. `json` contains everything except the id.
    pub(crate) async fn add_user(&self, email: &str, json: String, at_most: usize) -> Result<Added, Unavailable> {
        match self {
            Directory::Memory(table) => Ok(lock(table).add(email, json, at_most)),
            Directory::Redis(cluster) => cluster.add_user(email, &json, at_most).await,
        }
    }

    pub(crate) async fn user(&self, id: i64) -> Result<Option<String>, Unavailable> {
        match self {
            Directory::Memory(table) => Ok(lock(table).user(id)),
            Directory::Redis(cluster) => cluster.user(id).await,
        }
    }

    pub(crate) async fn user_id(&self, email: &str) -> Result<Option<i64>, Unavailable> {
        match self {
            Directory::Memory(table) => Ok(lock(table).ids.get(email).copied()),
            Directory::Redis(cluster) => cluster.user_id(email).await,
        }
    }

    /// Waits until all requests to Redis are done.
    pub(crate) async fn end(&self) {
        if let Directory::Redis(cluster) = self {
            cluster.end().await;
        }
    }
}

impl Table {
    fn add(&mut self, email: &str, json: String, at_most: usize) -> Added {
        if self.ids.contains_key(email) {
            return Added::EmailTaken;
        }
        if self.users.len() >= at_most {
            return Added::Full;
        }
        self.users.push(json);
        let id = i64::try_from(self.users.len()).unwrap_or(i64::MAX);
        self.ids.insert(email.to_owned(), id);
        Added::User(id)
    }

    fn user(&self, id: i64) -> Option<String> {
        let index = usize::try_from(id).ok()?.checked_sub(1)?;
        self.users.get(index).cloned()
    }
}

fn lock(table: &Mutex<Table>) -> MutexGuard<'_, Table> {
    table.lock().unwrap_or_else(PoisonError::into_inner)
}
