//! A channel with messages by their type.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Channel;
use crate::typed::actions::{Action, ActionName};
use crate::typed::error::{PublishError, ReceiveError, SendError};
use crate::typed::items::Published;
use crate::typed::listeners::Wanted;
use crate::typed::received::Reads;
use crate::typed::recipient::{Address, Recipient};
use crate::typed::streams::{Actions, Messages};
use crate::typed::subscription::Subscription;

/// A channel of Realtime V2 whose messages are one enum: its tag is the `type` of a message, its content the payload. What
/// fits none of its variants is told by [`ReceiveError::Decode`], with the path `type` where it is the type, and with the
/// whole frame. On V1, which has no types, all of a message is the payload.
///
/// ```no_run,standalone_crate
/// # async fn demo(channel: xano_wasm::Channel) -> Result<(), xano_wasm::SendError> {
/// use futures::StreamExt;
///
/// #[derive(serde::Serialize, serde::Deserialize)]
/// #[serde(tag = "type", content = "payload", rename_all = "snake_case")]
/// enum InRoom {
///     Say { text: String },
///     Typing(bool),
/// }
///
/// let room = channel.typed::<InRoom>();
/// room.message(&InRoom::Say { text: "Hello, Avengers".into() })?;
/// let mut messages = room.messages();
/// while let Some(item) = messages.next().await {
///     match item.map(|message| message.payload) {
///         Ok(InRoom::Say { text }) => println!("{text}"),
///         Ok(InRoom::Typing(typing)) => println!("typing: {typing}"),
///         Err(error) => println!("{error}"),
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "the channel is left when its last handle is dropped"]
pub struct TypedChannel<M> {
    channel: Channel,
    // It makes and takes values of that type, and holds none.
    message: PhantomData<fn(M) -> M>,
}

impl<M> TypedChannel<M> {
    pub(super) fn new(channel: Channel) -> Self {
        TypedChannel { channel, message: PhantomData }
    }

    /// The channel without the types: presence, joins, acknowledgements.
    ///
    /// ```no_run,standalone_crate
    /// # fn demo(room: xano_wasm::TypedChannel<String>) {
    /// println!("{} are here", room.channel().get_presence().len());
    /// # }
    /// ```
    pub fn channel(&self) -> &Channel {
        &self.channel
    }
}

impl<M: Serialize> TypedChannel<M> {
    /// Sends a message; see [`Channel::message`].
    ///
    /// # Errors
    ///
    /// The same as [`Channel::message`].
    ///
    /// ```no_run,standalone_crate
    /// # fn demo<M: serde::Serialize>(room: xano_wasm::TypedChannel<M>, message: M) -> Result<(), xano_wasm::SendError> {
    /// room.message(&message)
    /// # }
    /// ```
    pub fn message(&self, message: &M) -> Result<(), SendError> {
        self.send(Recipient::Everyone, message)
    }

    /// Sends a private message; see [`Channel::message_to`].
    ///
    /// # Errors
    ///
    /// The same as [`Channel::message_to`].
    ///
    /// ```no_run,standalone_crate
    /// # fn demo<M: serde::Serialize>(room: xano_wasm::TypedChannel<M>, message: M) -> Result<(), xano_wasm::SendError> {
    /// for member in room.channel().get_presence() {
    ///     room.message_to(&member, &message)?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn message_to<A: Address + ?Sized>(&self, address: &A, message: &M) -> Result<(), SendError> {
        self.send(address.recipient(), message)
    }

    /// Publishes a message; see [`Channel::publish`].
    ///
    /// # Errors
    ///
    /// The same as [`Channel::publish`].
    ///
    /// ```no_run,standalone_crate
    /// # async fn demo<M: serde::Serialize>(room: xano_wasm::TypedChannel<M>, message: M) -> Result<(), xano_wasm::PublishError> {
    /// let receipt = room.publish(&message).await?;
    /// println!("{:?} got it", receipt.delivered);
    /// # Ok(())
    /// # }
    /// ```
    pub fn publish(&self, message: &M) -> impl Future<Output = Result<Published, PublishError>> + use<M> {
        let room = &self.channel.room;
        room.publish(room.compose_typed(Recipient::Everyone, message))
    }

    /// Publishes a private message; see [`Channel::publish_to`].
    ///
    /// # Errors
    ///
    /// The same as [`Channel::publish_to`].
    ///
    /// ```no_run,standalone_crate
    /// # async fn demo<M: serde::Serialize>(room: xano_wasm::TypedChannel<M>, message: M) -> Result<(), xano_wasm::PublishError> {
    /// for member in room.channel().get_presence() {
    ///     room.publish_to(&member, &message).await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn publish_to<A: Address + ?Sized>(
        &self,
        address: &A,
        message: &M,
    ) -> impl Future<Output = Result<Published, PublishError>> + use<A, M> {
        let room = &self.channel.room;
        room.publish(room.compose_typed(address.recipient(), message))
    }

    fn send(&self, recipient: Recipient<'_>, message: &M) -> Result<(), SendError> {
        let room = &self.channel.room;
        room.send(room.compose_typed(recipient, message), self.channel.queues)
    }
}

impl<M: DeserializeOwned> TypedChannel<M> {
    /// The messages that are received from now on, own ones too; see [`Channel::messages`].
    ///
    /// ```no_run,standalone_crate
    /// # fn demo<M: serde::de::DeserializeOwned>(room: xano_wasm::TypedChannel<M>) {
    /// let messages = room.messages();
    /// # }
    /// ```
    pub fn messages(&self) -> Messages<M> {
        let Channel { room, bounds, .. } = &self.channel;
        Messages::new(room, Wanted::Only(ActionName::Message), Reads::TypeAndPayload, *bounds)
    }

    /// Everything that is received from now on; see [`Channel::actions`].
    ///
    /// ```no_run,standalone_crate
    /// # fn demo<M: serde::de::DeserializeOwned>(room: xano_wasm::TypedChannel<M>) {
    /// let actions = room.actions();
    /// # }
    /// ```
    pub fn actions(&self) -> Actions<M> {
        self.channel.stream(Wanted::Everything, Reads::TypeAndPayload)
    }

    /// Calls the closure with every action of that name, or with every action where none is named; see [`Channel::on`].
    ///
    /// ```no_run,standalone_crate
    /// # fn demo<M: serde::de::DeserializeOwned + 'static>(room: xano_wasm::TypedChannel<M>) {
    /// use xano_wasm::ActionName;
    /// let subscription = room.on(ActionName::Message, |action| println!("{}", action.is_ok()));
    /// # }
    /// ```
    pub fn on(
        &self,
        action: impl Into<Option<ActionName>>,
        handler: impl FnMut(Result<Action<M>, ReceiveError>) + 'static,
    ) -> Subscription
    where
        M: 'static,
    {
        Subscription::start(self.channel.stream(Wanted::from(action.into()), Reads::TypeAndPayload), handler)
    }
}

impl<M> Clone for TypedChannel<M> {
    fn clone(&self) -> Self {
        TypedChannel::new(self.channel.clone())
    }
}

impl<M> fmt::Debug for TypedChannel<M> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("TypedChannel").field("name", &self.channel.name()).finish_non_exhaustive()
    }
}
