//! What is said on a channel.

use std::future::Future;

use serde::Serialize;

use super::Channel;
use crate::typed::error::{PublishError, SendError, Unsendable};
use crate::typed::items::Published;
use crate::typed::recipient::{Address, Recipient};
use crate::typed::room::Composed;

/// What is said on it.
impl Channel {
    /// Sends a message to every member of the channel. Without a connection it waits for one, in order, unless the channel
    /// was joined otherwise.
    ///
    /// # Errors
    ///
    /// When it is not taken: the payload is nothing for JSON, it has no type on Realtime V2, or 1,000 messages or 1 MiB wait
    /// already.
    ///
    /// ```no_run,standalone_crate
    /// # fn demo(channel: xano_wasm::Channel) -> Result<(), xano_wasm::SendError> {
    /// channel.message(&"Assemble!")
    /// # }
    /// ```
    pub fn message<T: Serialize + ?Sized>(&self, payload: &T) -> Result<(), SendError> {
        self.send(Recipient::Everyone, payload)
    }

    /// Sends a message to the authenticated members alone, on Realtime V1. The sender has to be one.
    ///
    /// # Errors
    ///
    /// The same as [`Channel::message`].
    ///
    /// ```no_run,standalone_crate
    /// # fn demo(channel: xano_wasm::Channel) -> Result<(), xano_wasm::SendError> {
    /// channel.message_to_authenticated(&"the code is 1963")
    /// # }
    /// ```
    pub fn message_to_authenticated<T: Serialize + ?Sized>(&self, payload: &T) -> Result<(), SendError> {
        self.send(Recipient::Authenticated, payload)
    }

    /// Sends a private message: on Realtime V1 to one socket on the channel, on V2 to one user with every socket.
    ///
    /// # Errors
    ///
    /// The same as [`Channel::message`], and where there is no such recipient.
    ///
    /// ```no_run,standalone_crate
    /// # fn demo(channel: xano_wasm::Channel) -> Result<(), xano_wasm::SendError> {
    /// for client in channel.get_presence() {
    ///     channel.message_to(&client, &"psst")?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn message_to<A, T>(&self, address: &A, payload: &T) -> Result<(), SendError>
    where
        A: Address + ?Sized,
        T: Serialize + ?Sized,
    {
        self.send(address.recipient(), payload)
    }

    /// Sends a message to every member of the channel, and resolves once the server has taken it. It goes out as soon as it is
    /// called, is kept until it is answered, and is sent again after a reconnect; the server takes it once. The future
    /// always settles; dropping it forgets the answer alone. Where the server answers no published messages, it is sent once,
    /// and the future resolves when the message comes back, or, on a channel that recovers, when it is in what was missed; a
    /// private one does not come back, and counts as taken when it is handed to the socket. On Realtime V2 it is sent once, and
    /// the future resolves with its receipt.
    ///
    /// # Errors
    ///
    /// When the server refuses, the payload is nothing for JSON, it has no type on Realtime V2, 1,000 messages or 1 MiB wait
    /// already, the connection is closed for good, no answer comes within 15 seconds of connection, the channel is left, or it
    /// cannot be known whether the server has it ([`Failure::Unconfirmed`](crate::Failure::Unconfirmed)): it has restarted, or
    /// answers no published messages, or on V2 the connection ended.
    ///
    /// ```no_run,standalone_crate
    /// # async fn demo(channel: xano_wasm::Channel) -> Result<(), xano_wasm::PublishError> {
    /// channel.publish(&"Assemble!").await?;
    /// # Ok(())
    /// # }
    /// ```
    // Not an `async fn`: it publishes when it is called, and does not hold the channel while it waits.
    pub fn publish<T: Serialize + ?Sized>(
        &self,
        payload: &T,
    ) -> impl Future<Output = Result<Published, PublishError>> + use<T> {
        self.room.publish(self.compose(Recipient::Everyone, payload))
    }

    /// Publishes a message to the authenticated members alone, on Realtime V1. The sender has to be one.
    ///
    /// # Errors
    ///
    /// The same as [`Channel::publish`].
    ///
    /// ```no_run,standalone_crate
    /// # async fn demo(channel: xano_wasm::Channel) -> Result<(), xano_wasm::PublishError> {
    /// channel.publish_to_authenticated(&"the code is 1963").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn publish_to_authenticated<T: Serialize + ?Sized>(
        &self,
        payload: &T,
    ) -> impl Future<Output = Result<Published, PublishError>> + use<T> {
        self.room.publish(self.compose(Recipient::Authenticated, payload))
    }

    /// Publishes a private message: on Realtime V1 to one socket on the channel, on V2 to one user with every socket.
    ///
    /// # Errors
    ///
    /// The same as [`Channel::publish`], and where there is no such recipient.
    ///
    /// ```no_run,standalone_crate
    /// # async fn demo(channel: xano_wasm::Channel) -> Result<(), xano_wasm::PublishError> {
    /// for client in channel.get_presence() {
    ///     channel.publish_to(&client, &"psst").await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn publish_to<A, T>(
        &self,
        address: &A,
        payload: &T,
    ) -> impl Future<Output = Result<Published, PublishError>> + use<A, T>
    where
        A: Address + ?Sized,
        T: Serialize + ?Sized,
    {
        self.room.publish(self.compose(address.recipient(), payload))
    }

    /// The same channel, with another type of what is sent on the handle; see
    /// [`ChannelBuilder::message_type`](crate::ChannelBuilder::message_type).
    ///
    /// ```no_run,standalone_crate
    /// # fn demo(channel: xano_wasm::Channel) -> Result<(), xano_wasm::SendError> {
    /// channel.with_message_type("typing").message(&true)
    /// # }
    /// ```
    pub fn with_message_type(&self, name: &str) -> Channel {
        Channel { message_type: Some(name.into()), ..self.clone() }
    }

    fn send<T: Serialize + ?Sized>(&self, recipient: Recipient<'_>, payload: &T) -> Result<(), SendError> {
        self.room.send(self.compose(recipient, payload), self.queues)
    }

    fn compose<T: Serialize + ?Sized>(&self, recipient: Recipient<'_>, payload: &T) -> Result<Composed, Unsendable> {
        self.room.compose(recipient, self.message_type.as_deref(), payload)
    }
}
