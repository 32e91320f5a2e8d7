//! A closure that is called with what a stream hands out.

use std::fmt;
use std::pin::pin;

use futures::stream::{AbortHandle, abortable};
use futures::{Stream, StreamExt};
use wasm_bindgen_futures::spawn_local;

/// A closure that listens; it is called until this is dropped, or until its channel or client is gone.
///
/// ```no_run,standalone_crate
/// # fn demo(channel: xano_wasm::Channel) {
/// let subscription = channel.on(None, |action: Result<xano_wasm::Action<String>, _>| println!("{action:?}"));
/// drop(subscription); // and it is called no more
/// # }
/// ```
#[must_use = "the closure is called for as long as its subscription is kept"]
pub struct Subscription {
    task: AbortHandle,
}

impl Subscription {
    /// The closure is called in a task of its own, one item after the other, with nothing of this crate borrowed.
    pub(super) fn start<S>(stream: S, mut handler: impl FnMut(S::Item) + 'static) -> Subscription
    where
        S: Stream + 'static,
    {
        let (stream, task) = abortable(stream);
        spawn_local(async move {
            let mut stream = pin!(stream);
            while let Some(item) = stream.next().await {
                handler(item);
            }
        });
        Subscription { task }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Subscription").finish_non_exhaustive()
    }
}
