//! The messages that each subscriber should have received, and did: every message of its channels, once, in order.

use std::time::Instant;

use super::Failure;
use super::crowd::Id;
use super::payload::{Kind, Payload};

/// The books of one run.
#[derive(Debug)]
pub(crate) struct Ledger {
    payload_bytes: usize,
    channels: Vec<Channel>,
    /// By socket: its channels, in ascending order.
    listeners: Vec<Vec<Listening>>,
    /// How many still have to receive the newest probe, counted once for each channel.
    missing_probes: usize,
    probe: u32,
    pub(crate) deliveries: u64,
    latencies_us: Option<Vec<u32>>,
}

#[derive(Debug, Default)]
struct Channel {
    publisher: usize,
    listeners: u32,
    messages: Vec<Message>,
}

#[derive(Debug)]
struct Message {
    sent: Instant,
    missing: u32,
}

#[derive(Debug)]
struct Listening {
    channel: usize,
    expected: u32,
}

/// The effect of a received message on the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// The last recipient has the message of this publisher.
    Complete { publisher: usize },
    /// Others still have to receive it, or it is a probe.
    Incomplete,
}

impl Ledger {
    pub(crate) fn new(channels: usize, publishers: usize, payload_bytes: usize) -> Ledger {
        let channel = |number| Channel { publisher: number % publishers, ..Channel::default() };
        Ledger {
            payload_bytes,
            channels: (0..channels).map(channel).collect(),
            listeners: Vec::new(),
            missing_probes: 0,
            probe: 0,
            deliveries: 0,
            latencies_us: None,
        }
    }

    /// The next socket listens to these channels.
    pub(crate) fn listen(&mut self, channels: &[usize]) {
        for &channel in channels {
            self.channels[channel].listeners += 1;
        }
        self.listeners.push(channels.iter().map(|&channel| Listening { channel, expected: 0 }).collect());
    }

    /// From now on it is written down how long deliveries take.
    pub(crate) fn time(&mut self) {
        self.latencies_us = Some(Vec::new());
    }

    /// A message is about to be sent. Says what is in it.
    pub(crate) fn send(&mut self, channel: usize) -> String {
        let Channel { listeners, messages, .. } = &mut self.channels[channel];
        let number = messages.len() as u32;
        messages.push(Message { sent: Instant::now(), missing: *listeners });
        Payload { kind: Kind::Message, channel, number }.text(self.payload_bytes)
    }

    /// A probe is about to be sent on every channel. Says what is in them.
    pub(crate) fn probe(&mut self) -> impl Iterator<Item = (usize, String)> + use<> {
        self.probe += 1;
        self.missing_probes = self.listeners.iter().map(Vec::len).sum();
        let (number, bytes) = (self.probe, self.payload_bytes);
        (0..self.channels.len())
            .map(move |channel| (channel, Payload { kind: Kind::Probe, channel, number }.text(bytes)))
    }

    pub(crate) fn is_probed(&self) -> bool {
        self.missing_probes == 0
    }

    /// A socket received something.
    pub(crate) fn receive(
        &mut self,
        listener: Id,
        sent: &[u8],
        received: Instant,
        mut enter: impl FnMut(Entry),
    ) -> Result<(), Failure> {
        for payload in Payload::all_in(sent, self.payload_bytes) {
            enter(self.enter(listener, payload?, received)?);
        }
        Ok(())
    }

    fn enter(&mut self, listener: Id, payload: Payload, received: Instant) -> Result<Entry, Failure> {
        let Payload { kind, channel, number } = payload;
        let listening = &mut self.listeners[listener];
        let Ok(place) = listening.binary_search_by_key(&channel, |listening| listening.channel) else {
            return Err(format!("a message of channel {channel}, which it did not join").into());
        };
        if kind == Kind::Probe {
            self.missing_probes -= usize::from(number == self.probe);
            return Ok(Entry::Incomplete);
        }
        let expected = &mut listening[place].expected;
        if number != *expected {
            return Err(format!("message {number} of channel {channel} came, {expected} was to come").into());
        }
        *expected += 1;
        self.deliveries += 1;
        let Channel { publisher, messages, .. } = &mut self.channels[channel];
        let message = messages.get_mut(number as usize).ok_or("a message that nobody sent")?;
        message.missing -= 1;
        if let Some(latencies_us) = &mut self.latencies_us {
            latencies_us.push(received.saturating_duration_since(message.sent).as_micros() as u32);
        }
        Ok(if message.missing == 0 { Entry::Complete { publisher: *publisher } } else { Entry::Incomplete })
    }

    /// How long deliveries took.
    pub(crate) fn latencies_us(&mut self) -> Vec<u32> {
        self.latencies_us.take().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::{Entry, Ledger};

    fn entries(ledger: &mut Ledger, listener: usize, sent: &str) -> Result<Vec<Entry>, String> {
        let mut entries = Vec::new();
        let received = ledger.receive(listener, sent.as_bytes(), Instant::now(), |entry| entries.push(entry));
        received.map(|()| entries).map_err(|why| why.to_string())
    }

    fn ledger() -> Ledger {
        let mut ledger = Ledger::new(2, 1, 40);
        ledger.listen(&[0]);
        ledger.listen(&[0]);
        ledger
    }

    #[test]
    fn a_message_is_complete_when_its_last_recipient_has_it() {
        let mut ledger = ledger();
        let sent = ledger.send(0);
        assert_eq!(entries(&mut ledger, 1, &sent), Ok(vec![Entry::Incomplete]));
        assert_eq!(entries(&mut ledger, 0, &sent), Ok(vec![Entry::Complete { publisher: 0 }]));
    }

    #[test]
    fn what_is_lost_doubled_swapped_or_strayed_is_found_out() {
        let mut ledger = ledger();
        let [first, second, elsewhere] = [ledger.send(0), ledger.send(0), ledger.send(1)];
        assert!(entries(&mut ledger, 0, &second).is_err(), "the first is lost");
        assert!(entries(&mut ledger, 0, &first).is_ok());
        assert!(entries(&mut ledger, 0, &first).is_err(), "doubled");
        assert!(entries(&mut ledger, 1, &(second + &first)).is_err(), "swapped");
        assert!(entries(&mut ledger, 1, &elsewhere).is_err(), "of a channel that it did not join");
    }
}
