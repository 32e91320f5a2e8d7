//! The endpoint with live numbers for the settings panel.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use crate::exchange::Exchange;
use crate::hub::{Census, ChannelView};

/// A snapshot of the server. The counters only grow: the difference of two snapshots is a rate.
#[derive(Debug, Serialize)]
pub(super) struct Live {
    /// Milliseconds since the start of the server. A smaller value than before means that the server was restarted.
    uptime_ms: u64,
    connections: usize,
    members: usize,
    messages_received: u64,
    messages_delivered: u64,
    errors: u64,
    slow_consumers: u64,
    /// The number of channels with at least one member. It may exceed the length of `channels`.
    channels_in_use: usize,
    /// The channels with the most members, largest first.
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

/// The length of the list is bounded. The panel's user cannot read more.
const CHANNELS_LISTED: usize = 500;
