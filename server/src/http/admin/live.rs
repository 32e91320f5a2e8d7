//! What goes on right now, for the settings panel.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use crate::exchange::Exchange;
use crate::hub::{Census, ChannelView};

/// A look at the server. The counters only grow: two looks make a rate.
#[derive(Debug, Serialize)]
pub(super) struct Live {
    /// Since the start of the server; a smaller one means that it started again.
    uptime_ms: u64,
    connections: usize,
    members: usize,
    messages_received: u64,
    messages_delivered: u64,
    errors: u64,
    slow_consumers: u64,
    /// Channels that somebody is on; more than are listed, perhaps.
    channels_in_use: usize,
    /// Those with the most members first.
    channels: Vec<ChannelView>,
}

pub(super) async fn live(State(exchange): State<Arc<Exchange>>) -> Json<Live> {
    let Census { connections, channels, members, .. } = exchange.census();
    let metrics = &exchange.metrics;
    Json(Live {
        uptime_ms: metrics.uptime().as_millis().try_into().unwrap_or(u64::MAX),
        connections,
        members,
        messages_received: metrics.messages_received.get(),
        messages_delivered: metrics.messages_delivered.get(),
        errors: metrics.errors(),
        slow_consumers: metrics.slow_consumers.get(),
        channels_in_use: channels,
        channels: exchange.largest_channels(CHANNELS_LISTED),
    })
}

/// More than anybody looks at.
const CHANNELS_LISTED: usize = 500;
