//! Passwords: hashed with Argon2id, off the threads that serve sockets.

use std::sync::Arc;

use argon2::password_hash::{Error, PasswordHasher, PasswordVerifier};
use argon2::{Argon2, PasswordHash};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// Hashes passwords, few at a time: each takes 19 MiB while it runs.
#[derive(Debug)]
pub(crate) struct Passwords {
    at_once: Arc<Semaphore>,
}

/// A password as it is kept, with its salt and parameters.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Hashed(Arc<PasswordHash>);

impl From<Hashed> for String {
    fn from(hashed: Hashed) -> String {
        hashed.0.to_string()
    }
}

impl TryFrom<String> for Hashed {
    type Error = String;

    fn try_from(text: String) -> Result<Hashed, String> {
        text.parse().map(|hash| Hashed(Arc::new(hash))).map_err(|_| "not a password as it is kept".to_owned())
    }
}

impl Passwords {
    pub(crate) fn new() -> Passwords {
        Passwords { at_once: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// `None` when the system cannot: no random numbers, no memory.
    pub(crate) async fn hash(&self, password: String) -> Option<Hashed> {
        let hashed = self.run(move || Argon2::default().hash_password(password.as_bytes())).await?;
        Some(Hashed(Arc::new(hashed)))
    }

    /// Takes as long for somebody who does not exist, so that nobody learns from it who does.
    pub(crate) async fn is_right(&self, password: String, hashed: Option<Hashed>) -> bool {
        let compare = move || match hashed {
            Some(hashed) => Argon2::default().verify_password(password.as_bytes(), &*hashed.0),
            None => Argon2::default().hash_password(password.as_bytes()).and(Err(Error::PasswordInvalid)),
        };
        self.run(compare).await.is_some()
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Option<T> {
        let permit = Arc::clone(&self.at_once).acquire_owned().await.ok()?;
        let worked = spawn_blocking(move || {
            let _permit = permit;
            work()
        });
        worked.await.ok()?.ok()
    }
}

const AT_ONCE: usize = 2;
