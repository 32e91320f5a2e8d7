//! The channel of requests to the shared log.

use std::time::Instant;

use tokio::sync::{mpsc, oneshot};

use super::Work;
use crate::hub::{Load, LogRequest};

/// The sending end of the channel of requests. What is sent is done in order, and answered to the
/// [`Follower`](super::Follower).
#[derive(Clone, Debug)]
pub(crate) struct LogRequests {
    works: mpsc::UnboundedSender<Work>,
    load: Load,
}

impl LogRequests {
    pub(super) fn new(works: mpsc::UnboundedSender<Work>, load: Load) -> LogRequests {
        LogRequests { works, load }
    }

    pub(crate) fn post(&self, request: LogRequest) {
        let held = self.load.hold(request.bytes());
        // Without the other end the server is stopping.
        let _ = self.works.send(Work::Request(request, Instant::now(), held));
    }

    /// Sends the request of an event. Returns how many members the event is for, or `None` if it was not done.
    pub(crate) async fn event(&self, request: LogRequest) -> Option<usize> {
        let (answer, answered) = oneshot::channel();
        let held = self.load.hold(request.bytes());
        self.works.send(Work::Event(request, answer, held)).ok()?;
        answered.await.ok().flatten()
    }

    /// Waits until everything that was sent is done.
    pub(super) async fn end(&self) {
        let (done, ended) = oneshot::channel();
        if self.works.send(Work::End(done)).is_ok() {
            let _ = ended.await;
        }
    }

    /// How much waits for Redis.
    pub(crate) fn load(&self) -> Load {
        self.load.clone()
    }
}
