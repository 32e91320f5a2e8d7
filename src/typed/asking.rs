//! What waits for an answer of the server: each future settles, by the answer, by what prevents one, or by time.

use std::cell::RefCell;
use std::future::Future;
use std::pin::pin;

use futures::channel::oneshot;
use futures::future::{Either, select};
use gloo_timers::future::TimeoutFuture;

use super::error::AnswerError;

/// How long the server may take to answer.
const ANSWER_DEADLINE_MS: u32 = 15_000;

/// Futures that wait for the same answer.
pub(super) struct Asking<T>(RefCell<Vec<oneshot::Sender<Result<T, AnswerError>>>>);

impl<T> Default for Asking<T> {
    fn default() -> Self {
        Asking(RefCell::default())
    }
}

impl<T: Clone> Asking<T> {
    /// Waits from now on; says whether it is the first one that does.
    pub(super) fn add(&self) -> (impl Future<Output = Result<T, AnswerError>> + use<T>, bool) {
        let (sender, receiver) = oneshot::channel();
        let mut asking = self.0.borrow_mut();
        // Who has given up waiting is not asked for.
        asking.retain(|other| !other.is_canceled());
        asking.push(sender);
        (in_time(receiver), asking.len() == 1)
    }

    pub(super) fn is_waiting(&self) -> bool {
        self.0.borrow().iter().any(|sender| !sender.is_canceled())
    }

    pub(super) fn answer(&self, answer: &Result<T, AnswerError>) {
        for sender in self.0.take() {
            // Who does not wait any more needs no answer.
            let _ = sender.send(answer.clone());
        }
    }
}

async fn in_time<T>(receiver: oneshot::Receiver<Result<T, AnswerError>>) -> Result<T, AnswerError> {
    match select(receiver, pin!(TimeoutFuture::new(ANSWER_DEADLINE_MS))).await {
        Either::Left((answer, _)) => answer.unwrap_or(Err(AnswerError::Closed)),
        Either::Right(_) => Err(AnswerError::TimedOut),
    }
}
