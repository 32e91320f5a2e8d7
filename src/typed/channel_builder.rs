//! A channel that is still to be joined, and its options.

use std::fmt;
use std::rc::Rc;

use super::channel::Channel;
use super::queue::{Bounds, WhenFull};
use super::realtime::Realtime;
use crate::engine::JoinOptions;

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
    client: Rc<Realtime>,
    name: String,
    options: JoinOptions,
    queues: bool,
    bounds: Bounds,
    message_type: Option<Rc<str>>,
    manual_ack: bool,
}

impl ChannelBuilder {
    pub(super) fn new(client: Rc<Realtime>, name: String, bounds: Bounds) -> Self {
        let options = JoinOptions::NONE;
        ChannelBuilder { client, name, options, queues: true, bounds, message_type: None, manual_ack: false }
    }

    /// Whether the server shall tell who is there, and who comes and goes. On Realtime V2 the settings of the channel decide.
    /// Default: no.
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
    /// [`Channel::actions`]. On Realtime V2 the settings of the channel decide whether a transcript comes. Default: no.
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

    /// Whether the server shall be asked, after an interruption, for the messages and events that were missed. They come in
    /// the same streams, `replayed`; what cannot be had any more is told by [`ReceiveError::Gap`]. Where the server does not keep
    /// count they are looked for in the channel's history, and [`ReceiveError::GapPossible`] says that nothing certain can be
    /// said. Default: no, and [`ReceiveError::Interrupted`] says that something may be missing. On Realtime V2, what was missed
    /// comes by itself where the channel delivers at least once; elsewhere, `GapPossible` takes the place of `Interrupted`.
    ///
    /// [`ReceiveError::Gap`]: crate::ReceiveError::Gap
    /// [`ReceiveError::GapPossible`]: crate::ReceiveError::GapPossible
    /// [`ReceiveError::Interrupted`]: crate::ReceiveError::Interrupted
    ///
    /// ```no_run,standalone_crate
    /// # fn demo(client: xano_wasm::XanoClient) {
    /// let channel = client.channel("orders").recover(true).join();
    /// # }
    /// ```
    pub fn recover(mut self, wished: bool) -> Self {
        self.options = self.options.with(JoinOptions::RECOVER, wished);
        self
    }

    /// Whether what is sent on this handle waits while there is no connection, at most 1,000 messages or 1 MiB; if not, it is
    /// refused. Default: it waits.
    ///
    /// ```no_run,standalone_crate
    /// # fn demo(client: xano_wasm::XanoClient) {
    /// let channel = client.channel("cursors").queue_offline_actions(false).join();
    /// # }
    /// ```
    pub fn queue_offline_actions(mut self, wished: bool) -> Self {
        self.queues = wished;
        self
    }

    /// Realtime V2: the type of what is sent on this handle, one of the channel's messages. Without one, a message is refused
    /// with [`SendError::NoType`](crate::SendError::NoType). Default: none.
    ///
    /// ```no_run,standalone_crate
    /// # fn demo(client: xano_wasm::XanoClient) {
    /// let channel = client.channel("rooms/42").message_type("send").join();
    /// # }
    /// ```
    pub fn message_type(mut self, name: &str) -> Self {
        self.message_type = Some(name.into());
        self
    }

    /// Realtime V2: whether the application acknowledges by itself, with [`Channel::ack`]. What it has not acknowledged comes
    /// again behind the next join, also what was handled. Where one handle wishes it, it holds for all of that channel.
    /// Default: no, and a message is acknowledged once its last clone is dropped.
    ///
    /// ```no_run,standalone_crate
    /// # fn demo(client: xano_wasm::XanoClient) {
    /// let channel = client.channel("orders/7").manual_ack(true).join();
    /// # }
    /// ```
    pub fn manual_ack(mut self, wished: bool) -> Self {
        self.manual_ack = wished;
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
        let room = self.client.room(self.name);
        room.join(self.options, self.manual_ack);
        Channel::new(room, self.queues, self.bounds, self.message_type)
    }
}

impl fmt::Debug for ChannelBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ChannelBuilder").field("name", &self.name).finish_non_exhaustive()
    }
}
