//! What the cluster asks of the server that it is part of.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Instant;

use xano_realtime_protocol::frame::Permissions;

use crate::hub::LogInput;
use crate::settings::Settings;

/// A server that follows the shared log.
pub(crate) trait Follower: Debug + Send + Sync {
    /// A server, this one included, did something on a channel. What follows from it may wait until the next
    /// [`flush`](Self::flush).
    fn notice(&self, channel: &str, notice: &str);

    /// Has everything written that notices led to.
    fn flush(&self);

    /// The log answers, or says something about all channels.
    fn handle(&self, input: LogInput<'_>);

    /// Puts settings in force on this server, where it shares them with no other.
    fn apply(&self, settings: Settings);

    /// Does what is due after a while. Called every few seconds.
    fn advance(&self);

    /// The channels that are followed here, with how many messages are kept of each.
    fn channels(&self) -> Vec<(Arc<str>, usize)>;

    /// Shows the settings in force.
    fn read_settings(&self, read: &mut dyn FnMut(&Settings));

    /// Closes the sockets of a user.
    fn disconnect(&self, user: Permissions);

    /// A message that arrived at this server then is in the log, and is on its way to all its recipients.
    fn queued_for_all(&self, received: Instant);
}
