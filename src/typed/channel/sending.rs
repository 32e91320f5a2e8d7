//! What is said on a channel.

use std::future::Future;

use serde::Serialize;

use super::Channel;
use crate::typed::error::{PublishError, SendError};
use crate::typed::frame::Recipients;
use crate::typed::items::Published;

/// What is said on it.
impl Channel {
    /// Sends a message to every member of the channel. Without a connection it waits for one, in order, unless the channel
    /// was joined otherwise.
    ///
    /// # Errors
    ///
    /// When it is not taken: the payload is nothing for JSON, or 1,000 messages or 1 MiB wait already.
    ///
    /// ```no_run,standalone_crate
    /// # fn demo(channel: xano_wasm::Channel) -> Result<(), xano_wasm::SendError> {
    /// channel.message(&"Assemble!")
    /// # }
    /// ```
    pub fn message<T: Serialize + ?Sized>(&self, payload: &T) -> Result<(), SendError> {
        self.send(Recipients::default(), payload)
    }

    /// Sends a message to the authenticated members alone. The sender has to be one.
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
        self.send(Recipients { authenticated: true, ..Recipients::default() }, payload)
    }

    /// Sends a message to one socket on the channel alone; [`Client::socket_id`](crate::Client::socket_id) names it.
    ///
    /// # Errors
    ///
    /// The same as [`Channel::message`].
    ///
    /// ```no_run,standalone_crate
    /// # fn demo(channel: xano_wasm::Channel) -> Result<(), xano_wasm::SendError> {
    /// for client in channel.get_presence() {
    ///     channel.message_to(&client.socket_id, &"psst")?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn message_to<T: Serialize + ?Sized>(&self, socket_id: &str, payload: &T) -> Result<(), SendError> {
        self.send(Recipients { socket_id: Some(socket_id), ..Recipients::default() }, payload)
    }

    /// Sends a message to every member of the channel, and resolves once the server has taken it. It goes out as soon as it is
    /// called, is kept until it is answered, and is sent again after a reconnect; the server takes it once. The future
    /// always settles; dropping it forgets the answer alone. A server that answers no published messages: it resolves when the
    /// message is handed to the socket.
    ///
    /// # Errors
    ///
    /// When the server refuses, the payload is nothing for JSON, 1,000 messages or 1 MiB wait already, the connection is closed
    /// for good, no answer comes within 15 seconds of connection, the server has restarted and cannot know
    /// ([`Failure::Unconfirmed`](crate::Failure::Unconfirmed)), or the channel is left.
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
        self.room.publish(Recipients::default(), payload)
    }

    /// Publishes a message to the authenticated members alone. The sender has to be one.
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
        self.room.publish(Recipients { authenticated: true, ..Recipients::default() }, payload)
    }

    /// Publishes a message to one socket on the channel alone; [`Client::socket_id`](crate::Client::socket_id) names it.
    ///
    /// # Errors
    ///
    /// The same as [`Channel::publish`].
    ///
    /// ```no_run,standalone_crate
    /// # async fn demo(channel: xano_wasm::Channel) -> Result<(), xano_wasm::PublishError> {
    /// for client in channel.get_presence() {
    ///     channel.publish_to(&client.socket_id, &"psst").await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn publish_to<T: Serialize + ?Sized>(
        &self,
        socket_id: &str,
        payload: &T,
    ) -> impl Future<Output = Result<Published, PublishError>> + use<T> {
        self.room.publish(Recipients { socket_id: Some(socket_id), ..Recipients::default() }, payload)
    }

    fn send<T: Serialize + ?Sized>(&self, recipients: Recipients<'_>, payload: &T) -> Result<(), SendError> {
        self.room.send(recipients, payload, self.queues)
    }
}
