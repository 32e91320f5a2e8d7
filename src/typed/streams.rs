//! What is received, as streams. Each is unsubscribed when it is dropped, and ends when its channel or client is gone.

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll};

use futures::Stream;
use futures::stream::FusedStream;
use serde::de::DeserializeOwned;

use super::actions::{self, Action};
use super::error::{DecodeError, ReceiveError};
use super::items::{self, Event, Message};
use super::listeners::{Listener, Told, Wanted};
use super::members::Client;
use super::queue::{Bounds, Entry, Queue, WhenFull};
use super::realtime::Realtime;
use super::received::{Reads, Received};
use super::room::Room;
use super::status::Status;

/// The receiving end of a listener.
struct Receiver {
    room: Weak<Room>,
    listener: Rc<Listener>,
    reads: Reads,
    has_ended: bool,
}

impl Receiver {
    fn new(room: &Rc<Room>, wanted: Wanted, reads: Reads, bounds: Bounds) -> Self {
        Receiver { room: Rc::downgrade(room), listener: room.listen(wanted, bounds), reads, has_ended: false }
    }

    fn poll<T>(
        &mut self,
        context: &Context<'_>,
        decode: impl FnOnce(&Received, Reads) -> Result<T, DecodeError>,
    ) -> Poll<Option<Result<T, ReceiveError>>> {
        self.listener.queue.poll(context).map(|entry| {
            self.has_ended = entry.is_none();
            Some(match entry? {
                Entry::Item(Told::Frame(received)) => decode(&received, self.reads).map_err(ReceiveError::from),
                Entry::Item(Told::Gap) => Err(ReceiveError::Gap),
                Entry::Item(Told::GapPossible) => Err(ReceiveError::GapPossible),
                Entry::Item(Told::Poisoned) => Err(ReceiveError::Poisoned),
                Entry::Item(Told::Interrupted) => Err(ReceiveError::Interrupted),
                Entry::Item(Told::Refused(error)) => Err(error.into()),
                Entry::Missing(missed) => Err(ReceiveError::Lagged { missed }),
            })
        })
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        if let Some(room) = self.room.upgrade() {
            room.unlisten(&self.listener);
        }
    }
}

/// Declares a stream of what is received on a channel.
macro_rules! received {
    ($(#[$doc:meta])* $stream:ident, $item:ident, $decode:path) => {
        $(#[$doc])*
        #[must_use = "a stream that is dropped hears nothing"]
        pub struct $stream<T> {
            receiver: Receiver,
            // It makes values of that type, and holds none.
            item: PhantomData<fn() -> T>,
        }

        impl<T> $stream<T> {
            pub(super) fn new(room: &Rc<Room>, wanted: Wanted, reads: Reads, bounds: Bounds) -> Self {
                $stream { receiver: Receiver::new(room, wanted, reads, bounds), item: PhantomData }
            }
        }

        impl<T: DeserializeOwned> Stream for $stream<T> {
            type Item = Result<$item<T>, ReceiveError>;

            fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
                self.receiver.poll(context, $decode)
            }
        }

        impl<T: DeserializeOwned> FusedStream for $stream<T> {
            fn is_terminated(&self) -> bool {
                self.receiver.has_ended
            }
        }

        impl<T> fmt::Debug for $stream<T> {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.debug_struct(stringify!($stream)).finish_non_exhaustive()
            }
        }
    };
}

received! {
    /// Everything that is received on a channel; see [`Channel::actions`](crate::Channel::actions).
    ///
    /// ```no_run,standalone_crate
    /// # fn demo(channel: xano_wasm::Channel) {
    /// let actions: xano_wasm::Actions<String> = channel.actions();
    /// # }
    /// ```
    Actions, Action, actions::action
}

received! {
    /// The messages of a channel's members; see [`Channel::messages`](crate::Channel::messages).
    ///
    /// ```no_run,standalone_crate
    /// # fn demo(channel: xano_wasm::Channel) {
    /// let messages: xano_wasm::Messages<String> = channel.messages();
    /// # }
    /// ```
    Messages, Message, items::message
}

received! {
    /// What the workspace sends to a channel; see [`Channel::events`](crate::Channel::events).
    ///
    /// ```no_run,standalone_crate
    /// # fn demo(channel: xano_wasm::Channel) {
    /// let events: xano_wasm::Events<String> = channel.events();
    /// # }
    /// ```
    Events, Event, items::event
}

/// Who is on a channel, each time that changes, beginning with who is there now. It holds the newest list alone: an
/// application that is slow sees fewer of them, and misses nothing of what is.
///
/// ```no_run,standalone_crate
/// # async fn demo(channel: xano_wasm::Channel) {
/// use futures::StreamExt;
/// let mut changes = channel.presence_changes();
/// while let Some(present) = changes.next().await {
///     println!("{} are here", present.len());
/// }
/// # }
/// ```
#[must_use = "a stream that is dropped hears nothing"]
pub struct PresenceChanges {
    room: Weak<Room>,
    queue: Rc<Queue<Vec<Client>>>,
}

impl PresenceChanges {
    pub(super) fn new(room: &Rc<Room>) -> Self {
        let queue = Rc::new(Queue::new(Bounds { capacity: 1, when_full: WhenFull::DropOldest }));
        room.watch(queue.clone());
        PresenceChanges { room: Rc::downgrade(room), queue }
    }
}

impl Stream for PresenceChanges {
    type Item = Vec<Client>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match self.queue.poll(context) {
                Poll::Ready(Some(Entry::Missing(_))) => {}
                Poll::Ready(Some(Entry::Item(present))) => return Poll::Ready(Some(present)),
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}

impl Drop for PresenceChanges {
    fn drop(&mut self) {
        if let Some(room) = self.room.upgrade() {
            room.unwatch(&self.queue);
        }
    }
}

impl fmt::Debug for PresenceChanges {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("PresenceChanges").finish_non_exhaustive()
    }
}

/// How a connection stands, beginning with how it stands now; see [`XanoClient::connection_statuses`](crate::XanoClient::connection_statuses).
///
/// ```no_run,standalone_crate
/// # fn demo(client: xano_wasm::XanoClient) {
/// let statuses: xano_wasm::Statuses = client.connection_statuses();
/// # }
/// ```
#[must_use = "a stream that is dropped hears nothing"]
pub struct Statuses {
    client: Weak<Realtime>,
    queue: Rc<Queue<Status>>,
}

impl Statuses {
    pub(super) fn new(client: &Rc<Realtime>, bounds: Bounds) -> Self {
        let queue = Rc::new(Queue::new(bounds));
        client.watch(queue.clone());
        Statuses { client: Rc::downgrade(client), queue }
    }
}

impl Stream for Statuses {
    type Item = Status;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.queue.poll(context).map(|entry| {
            Some(match entry? {
                Entry::Item(status) => status,
                Entry::Missing(missed) => Status::Missed(missed),
            })
        })
    }
}

impl Drop for Statuses {
    fn drop(&mut self) {
        if let Some(client) = self.client.upgrade() {
            client.unwatch(&self.queue);
        }
    }
}

impl fmt::Debug for Statuses {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Statuses").finish_non_exhaustive()
    }
}
