//! Passwords, hashed with Argon2id on two threads. Each thread reuses one block of memory, so a thousand logins at once
//! need no more memory than two.

use std::io;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use argon2::password_hash::phc::{Output, ParamsString, Salt};
use argon2::{Algorithm, Argon2, Block, Params, PasswordHash, Version};
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

/// Hashes and compares passwords.
#[derive(Debug)]
pub(crate) struct Passwords {
    jobs: SyncSender<Job>,
}

/// A hashed password, with its salt and parameters.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Hashed(Arc<PasswordHash>);

/// The reason why a password was not hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HashError {
    /// The queue is full.
    Busy,
    /// The system has no random numbers, or the stored hash has parameters that this server does not use.
    Failed,
}

type Job = Box<dyn FnOnce(&mut Memory) + Send>;

/// The memory of one thread. It is empty until the first job.
#[derive(Default)]
struct Memory(Vec<Block>);

impl From<Hashed> for String {
    fn from(hashed: Hashed) -> String {
        hashed.0.to_string()
    }
}

impl TryFrom<String> for Hashed {
    type Error = String;

    fn try_from(text: String) -> Result<Hashed, String> {
        text.parse().map(|hash| Hashed(Arc::new(hash))).map_err(|_| "not a hashed password".to_owned())
    }
}

impl Passwords {
    /// Starts the threads. They end when this is dropped.
    pub(crate) fn start() -> io::Result<Passwords> {
        let (jobs, queue) = sync_channel(WAITING);
        let queue = Arc::new(Mutex::new(queue));
        for _ in 0..THREADS {
            let queue = Arc::clone(&queue);
            thread::Builder::new().name("passwords".to_owned()).spawn(move || work(&queue))?;
        }
        Ok(Passwords { jobs })
    }

    pub(crate) async fn hash(&self, password: String) -> Result<Hashed, HashError> {
        self.run(move |memory| memory.hash(password.as_bytes())).await
    }

    /// Returns whether the password is right. It takes equally long for an unknown user, so that the response time does
    /// not reveal who has an account.
    pub(crate) async fn is_right(&self, password: String, hashed: Option<Hashed>) -> Result<bool, HashError> {
        self.run(move |memory| match hashed {
            Some(hashed) => memory.is_right(password.as_bytes(), &hashed.0),
            None => memory.hash(password.as_bytes()).map(|_| false),
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Memory) -> Option<T> + Send + 'static,
    ) -> Result<T, HashError> {
        let (answer, answered) = oneshot::channel();
        let job = Box::new(move |memory: &mut Memory| {
            // Skip the job if its client has disconnected.
            if !answer.is_closed() {
                let _ = answer.send(work(memory));
            }
        });
        self.jobs.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => HashError::Busy,
            TrySendError::Disconnected(_) => HashError::Failed,
        })?;
        answered.await.ok().flatten().ok_or(HashError::Failed)
    }
}

fn work(queue: &Mutex<Receiver<Job>>) {
    let mut memory = Memory::default();
    loop {
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        job(&mut memory);
    }
}

impl Memory {
    fn hash(&mut self, password: &[u8]) -> Option<Hashed> {
        let mut salt = [0; Salt::RECOMMENDED_LENGTH];
        getrandom::fill(&mut salt).ok()?;
        let params = Params::DEFAULT;
        let hash = self.digest(password, &salt, &params)?;
        Some(Hashed(Arc::new(PasswordHash {
            algorithm: Algorithm::default().ident(),
            version: Some(Version::default().into()),
            params: ParamsString::try_from(&params).ok()?,
            salt: Some(Salt::new(&salt).ok()?),
            hash: Some(hash),
        })))
    }

    /// Returns `None` if the hash has parameters that this server does not use.
    fn is_right(&mut self, password: &[u8], hashed: &PasswordHash) -> Option<bool> {
        let is_ours = hashed.algorithm == Algorithm::default().ident()
            && hashed.version == Some(Version::default().into())
            && hashed.hash.is_some_and(|hash| hash.len() == Params::DEFAULT_OUTPUT_LEN);
        let params = Params::try_from(&hashed.params).ok().filter(|_| is_ours)?;
        // `Output` compares in constant time.
        Some(self.digest(password, hashed.salt.as_ref()?, &params)? == hashed.hash?)
    }

    fn digest(&mut self, password: &[u8], salt: &[u8], params: &Params) -> Option<Output> {
        let blocks = params.block_count();
        if blocks > Params::DEFAULT.block_count() {
            return None;
        }
        if self.0.len() < blocks {
            self.0.resize(blocks, Block::new());
        }
        let argon2 = Argon2::new(Algorithm::default(), Version::default(), params.clone());
        let mut digest = [0; Params::DEFAULT_OUTPUT_LEN];
        argon2.hash_password_into_with_memory(password, salt, &mut digest, self.0.get_mut(..blocks)?).ok()?;
        Output::new(&digest).ok()
    }
}

/// The number of threads. Each needs 19 MiB from its first job on.
const THREADS: usize = 2;

/// The length of the queue, which takes the threads one or two seconds. A longer queue would exceed a person's
/// patience.
const WAITING: usize = 20;

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::{HashError, Hashed, Passwords, THREADS, WAITING};

    /// The prefix of hashes from the library's own function, which earlier versions of this server stored.
    const KEPT: &str = "$argon2id$v=19$m=19456,t=2,p=1$";

    #[tokio::test]
    async fn a_password_matches_only_its_own_hash_and_unknown_users_are_refused() {
        let passwords = Passwords::start().unwrap();
        let hashed = passwords.hash("correct horse".to_owned()).await.unwrap();
        let text = String::from(hashed.clone());
        assert!(text.starts_with(KEPT), "{text}");
        let kept = Hashed::try_from(text).unwrap();
        assert_eq!(passwords.is_right("correct horse".to_owned(), Some(kept)).await, Ok(true));
        assert_eq!(passwords.is_right("wrong horse".to_owned(), Some(hashed)).await, Ok(false));
        assert_eq!(passwords.is_right("correct horse".to_owned(), None).await, Ok(false));
    }

    #[tokio::test]
    async fn a_hash_made_by_the_library_itself_is_accepted() {
        use argon2::password_hash::PasswordHasher;
        let hash = argon2::Argon2::default().hash_password(b"correct horse").unwrap();
        let kept = Hashed::try_from(hash.to_string()).unwrap();
        let passwords = Passwords::start().unwrap();
        assert_eq!(passwords.is_right("correct horse".to_owned(), Some(kept)).await, Ok(true));
    }

    #[tokio::test]
    async fn a_job_for_a_full_queue_is_refused_at_once() {
        let passwords = Passwords::start().unwrap();
        let (go_on, held) = channel::<()>();
        let held = std::sync::Arc::new(std::sync::Mutex::new(held));
        let (began, begun) = channel();
        let hold = || {
            let (held, began) = (held.clone(), began.clone());
            passwords.run(move |_| {
                let _ = began.send(());
                let _ = held.lock().unwrap().recv();
                Some(())
            })
        };
        let poll = |job| async { futures_util::future::poll_immediate(job).await };
        let mut jobs: Vec<_> = (0..THREADS).map(|_| Box::pin(hold())).collect();
        for job in &mut jobs {
            assert_eq!(poll(job.as_mut()).await, None);
            begun.recv().unwrap();
        }
        let mut waiting: Vec<_> = (0..WAITING).map(|_| Box::pin(hold())).collect();
        for job in &mut waiting {
            assert_eq!(poll(job.as_mut()).await, None);
        }
        assert_eq!(hold().await, Err(HashError::Busy));
        drop(go_on);
        for job in jobs.into_iter().chain(waiting) {
            assert_eq!(job.await, Ok(()));
        }
    }
}
