//! A value that is created on first use, on a thread that may block.

use std::time::{Duration, Instant};

use tokio::sync::Mutex;
use tokio::task::spawn_blocking;

/// A value that is created once. After a failure, it is tried again, at most every ten seconds.
#[derive(Debug)]
pub(super) struct Lazily<T>(Mutex<State<T>>);

#[derive(Debug)]
enum State<T> {
    Empty,
    Tried(Instant),
    Made(T),
}

impl<T: Clone + Send + 'static> Lazily<T> {
    pub(super) fn new() -> Lazily<T> {
        Lazily(Mutex::new(State::Empty))
    }

    /// Returns the value. Fails if it cannot be created, or if creating it failed less than ten seconds ago.
    pub(super) async fn get<E: From<&'static str> + Send + 'static>(
        &self,
        now: Instant,
        make: impl FnOnce() -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        let mut state = self.0.lock().await;
        match &*state {
            State::Made(value) => return Ok(value.clone()),
            State::Tried(at) if now.saturating_duration_since(*at) < AGAIN_AFTER => {
                return Err("it failed a short time ago; trying again in a few seconds".into());
            }
            State::Tried(_) | State::Empty => {}
        }
        // Set before the attempt, so that it counts even if the caller gives up during it.
        *state = State::Tried(now);
        let value = spawn_blocking(make).await.map_err(|_| "it panicked")??;
        *state = State::Made(value.clone());
        Ok(value)
    }
}

const AGAIN_AFTER: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::Lazily;

    type Made = Result<u32, Box<dyn std::error::Error + Send + Sync>>;

    #[tokio::test]
    async fn a_failed_creation_is_retried_after_ten_seconds_and_a_value_is_created_once() {
        let lazily = Lazily::new();
        let start = Instant::now();
        let get = async |seconds, make: fn() -> Made| {
            lazily.get(start + Duration::from_secs(seconds), make).await.map_err(|error| error.to_string())
        };
        assert_eq!(get(0, || Err("no such file".into())).await, Err("no such file".to_owned()));
        assert!(get(9, || Ok(1)).await.is_err(), "not yet");
        assert_eq!(get(10, || Ok(2)).await, Ok(2));
        assert_eq!(get(11, || Ok(3)).await, Ok(2));
    }
}
