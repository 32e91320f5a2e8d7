//! A channel: how it is joined, and what is done on it.

use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;

use futures::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::connection::Connection;
use super::error::{DecodeError, HistoryError, SendError};
use super::frame::Recipients;
use super::items::{self, Client, Message};
use super::queue::{Bounds, WhenFull};
use super::room::Room;
use super::streams::{Actions, Events, Messages, PresenceChanges};
use crate::engine::JoinOptions;

/// How long the server may take to answer.
const ANSWER_DEADLINE_MS: u32 = 15_000;

/// A channel that is still to be joined.
///
/// ```no_run,standalone_crate
/// # fn demo(client: xano_wasm::XanoClient) {
/// let channel = client.channel("marvel-chat-room").presence(true).history(true).join();
/// # }
/// ```
#[derive(Clone)]
#[must_use = "nothing happens before join()"]
pub struct ChannelBuilder {
    connection: Rc<Connection>,
    name: String,
    options: JoinOptions,
    bounds: Bounds,
}

impl ChannelBuilder {
    pub(super) fn new(connection: Rc<Connection>, name: String, bounds: Bounds) -> Self {
        ChannelBuilder { connection, name, options: JoinOptions::NONE, bounds }
    }

    /// Whether the server shall tell who is there, and who comes and goes. Default: no.
    ///
    /// ```no_run,standalone_crate
    /// # fn demo(client: xano_wasm::XanoClient) {
    /// let channel = client.channel("marvel-chat-room").presence(true).join();
    /// # }
    /// ```
    pub fn presence(mut self, wished: bool) -> Self {
        self.options = self.options.with(JoinOptions::PRESENCE, wished);
        self
    }

    /// Whether the server shall send the kept messages on arrival: an [`Action::History`](crate::Action::History) of
    /// [`Channel::actions`]. Default: no.
    ///
    /// ```no_run,standalone_crate
    /// # fn demo(client: xano_wasm::XanoClient) {
    /// let channel = client.channel("marvel-chat-room").history(true).join();
    /// # }
    /// ```
    pub fn history(mut self, wished: bool) -> Self {
        self.options = self.options.with(JoinOptions::HISTORY, wished);
        self
    }

    /// How many items each stream of this handle holds. Default: what the client's builder says.
    ///
    /// ```no_run,standalone_crate
    /// # fn demo(client: xano_wasm::XanoClient) {
    /// let channel = client.channel("telemetry").stream_capacity(50).join();
    /// # }
    /// ```
    pub fn stream_capacity(mut self, items: usize) -> Self {
        self.bounds.capacity = items.max(1);
        self
    }

    /// What happens when a stream of this handle is full. Default: what the client's builder says.
    ///
    /// ```no_run,standalone_crate
    /// # fn demo(client: xano_wasm::XanoClient) {
    /// use xano_wasm::WhenFull;
    /// let channel = client.channel("orders").when_full(WhenFull::DropNewest).join();
    /// # }
    /// ```
    pub fn when_full(mut self, policy: WhenFull) -> Self {
        self.bounds.when_full = policy;
        self
    }

    /// Joins the channel, as soon as there is a connection. A channel of that name that is joined already is the same
    /// one, with the options of both.
    ///
    /// ```no_run,standalone_crate
    /// # fn demo(client: xano_wasm::XanoClient) {
    /// let channel = client.channel("marvel-chat-room").join();
    /// # }
    /// ```
    #[must_use = "the channel is left when its last handle is dropped"]
    pub fn join(self) -> Channel {
        let room = self.connection.room(&self.name);
        room.join(self.options);
        Channel { room, bounds: self.bounds }
    }
}

impl fmt::Debug for ChannelBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ChannelBuilder").field("name", &self.name).finish_non_exhaustive()
    }
}

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
    bounds: Bounds,
}

impl Channel {
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

    /// Sends a message to every member of the channel. Without a connection it waits for one, in order, unless the client
    /// was built otherwise.
    ///
    /// # Errors
    ///
    /// When it is not taken: the payload is nothing for JSON, or 1,000 messages or 1 MiB wait already.
    ///
    /// ```no_run,standalone_crate
    /// # fn demo(channel: xano_wasm::Channel) -> Result<(), xano_wasm::SendError> {
    /// channel.send(&"Assemble!")
    /// # }
    /// ```
    pub fn send<T: Serialize + ?Sized>(&self, payload: &T) -> Result<(), SendError> {
        self.room.send(Recipients::default(), payload)
    }

    /// Sends a message to the authenticated members alone. The sender has to be one.
    ///
    /// # Errors
    ///
    /// The same as [`Channel::send`].
    ///
    /// ```no_run,standalone_crate
    /// # fn demo(channel: xano_wasm::Channel) -> Result<(), xano_wasm::SendError> {
    /// channel.send_to_authenticated(&"the code is 1963")
    /// # }
    /// ```
    pub fn send_to_authenticated<T: Serialize + ?Sized>(&self, payload: &T) -> Result<(), SendError> {
        self.room.send(Recipients { authenticated: true, ..Recipients::default() }, payload)
    }

    /// Sends a message to one socket on the channel alone; [`Client::socket_id`] names it.
    ///
    /// # Errors
    ///
    /// The same as [`Channel::send`].
    ///
    /// ```no_run,standalone_crate
    /// # fn demo(channel: xano_wasm::Channel) -> Result<(), xano_wasm::SendError> {
    /// for client in channel.presence() {
    ///     channel.message_to(&client.socket_id, &"psst")?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn message_to<T: Serialize + ?Sized>(&self, socket_id: &str, payload: &T) -> Result<(), SendError> {
        self.room.send(Recipients { socket_id: Some(socket_id), ..Recipients::default() }, payload)
    }

    /// The kept messages, oldest first, each as far as it fits the type. Asked for at once, or as soon as there is a
    /// connection, and again where one broke. Dropping the future forgets the question.
    ///
    /// # Errors
    ///
    /// When the server refuses, does not answer within 15 seconds, or the channel is left before it answers.
    ///
    /// ```no_run,standalone_crate
    /// # async fn demo(channel: xano_wasm::Channel) -> Result<(), xano_wasm::HistoryError> {
    /// for message in channel.history::<String>().await?.into_iter().flatten() {
    ///     println!("{}", message.payload);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    // Not an `async fn`: it asks when it is called, and does not hold the channel while it waits.
    pub fn history<T: DeserializeOwned>(
        &self,
    ) -> impl Future<Output = Result<Vec<Result<Message<T>, DecodeError>>, HistoryError>> + use<T> {
        let answered = self.room.ask();
        async move {
            match select(answered, pin!(TimeoutFuture::new(ANSWER_DEADLINE_MS))).await {
                Either::Left((Ok(answer), _)) => Ok(items::kept(&answer?).collect()),
                Either::Left((Err(_), _)) => Err(HistoryError::Closed),
                Either::Right(_) => Err(HistoryError::TimedOut),
            }
        }
    }

    /// Who is on the channel now, as far as the server has told. Empty unless it was joined with `presence(true)`.
    ///
    /// ```no_run,standalone_crate
    /// # fn demo(channel: xano_wasm::Channel) {
    /// println!("{} are here", channel.presence().len());
    /// # }
    /// ```
    #[must_use]
    pub fn presence(&self) -> Vec<Client> {
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

    /// Everything that is received on the channel from now on.
    ///
    /// ```no_run,standalone_crate
    /// # fn demo(channel: xano_wasm::Channel) {
    /// let actions = channel.actions::<String>();
    /// # }
    /// ```
    pub fn actions<T: DeserializeOwned>(&self) -> Actions<T> {
        Actions::new(&self.room, self.bounds)
    }

    /// The messages that are received on the channel from now on, own ones too.
    ///
    /// ```no_run,standalone_crate
    /// # fn demo(channel: xano_wasm::Channel) {
    /// let messages = channel.messages::<String>();
    /// # }
    /// ```
    pub fn messages<T: DeserializeOwned>(&self) -> Messages<T> {
        Messages::new(&self.room, self.bounds)
    }

    /// What the workspace sends to the channel from now on.
    ///
    /// ```no_run,standalone_crate
    /// # fn demo(channel: xano_wasm::Channel) {
    /// let events = channel.events::<String>();
    /// # }
    /// ```
    pub fn events<T: DeserializeOwned>(&self) -> Events<T> {
        Events::new(&self.room, self.bounds)
    }
}

impl fmt::Debug for Channel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Channel").field("name", &self.room.name).finish_non_exhaustive()
    }
}
