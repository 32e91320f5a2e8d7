//! A channel that was joined: what is asked and heard on it; `sending` has what is said, `typed` the same with messages by
//! their type.

mod sending;
mod typed;

use std::fmt;
use std::future::Future;
use std::rc::Rc;

use serde::de::DeserializeOwned;

use super::actions::{Action, ActionName};
use super::error::{AnswerError, DecodeError, ReceiveError};
use super::items::{self, Message};
use super::listeners::Wanted;
use super::members::Client;
use super::queue::Bounds;
use super::received::Reads;
use super::room::Room;
use super::streams::{Actions, Events, Messages, PresenceChanges};
use super::subscription::Subscription;
pub use typed::TypedChannel;

/// A handle of a channel. The channel is left when the last one is dropped, and its streams end.
///
/// ```no_run,standalone_crate
/// # fn demo(client: xano_wasm::XanoClient) {
/// let channel = client.channel("marvel-chat-room").join();
/// let same = channel.clone();
/// drop(channel); // still there
/// drop(same); // left
/// # }
/// ```
#[derive(Clone)]
#[must_use = "the channel is left when its last handle is dropped"]
pub struct Channel {
    room: Rc<Room>,
    queues: bool,
    bounds: Bounds,
    message_type: Option<Rc<str>>,
}

impl Channel {
    pub(super) fn new(room: Rc<Room>, queues: bool, bounds: Bounds, message_type: Option<Rc<str>>) -> Self {
        Channel { room, queues, bounds, message_type }
    }

    /// What it is called.
    ///
    /// ```no_run,standalone_crate
    /// # fn demo(channel: xano_wasm::Channel) {
    /// assert_eq!(channel.name(), "marvel-chat-room");
    /// # }
    /// ```
    pub fn name(&self) -> &str {
        &self.room.name
    }

    /// The kept messages, oldest first, each as far as it fits the type. Asked for at once, or as soon as there is a
    /// connection, and again where one broke. Dropping the future forgets the question.
    ///
    /// # Errors
    ///
    /// When the server refuses, does not answer within 15 seconds, has closed for good, or the channel is left before
    /// it answers; on Realtime V2, which has no such question.
    ///
    /// ```no_run,standalone_crate
    /// # async fn demo(channel: xano_wasm::Channel) -> Result<(), xano_wasm::AnswerError> {
    /// for message in channel.history::<String>().await?.into_iter().flatten() {
    ///     println!("{}", message.payload);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    // Not an `async fn`: it asks when it is called, and does not hold the channel while it waits.
    pub fn history<T: DeserializeOwned>(
        &self,
    ) -> impl Future<Output = Result<Vec<Result<Message<T>, DecodeError>>, AnswerError>> + use<T> {
        let answer = self.room.ask();
        async move { Ok(items::kept(&answer.await?).collect()) }
    }

    /// Resolves once the server has let this client in, on the current socket. Dropping the future forgets the question.
    ///
    /// # Errors
    ///
    /// The same as [`Channel::history`] on Realtime V1.
    ///
    /// ```no_run,standalone_crate
    /// # async fn demo(channel: xano_wasm::Channel) -> Result<(), xano_wasm::AnswerError> {
    /// channel.joined().await?;
    /// # Ok(())
    /// # }
    /// ```
    // Not an `async fn` either.
    pub fn joined(&self) -> impl Future<Output = Result<(), AnswerError>> + use<> {
        self.room.when_joined()
    }

    /// Who is on the channel now, as far as the server has told. Empty unless it was joined with `presence(true)`; on Realtime
    /// V2, unless the channel has presence, and without this client where no other socket is of its user.
    ///
    /// ```no_run,standalone_crate
    /// # fn demo(channel: xano_wasm::Channel) {
    /// println!("{} are here", channel.get_presence().len());
    /// # }
    /// ```
    #[must_use]
    pub fn get_presence(&self) -> Vec<Client> {
        self.room.present()
    }

    /// Who is on the channel, each time that changes.
    ///
    /// ```no_run,standalone_crate
    /// # fn demo(channel: xano_wasm::Channel) {
    /// let changes = channel.presence_changes();
    /// # }
    /// ```
    pub fn presence_changes(&self) -> PresenceChanges {
        PresenceChanges::new(&self.room)
    }

    /// Calls the closure with every action of that name, or with every action where none is named, until the subscription is
    /// dropped. What is no value, such as a payload that does not fit, reaches each closure.
    ///
    /// ```no_run,standalone_crate
    /// # fn demo(channel: xano_wasm::Channel) {
    /// use xano_wasm::{Action, ActionName};
    /// let subscription = channel.on(ActionName::Message, |action| match action {
    ///     Ok(Action::<String>::Message(message)) => println!("{}", message.payload),
    ///     Ok(_) => {}
    ///     Err(error) => println!("{error}"),
    /// });
    /// # }
    /// ```
    pub fn on<T: DeserializeOwned + 'static>(
        &self,
        action: impl Into<Option<ActionName>>,
        handler: impl FnMut(Result<Action<T>, ReceiveError>) + 'static,
    ) -> Subscription {
        let wanted = Wanted::from(action.into());
        Subscription::start(self.stream(wanted, Reads::Payload), handler)
    }

    /// Everything that is received on the channel from now on.
    ///
    /// ```no_run,standalone_crate
    /// # fn demo(channel: xano_wasm::Channel) {
    /// let actions = channel.actions::<String>();
    /// # }
    /// ```
    pub fn actions<T: DeserializeOwned>(&self) -> Actions<T> {
        self.stream(Wanted::Everything, Reads::Payload)
    }

    /// The messages that are received on the channel from now on, own ones too.
    ///
    /// ```no_run,standalone_crate
    /// # fn demo(channel: xano_wasm::Channel) {
    /// let messages = channel.messages::<String>();
    /// # }
    /// ```
    pub fn messages<T: DeserializeOwned>(&self) -> Messages<T> {
        Messages::new(&self.room, Wanted::Only(ActionName::Message), Reads::Payload, self.bounds)
    }

    /// What the workspace sends to the channel from now on.
    ///
    /// ```no_run,standalone_crate
    /// # fn demo(channel: xano_wasm::Channel) {
    /// let events = channel.events::<String>();
    /// # }
    /// ```
    pub fn events<T: DeserializeOwned>(&self) -> Events<T> {
        Events::new(&self.room, Wanted::Only(ActionName::Event), Reads::Payload, self.bounds)
    }

    /// Realtime V2 acknowledges messages up to that one, at once: for channels with `manual_ack(true)`. Does nothing before the
    /// join, as all of it comes again then, and on V1.
    ///
    /// ```no_run,standalone_crate
    /// # async fn demo(channel: xano_wasm::Channel) {
    /// use futures::StreamExt;
    /// let mut messages = channel.messages::<String>();
    /// while let Some(Ok(message)) = messages.next().await {
    ///     println!("{}", message.payload);
    ///     if let Some(id) = &message.id {
    ///         channel.ack(id);
    ///     }
    /// }
    /// # }
    /// ```
    pub fn ack(&self, cursor: &str) {
        self.room.acknowledge_up_to(cursor);
    }

    /// The same channel with messages by their type.
    ///
    /// ```no_run,standalone_crate
    /// # fn demo(client: xano_wasm::XanoClient) {
    /// #[derive(serde::Serialize, serde::Deserialize)]
    /// #[serde(tag = "type", content = "payload", rename_all = "snake_case")]
    /// enum InRoom {
    ///     Say { text: String },
    ///     Typing(bool),
    /// }
    /// let room = client.channel("rooms/42").join().typed::<InRoom>();
    /// # }
    /// ```
    pub fn typed<M>(&self) -> TypedChannel<M> {
        TypedChannel::new(self.clone())
    }

    fn stream<T>(&self, wanted: Wanted, reads: Reads) -> Actions<T> {
        Actions::new(&self.room, wanted, reads, self.bounds)
    }
}

impl fmt::Debug for Channel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Channel").field("name", &self.room.name).finish_non_exhaustive()
    }
}
