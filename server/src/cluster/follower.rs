//! The interface between the cluster and the server that it belongs to.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Instant;

use xano_realtime_protocol::frame::Permissions;

use crate::hub::LogInput;
use crate::settings::Settings;

/// The server's side of the cluster: it follows the shared log.
pub(crate) trait Follower: Debug + Send + Sync {
    /// Handles a replica event: a server, possibly this one, has changed a channel. The output may wait until the next
    /// [`flush`](Self::flush).
    fn notice(&self, channel: &str, notice: &str);

    /// Flushes the outboxes that replica events have filled.
    fn flush(&self);

    /// Handles a reply, or a notification that concerns all channels.
    fn handle(&self, input: LogInput<'_>);

    /// Puts settings in force on a server without a shared log.
    fn apply(&self, settings: Settings);

    /// Advances the clock of the hub. It is called every few seconds.
    fn advance(&self);

    /// Returns the replicated channels, each with the number of messages that it keeps.
    fn channels(&self) -> Vec<(Arc<str>, usize)>;

    /// Passes the settings in force to `read`.
    fn read_settings(&self, read: &mut dyn FnMut(&Settings));

    /// Closes the sockets of a user on this server.
    fn disconnect(&self, user: Permissions);

    /// Records the latency of a message that is now in the log and on its way to all recipients.
    fn queued_for_all(&self, received: Instant);
}
