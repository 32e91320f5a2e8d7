//! The questions to triggers, and the way of their answers back to the hub.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use futures_util::FutureExt;

use super::Exchange;
use crate::hub::{Answer, Call, Input};
use crate::outbox::FlushBatch;
use crate::triggers::Question;

impl Exchange {
    /// Sends questions to triggers. Their answers are new inputs, which may produce further requests.
    pub(super) fn ask(self: &Arc<Self>, calls: Vec<Call>) {
        for Call { url, input, ticket } in calls {
            let exchange = Arc::clone(self);
            tokio::spawn(async move {
                let (socket, channel) = (ticket.connection(), Arc::clone(ticket.channel()));
                let question = Question { url, socket, channel, bytes: input.len() };
                let asked = Instant::now();
                let answer = or_failed(exchange.triggers.ask(question, input)).await;
                exchange.metrics.trigger_answered(&answer, asked);
                let input = Input::Answer { ticket, answer };
                exchange.feed(Instant::now(), input, &mut FlushBatch::default());
            });
        }
    }
}

/// Answers a question that panics as failed. Without an answer, its channel would wait for ever.
async fn or_failed(question: impl Future<Output = Answer>) -> Answer {
    AssertUnwindSafe(question).catch_unwind().await.unwrap_or(Answer::Failed)
}

#[cfg(test)]
mod tests {
    use super::or_failed;
    use crate::hub::Answer;

    #[tokio::test]
    async fn a_question_that_panics_is_answered_as_failed() {
        let answer = tokio::spawn(or_failed(async { panic!("while a trigger is asked") })).await;
        assert!(matches!(answer, Ok(Answer::Failed)), "{answer:?}");
    }
}
