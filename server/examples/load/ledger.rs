//! Who should have received what, and who did.
//!
//! Every channel has a witness, who is on it from the first message to the last: what it received is the channel's
//! order. Everybody else must have received an unbroken part of that order, from before their first own message, sent
//! right after joining, to their last one, sent right before leaving.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

/// The books of one run.
#[derive(Debug)]
pub(crate) struct Ledger {
    last_id: AtomicU32,
    deliveries: AtomicUsize,
    channels: Vec<Mutex<Channel>>,
    fault: Option<Fault>,
}

/// What a server would do that the books have to show: to one delivery in a thousand.
#[derive(Clone, Copy, Debug)]
#[allow(dead_code, reason = "only tests make faults")]
pub(crate) enum Fault {
    Drop,
    Double,
}

#[derive(Debug, Default)]
struct Channel {
    sent: Vec<u32>,
    witnessed: Vec<u32>,
    stays: Vec<Stay>,
}

/// What somebody received between joining a channel and leaving it.
#[derive(Debug, Default)]
pub(crate) struct Stay {
    pub(crate) received: Vec<u32>,
    /// The own first and last message.
    pub(crate) hello: u32,
    pub(crate) goodbye: u32,
}

/// What the books say.
#[derive(Debug, Default)]
pub(crate) struct Balance {
    pub(crate) messages: usize,
    pub(crate) deliveries: usize,
    pub(crate) stays: usize,
    pub(crate) faults: Vec<String>,
}

impl Ledger {
    pub(crate) fn new(channels: usize, fault: Option<Fault>) -> Ledger {
        let channels = (0..channels).map(|_| Mutex::default()).collect();
        Ledger { last_id: AtomicU32::new(0), deliveries: AtomicUsize::new(0), channels, fault }
    }

    /// Somebody is about to send a message. Says what is in it.
    pub(crate) fn send(&self, channel: usize) -> u32 {
        let id = self.last_id.fetch_add(1, Ordering::Relaxed) + 1;
        self.channels[channel].lock().unwrap().sent.push(id);
        id
    }

    /// Somebody received a message.
    pub(crate) fn receive(&self, stay: &mut Stay, id: u32) {
        let nth = self.deliveries.fetch_add(1, Ordering::Relaxed) + 1;
        let copies = match self.fault {
            Some(Fault::Drop) if nth.is_multiple_of(1_000) => 0,
            Some(Fault::Double) if nth.is_multiple_of(1_000) => 2,
            _ => 1,
        };
        stay.received.extend(std::iter::repeat_n(id, copies));
    }

    pub(crate) fn witnessed(&self, channel: usize, stay: Stay) {
        self.channels[channel].lock().unwrap().witnessed = stay.received;
    }

    pub(crate) fn stayed(&self, channel: usize, stay: Stay) {
        self.channels[channel].lock().unwrap().stays.push(stay);
    }

    pub(crate) fn balance(&self) -> Balance {
        let mut balance = Balance { deliveries: self.deliveries.load(Ordering::Relaxed), ..Balance::default() };
        for (number, channel) in self.channels.iter().enumerate() {
            let channel = channel.lock().unwrap();
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
        for stay in &self.stays {
            let is_whole = stay.received.first().and_then(|first| places.get(first)).is_some_and(|&start| {
                let part = self.witnessed.get(start..start + stay.received.len());
                part == Some(&stay.received) && [stay.hello, stay.goodbye].iter().all(|own| stay.received.contains(own))
            });
            if !is_whole {
                faults.push(format!(
                    "the {} messages between {} and {} are no part of what the witness received",
                    stay.received.len(),
                    stay.hello,
                    stay.goodbye
                ));
            }
        }
        faults
    }
}
