//! The metrics of the server, for `/metrics` and for the admin's endpoints.

use std::time::{Duration, Instant};

use prometheus::{Encoder, Histogram, HistogramOpts, IntCounter, IntCounterVec, IntGauge, Opts, Registry, TextEncoder};

use crate::hub::{Answer, Census, Code};
use crate::logging::{DroppedLines, LineRate};

/// The counters of one server.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    started: Instant,
    connections: IntGauge,
    pub(crate) unauthenticated: IntGauge,
    channels: IntGauge,
    members: IntGauge,
    history_bytes: IntGauge,
    outbox_bytes: IntGauge,
    pub(crate) accept_errors: IntCounter,
    pub(crate) messages_received: IntCounter,
    pub(crate) messages_delivered: IntCounter,
    errors: IntCounterVec,
    pub(crate) slow_consumers: IntCounter,
    left_out: IntCounter,
    latency: Histogram,
    trigger_latency: Histogram,
    trigger_busy: IntCounter,
    /// The log counts its lost lines itself, because it starts before the server.
    dropped_log_lines: DroppedLines,
    log_lines_dropped: IntCounter,
}

impl Metrics {
    pub(crate) fn new(dropped_log_lines: DroppedLines) -> Result<Metrics, prometheus::Error> {
        let latency = HistogramOpts::new(
            "xano_delivery_seconds",
            "Time from receiving a message until it is queued for its last recipient.",
        );
        let trigger_latency = HistogramOpts::new(
            "xano_trigger_seconds",
            "Time from a question to a trigger until its answer or failure, including the time in the queue.",
        );
        let errors = Opts::new("xano_errors_total", "Error frames sent, by code.");
        let metrics = Metrics {
            registry: Registry::new(),
            started: Instant::now(),
            connections: IntGauge::new("xano_connections", "Open sockets.")?,
            unauthenticated: IntGauge::new(
                "xano_connections_unauthenticated",
                "TCP connections that have not become a socket.",
            )?,
            channels: IntGauge::new("xano_channels", "Channels with at least one member.")?,
            members: IntGauge::new("xano_members", "Members of all channels; a socket counts once per channel.")?,
            history_bytes: IntGauge::new("xano_history_bytes", "Memory that the histories of all channels take.")?,
            outbox_bytes: IntGauge::new("xano_outbox_bytes", "Bytes that wait to be written to sockets.")?,
            accept_errors: IntCounter::new(
                "xano_accept_errors_total",
                "Failed attempts to accept a connection, for example without free descriptors.",
            )?,
            messages_received: IntCounter::new("xano_messages_received_total", "Messages that clients sent.")?,
            messages_delivered: IntCounter::new(
                "xano_messages_delivered_total",
                "Messages and events queued, once per recipient.",
            )?,
            errors: IntCounterVec::new(errors, &["code"])?,
            slow_consumers: IntCounter::new(
                "xano_slow_consumers_total",
                "Sockets closed because their client read too slowly.",
            )?,
            left_out: IntCounter::new(
                "xano_left_out_total",
                "Recipients of a message of V2 that do not get it, because too many bytes wait for the deliver trigger.",
            )?,
            latency: Histogram::with_opts(latency.buckets(LATENCY_BUCKETS_S.to_vec()))?,
            trigger_latency: Histogram::with_opts(trigger_latency.buckets(TRIGGER_BUCKETS_S.to_vec()))?,
            trigger_busy: IntCounter::new(
                "xano_trigger_busy_total",
                "Questions to triggers that were refused because the queue was full.",
            )?,
            dropped_log_lines,
            log_lines_dropped: IntCounter::new(
                "xano_log_lines_dropped_total",
                "Log lines that were lost because standard error accepted no more.",
            )?,
        };
        for code in Code::ALL {
            metrics.errors.with_label_values(&[code.name()]);
        }
        let Metrics { registry, connections, channels, members, messages_received, .. } = &metrics;
        registry.register(Box::new(connections.clone()))?;
        registry.register(Box::new(metrics.unauthenticated.clone()))?;
        registry.register(Box::new(metrics.accept_errors.clone()))?;
        registry.register(Box::new(channels.clone()))?;
        registry.register(Box::new(members.clone()))?;
        registry.register(Box::new(metrics.history_bytes.clone()))?;
        registry.register(Box::new(metrics.outbox_bytes.clone()))?;
        registry.register(Box::new(messages_received.clone()))?;
        registry.register(Box::new(metrics.messages_delivered.clone()))?;
        registry.register(Box::new(metrics.errors.clone()))?;
        registry.register(Box::new(metrics.slow_consumers.clone()))?;
        registry.register(Box::new(metrics.left_out.clone()))?;
        registry.register(Box::new(metrics.latency.clone()))?;
        registry.register(Box::new(metrics.trigger_latency.clone()))?;
        registry.register(Box::new(metrics.trigger_busy.clone()))?;
        registry.register(Box::new(metrics.log_lines_dropped.clone()))?;
        Ok(metrics)
    }

    /// Counts a message or an event that was queued for this number of sockets.
    pub(crate) fn delivered(&self, sockets: usize) {
        self.messages_delivered.inc_by(u64::try_from(sockets).unwrap_or(u64::MAX));
    }

    /// Counts a refusal with this code that was queued for this number of sockets.
    pub(crate) fn refused(&self, code: Code, sockets: usize) {
        self.errors.with_label_values(&[code.name()]).inc_by(u64::try_from(sockets).unwrap_or(u64::MAX));
    }

    /// Counts and logs recipients that do not get a message, because too many bytes wait for the `deliver` trigger.
    pub(crate) fn left_out(&self, recipients: usize) {
        static LINES: LineRate = LineRate::new();
        self.left_out.inc_by(u64::try_from(recipients).unwrap_or(u64::MAX));
        if let Some(left_out) = LINES.admits(Instant::now()) {
            let so_far = self.left_out.get();
            tracing::warn!(so_far, left_out, "recipients do not get a message: too much waits for the deliver trigger");
        }
    }

    /// Records the latency of a message that is now queued for all its recipients.
    pub(crate) fn queued_for_all(&self, received: Instant) {
        self.latency.observe(received.elapsed().as_secs_f64());
    }

    /// Counts a question to a trigger that was answered, has failed or was never sent.
    pub(crate) fn trigger_answered(&self, answer: &Answer, asked: Instant) {
        match answer {
            Answer::Busy => self.trigger_busy.inc(),
            Answer::Json(_) | Answer::NotJson | Answer::Failed => {
                self.trigger_latency.observe(asked.elapsed().as_secs_f64());
            }
        }
    }

    pub(crate) fn uptime(&self) -> Duration {
        self.started.elapsed()
    }

    /// Returns the number of error frames sent, with any code.
    pub(crate) fn errors(&self) -> u64 {
        Code::ALL.iter().map(|code| self.errors.with_label_values(&[code.name()]).get()).sum()
    }

    /// Returns all metrics in the text format of Prometheus.
    pub(crate) fn text(&self, census: &Census, outbox_bytes: usize) -> Result<String, prometheus::Error> {
        let gauges = [
            (&self.connections, census.connections),
            (&self.channels, census.channels),
            (&self.members, census.members),
            (&self.history_bytes, census.history_bytes),
            (&self.outbox_bytes, outbox_bytes),
        ];
        for (gauge, count) in gauges {
            gauge.set(i64::try_from(count).unwrap_or(i64::MAX));
        }
        let dropped = self.dropped_log_lines.count();
        self.log_lines_dropped.inc_by(dropped.saturating_sub(self.log_lines_dropped.get()));
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text)?;
        String::from_utf8(text).map_err(|error| prometheus::Error::Msg(error.to_string()))
    }
}

/// The range covers messages with one recipient and with a hundred thousand.
const LATENCY_BUCKETS_S: [f64; 12] =
    [0.000_005, 0.000_01, 0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.005, 0.025, 0.1, 0.5];

/// The range covers a trigger on the same machine and the timeout of five seconds.
const TRIGGER_BUCKETS_S: [f64; 10] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];
