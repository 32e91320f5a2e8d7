//! What goes on right now, for the settings panel.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use crate::exchange::Exchange;
use crate::hub::ChannelView;

/// A look at the server. The counters only grow: two looks make a rate.
#[derive(Debug, Serialize)]
pub(crate) struct Live {
    /// Since the start of the server; a smaller one means that it started again.
    pub(crate) uptime_ms: u64,
    pub(crate) connections: usize,
    pub(crate) members: usize,
    pub(crate) messages_received: u64,
    pub(crate) messages_delivered: u64,
    pub(crate) errors: u64,
    pub(crate) slow_consumers: u64,
    /// Channels that somebody is on; more than are listed, perhaps.
    pub(crate) channels_in_use: usize,
    /// Those with the most members first.
    pub(crate) channels: Vec<ChannelView>,
}

pub(super) async fn live(State(exchange): State<Arc<Exchange>>) -> Json<Live> {
    Json(exchange.live(CHANNELS_LISTED))
}

/// More than anybody looks at.
const CHANNELS_LISTED: usize = 500;
