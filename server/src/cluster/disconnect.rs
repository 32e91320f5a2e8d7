//! Disconnects a user from all servers.

use redis::cmd;
use xano_realtime_protocol::frame::Permissions;

use super::Cluster;
use super::Follower;
use super::workspace::{Unavailable, unavailable};

impl Cluster {
    /// Notifies all servers, including this one. A server without a connection to Redis does not receive it.
    pub(super) async fn disconnect(&self, user: Permissions) -> Result<(), Unavailable> {
        let Permissions { dbo_id, row_id } = user;
        let mut connection = self.connection().ok_or(Unavailable)?;
        let mut publish = cmd("PUBLISH");
        publish.arg(self.names.disconnect_notices()).arg(format!("{dbo_id}:{row_id}"));
        publish.exec_async(&mut connection).await.map_err(unavailable)
    }
}

/// Handles the notification that a user was disconnected.
pub(super) fn hear(notice: &str, follower: &dyn Follower) {
    let user = notice
        .split_once(':')
        .and_then(|(table, row)| Some(Permissions { dbo_id: table.parse().ok()?, row_id: row.parse().ok()? }));
    match user {
        Some(user) => follower.disconnect(user),
        None => tracing::error!("the notification of a disconnected user is malformed"),
    }
}
