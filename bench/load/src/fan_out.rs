//! Many hear what few say, as fast as a window of messages allows or at a fixed rate.

use std::time::{Duration, Instant};

use clap::Args;
use serde::Serialize;

use super::crowd::{Crowd, Id, PATIENCE};
use super::dialect::Heard;
use super::ledger::{Entry, Ledger};
use super::payload::SMALLEST_BYTES;
use super::usage::Cpu;
use super::{Failure, Server};

#[derive(Args)]
pub(crate) struct Plan {
    /// Spread evenly over the channels.
    #[arg(long)]
    subscribers: usize,
    #[arg(long, default_value_t = 1)]
    channels: usize,
    /// Each says something on its share of the channels, in turn.
    #[arg(long, default_value_t = 1)]
    publishers: usize,
    #[arg(long, default_value_t = 100)]
    payload_bytes: usize,
    /// Messages of one publisher that are in flight: not every subscriber has received them.
    #[arg(long, default_value_t = 32)]
    window: usize,
    /// Messages in all per second, instead of a window.
    #[arg(long)]
    per_second: Option<u32>,
    /// About how many are measured; a fifth more come first, so that the server is warm.
    #[arg(long, default_value_t = 200_000)]
    deliveries: usize,
}

#[derive(Serialize)]
pub(crate) struct Report {
    messages: usize,
    deliveries: u64,
    seconds: f64,
    cpu: Cpu,
    cpu_s_per_million: f64,
    deliveries_per_read: f64,
    latency_us: Percentiles,
}

#[derive(Serialize)]
pub(crate) struct Percentiles {
    p50: u32,
    p99: u32,
    worst: u32,
}

impl Percentiles {
    pub(crate) fn of(mut sample: Vec<u32>) -> Percentiles {
        sample.sort_unstable();
        let at = |share: f64| sample.get((sample.len() as f64 * share) as usize).or(sample.last()).map_or(0, |&us| us);
        Percentiles { p50: at(0.5), p99: at(0.99), worst: at(1.0) }
    }
}

pub(crate) fn run(server: &Server, plan: &Plan) -> Result<Report, Failure> {
    let shares = plan.channels.is_multiple_of(plan.publishers) && plan.subscribers.is_multiple_of(plan.channels);
    if !shares || plan.payload_bytes < SMALLEST_BYTES {
        return Err(format!("channels have to be shared evenly, payloads be {SMALLEST_BYTES} bytes at least").into());
    }
    let mut run = Run::open(server, plan)?;
    run.probe()?;
    let messages = plan.deliveries.div_ceil(run.listeners_per_channel).max(1);
    run.send(messages.div_ceil(5))?;

    run.ledger.time();
    let (deliveries, reads) = (run.ledger.deliveries, run.crowd.reads);
    let (started, cpu) = (Instant::now(), Cpu::of(server.pid)?);
    run.send(messages)?;
    let (seconds, cpu) = (started.elapsed().as_secs_f64(), Cpu::of(server.pid)?.since(cpu));
    let (deliveries, reads) = (run.ledger.deliveries - deliveries, run.crowd.reads - reads);
    // Whatever came twice comes before the answer to another probe.
    run.probe()?;
    Ok(Report {
        messages,
        deliveries,
        seconds,
        cpu,
        cpu_s_per_million: (cpu.user_s + cpu.system_s) / deliveries as f64 * 1e6,
        deliveries_per_read: deliveries as f64 / reads as f64,
        latency_us: Percentiles::of(run.ledger.latencies_us()),
    })
}

struct Run<'a> {
    plan: &'a Plan,
    crowd: Crowd,
    ledger: Ledger,
    /// By channel: the socket that publishes on it.
    publishing: Vec<Id>,
    listeners_per_channel: usize,
    /// By publisher: messages that not every subscriber has received.
    in_flight: Vec<usize>,
    /// By publisher: how many messages it sent so far.
    sent: Vec<usize>,
}

impl<'a> Run<'a> {
    fn open(server: &Server, plan: &'a Plan) -> Result<Run<'a>, Failure> {
        let mut crowd = Crowd::new(server)?;
        let mut ledger = Ledger::new(plan.channels, plan.publishers, plan.payload_bytes);
        let (dialect, channels) = (server.dialect, 0..plan.channels);
        let mut wishes: Vec<_> = (0..plan.subscribers).map(|number| (vec![number % plan.channels], None)).collect();
        let mut publishing = vec![0; plan.channels];
        for publisher in 0..plan.publishers {
            let own: Vec<_> = channels.clone().filter(|channel| channel % plan.publishers == publisher).collect();
            let sockets: Vec<_> = if dialect.has_a_publisher_for_each_channel() {
                own.iter().map(|&channel| vec![channel]).collect()
            } else {
                vec![own]
            };
            for own in sockets {
                for &channel in &own {
                    publishing[channel] = wishes.len();
                }
                let publishes = own.first().copied();
                wishes.push((if dialect.publishers_join() { own } else { Vec::new() }, publishes));
            }
        }
        for (channels, publishes) in &wishes {
            let listens = publishes.is_none() || dialect.publishers_listen();
            ledger.listen(if listens { channels } else { &[] });
        }
        crowd.open(wishes)?;
        Ok(Run {
            plan,
            crowd,
            ledger,
            publishing,
            listeners_per_channel: plan.subscribers / plan.channels + usize::from(dialect.publishers_listen()),
            in_flight: vec![0; plan.publishers],
            sent: vec![0; plan.publishers],
        })
    }

    /// Sends probes until every subscriber has received the newest one: some servers answer a join before it is done.
    fn probe(&mut self) -> Result<(), Failure> {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            for (channel, payload) in self.ledger.probe() {
                self.crowd.publish(self.publishing[channel], channel, &payload)?;
            }
            let next = Instant::now() + PROBE;
            while Instant::now() < next {
                self.turn(PROBE)?;
                if self.ledger.is_probed() {
                    return Ok(());
                }
            }
        }
        Err("a subscriber receives nothing on a channel that it joined".into())
    }

    /// Sends this many messages, and waits until every subscriber has received them.
    fn send(&mut self, messages: usize) -> Result<(), Failure> {
        let mut left = messages;
        let started = Instant::now();
        let mut alive = started;
        while left > 0 || self.in_flight.iter().any(|&messages| messages > 0) {
            left -= self.send_what_is_due(left, messages - left, started)?;
            let patience = self.until_next(messages - left, started).unwrap_or(PROBE);
            if self.turn(patience)? {
                alive = Instant::now();
            } else if alive.elapsed() > PATIENCE {
                return Err("a subscriber still waits for a message that does not come".into());
            }
        }
        Ok(())
    }

    fn send_what_is_due(&mut self, left: usize, done: usize, started: Instant) -> Result<usize, Failure> {
        let mut due = match self.plan.per_second {
            Some(rate) => {
                left.min(((started.elapsed().as_secs_f64() * f64::from(rate)) as usize + 1).saturating_sub(done))
            }
            None => left,
        };
        let mut sent = 0;
        for publisher in 0..self.plan.publishers {
            while due > 0 && (self.plan.per_second.is_some() || self.in_flight[publisher] < self.plan.window) {
                self.say(publisher)?;
                sent += 1;
                due -= 1;
                if self.plan.per_second.is_some() {
                    break;
                }
            }
        }
        Ok(sent)
    }

    fn say(&mut self, publisher: usize) -> Result<(), Failure> {
        let Plan { channels, publishers, .. } = *self.plan;
        let nth = self.sent[publisher] % (channels / publishers);
        let channel = publisher + nth * publishers;
        self.sent[publisher] += 1;
        self.in_flight[publisher] += 1;
        let payload = self.ledger.send(channel);
        self.crowd.publish(self.publishing[channel], channel, &payload)
    }

    fn until_next(&self, done: usize, started: Instant) -> Option<Duration> {
        let rate = self.plan.per_second?;
        let next = Duration::from_secs_f64(done as f64 / f64::from(rate));
        Some(next.saturating_sub(started.elapsed()))
    }

    fn turn(&mut self, patience: Duration) -> Result<bool, Failure> {
        let Run { crowd, ledger, in_flight, .. } = self;
        crowd.turn(patience, |listener, heard, sent, received| {
            if heard != Heard::Messages {
                return Ok(());
            }
            ledger.receive(listener, sent, received, |entry| {
                if let Entry::Complete { publisher } = entry {
                    in_flight[publisher] -= 1;
                }
            })
        })
    }
}

/// How long the subscribers have to receive a probe before another is sent.
const PROBE: Duration = Duration::from_millis(250);
