//! Sends questions to the trigger URLs of the settings. Time, number and size of the questions are bounded, and the
//! queue is fair between sockets and between channels.
//!
//! # Layout
//!
//! - `queue`: decides which questions are open and which wait.
//! - `client`: sends questions over HTTP.
//! - `signature`: signs questions, so that a trigger can verify the sender.
//! - `lazily`: a value that is created on first use.

mod client;
mod lazily;
mod queue;
mod signature;

use std::collections::HashMap;
use std::error::Error;
use std::iter::successors;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::Uri;
use axum::http::uri::Authority;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

use crate::hub::Answer;
use crate::logging::LineRate;
use crate::settings::{Secret, TriggerUrl};
use client::HttpClient;
pub(crate) use queue::Question;
use queue::{Entered, QuestionId, Queue};

/// Sends questions to trigger URLs, in the order that the queue decides.
#[derive(Debug)]
pub(crate) struct Triggers {
    client: HttpClient,
    /// The time that a question has for waiting and for its answer together.
    timeout: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    queue: Queue,
    /// The senders that wake waiting questions. Dropping a sender gives its question up.
    waiting: HashMap<QuestionId, oneshot::Sender<()>>,
}

impl Triggers {
    /// Creates a sender of questions. It signs its requests if there is a key.
    pub(crate) fn new(timeout: Duration, answer_bytes: usize, secret: Option<&Secret>) -> Triggers {
        Triggers { client: HttpClient::new(answer_bytes, secret), timeout, state: Mutex::default() }
    }

    /// Sends a question. Always returns an answer before the timeout; a failure is an answer too.
    pub(crate) async fn ask(&self, question: Question, input: Box<str>) -> Answer {
        let deadline = Instant::now() + self.timeout;
        let url = question.url.clone();
        let turn = timeout_at(deadline, self.turn(question)).await;
        let Some(_turn) = turn.ok().flatten() else {
            return Answer::Busy;
        };
        let answer = match timeout_at(deadline, self.client.post(&url, input.into())).await {
            Ok(Ok(body)) => body,
            Ok(Err(error)) => return failed(&url, error.as_ref()),
            Err(elapsed) => return failed(&url, &elapsed),
        };
        match serde_json::from_slice(&answer) {
            Ok(json) => Answer::Json(json),
            Err(_) => Answer::NotJson,
        }
    }

    /// Waits until the question may be sent. Returns `None` if too many are waiting.
    async fn turn(&self, question: Question) -> Option<Turn<'_>> {
        let (turn, may_ask) = self.enter(question)?;
        if let Some(may_ask) = may_ask {
            may_ask.await.ok()?;
        }
        Some(turn)
    }

    fn enter(&self, question: Question) -> Option<(Turn<'_>, Option<oneshot::Receiver<()>>)> {
        let mut state = self.state();
        match state.queue.enter(question) {
            Entered::Open(id) => Some((Turn { triggers: self, id }, None)),
            Entered::Waiting(id, displaced) => {
                for other in displaced {
                    state.waiting.remove(&other);
                }
                let (sender, may_ask) = oneshot::channel();
                state.waiting.insert(id, sender);
                Some((Turn { triggers: self, id }, Some(may_ask)))
            }
            Entered::Refused => None,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A question that is waiting or open. Dropping it removes the question from the queue.
struct Turn<'a> {
    triggers: &'a Triggers,
    id: QuestionId,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut state = self.triggers.state();
        state.waiting.remove(&self.id);
        for next in state.queue.leave(self.id) {
            // A question that has just timed out is absent here; its own `drop` passes the place on.
            if let Some(waiting) = state.waiting.remove(&next) {
                let _ = waiting.send(());
            }
        }
    }
}

/// Logs a failure with its causes and the host of the URL. The path is left out because it may hold a key.
fn failed(url: &TriggerUrl, error: &(dyn Error + 'static)) -> Answer {
    if let Some(left_out) = FAILURES.admits(std::time::Instant::now()) {
        let uri = url.as_str().parse::<Uri>().unwrap_or_default();
        let host = uri.authority().map_or("", Authority::as_str);
        tracing::warn!(host, error = %with_causes(error), left_out, "a trigger failed");
    }
    Answer::Failed
}

fn with_causes(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    for cause in successors(error.source(), |&cause| cause.source()) {
        text.push_str(&format!(": {cause}"));
    }
    text
}

static FAILURES: LineRate = LineRate::new();
