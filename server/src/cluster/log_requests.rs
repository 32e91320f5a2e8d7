//! The queue of requests to the shared log.

use std::time::Instant;

use tokio::sync::{mpsc, oneshot};

use super::Work;
use crate::hub::{Load, LogRequest};

/// The sending end of the queue of requests. Requests are carried out in order, and the [`Follower`](super::Follower)
/// receives the replies.
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
        // An error means that the link has ended and the server is stopping.
        let _ = self.works.send(Work::Request(request, Instant::now(), held));
    }

    /// Appends an event of the workspace. Returns the number of members that receive it, or `None` on failure.
    pub(crate) async fn event(&self, request: LogRequest) -> Option<usize> {
        let (answer, answered) = oneshot::channel();
        let held = self.load.hold(request.bytes());
        self.works.send(Work::Event(request, answer, held)).ok()?;
        answered.await.ok().flatten()
    }

    /// Waits until all earlier requests are done.
    pub(super) async fn end(&self) {
        let (done, ended) = oneshot::channel();
        if self.works.send(Work::End(done)).is_ok() {
            let _ = ended.await;
        }
    }

    /// Returns the bytes that wait for Redis.
    pub(crate) fn load(&self) -> Load {
        self.load.clone()
    }
}
