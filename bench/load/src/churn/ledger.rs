//! The messages that were sent on each channel, and the messages that each member received.
//!
//! Every channel has a witness, which is on it from the first message to the last: what the witness received is the
//! channel's order. Every other member must have received an unbroken part of that order, from before its own first
//! message, sent right after joining, to its own last message, sent right before leaving.

use std::collections::HashMap;

#[derive(Debug)]
pub(super) struct Ledger {
    last_id: u32,
    deliveries: usize,
    channels: Vec<Channel>,
    fault: Option<Fault>,
}

/// A fault of a server that the ledger has to find: it concerns one delivery in a thousand.
#[derive(Clone, Copy, Debug)]
pub enum Fault {
    /// The delivery is lost.
    Drop,
    /// The delivery comes twice.
    Double,
}

#[derive(Debug, Default)]
struct Channel {
    sent: Vec<u32>,
    witnessed: Vec<u32>,
    stays: Vec<Stay>,
}

/// The messages that a member received between joining a channel and leaving it.
#[derive(Debug, Default)]
pub(super) struct Stay {
    pub(super) received: Vec<u32>,
    /// The member's own first message.
    pub(super) hello: u32,
    /// The member's own last message.
    pub(super) goodbye: u32,
}

/// The totals of a run, and the faults that the ledger found.
#[derive(Debug, Default)]
pub struct Balance {
    /// Messages that were sent.
    pub messages: usize,
    /// Messages that were received, by all members together.
    pub deliveries: usize,
    /// Joins that a leave followed.
    pub stays: usize,
    /// One sentence for each fault.
    pub faults: Vec<String>,
}

impl Ledger {
    pub(super) fn new(channels: usize, fault: Option<Fault>) -> Ledger {
        let channels = (0..channels).map(|_| Channel::default()).collect();
        Ledger { last_id: 0, deliveries: 0, channels, fault }
    }

    /// Enters a message that is about to be sent. Returns its number.
    pub(super) fn send(&mut self, channel: usize) -> u32 {
        self.last_id += 1;
        self.channels[channel].sent.push(self.last_id);
        self.last_id
    }

    /// Enters a message that a member received.
    pub(super) fn receive(&mut self, stay: &mut Stay, id: u32) {
        self.deliveries += 1;
        let copies = match self.fault {
            Some(Fault::Drop) if self.deliveries.is_multiple_of(1_000) => 0,
            Some(Fault::Double) if self.deliveries.is_multiple_of(1_000) => 2,
            _ => 1,
        };
        stay.received.extend(std::iter::repeat_n(id, copies));
    }

    pub(super) fn witnessed(&mut self, channel: usize, stay: Stay) {
        self.channels[channel].witnessed = stay.received;
    }

    pub(super) fn stayed(&mut self, channel: usize, stay: Stay) {
        self.channels[channel].stays.push(stay);
    }

    pub(super) fn balance(&self) -> Balance {
        let mut balance = Balance { deliveries: self.deliveries, ..Balance::default() };
        for (number, channel) in self.channels.iter().enumerate() {
            balance.messages += channel.sent.len();
            balance.stays += channel.stays.len();
            balance.faults.extend(channel.faults().into_iter().map(|fault| format!("channel {number}: {fault}")));
        }
        balance
    }
}

impl Channel {
    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let [mut sent, mut witnessed] = [self.sent.clone(), self.witnessed.clone()];
        sent.sort_unstable();
        witnessed.sort_unstable();
        if sent != witnessed {
            faults.push(format!("{} messages were sent, the witness received {}", sent.len(), witnessed.len()));
        }
        let places: HashMap<u32, usize> = self.witnessed.iter().enumerate().map(|(place, &id)| (id, place)).collect();
        faults.extend(self.stays.iter().filter(|stay| !self.holds(stay, &places)).map(|stay| {
            let Stay { received, hello, goodbye } = stay;
            format!(
                "the {} messages between {hello} and {goodbye} are no part of what the witness received",
                received.len()
            )
        }));
        faults
    }

    /// Whether the stay is an unbroken part of the channel's order.
    fn holds(&self, stay: &Stay, places: &HashMap<u32, usize>) -> bool {
        stay.received.first().and_then(|first| places.get(first)).is_some_and(|&start| {
            let part = self.witnessed.get(start..start + stay.received.len());
            part == Some(&stay.received) && [stay.hello, stay.goodbye].iter().all(|own| stay.received.contains(own))
        })
    }
}
