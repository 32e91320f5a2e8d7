//! The sockets and their poll.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use mio::{Events, Interest, Poll, Token};

use super::connection::Connection;
use super::dialect::{Dialect, Heard};
use super::{Failure, Server};

/// The sockets and their poll.
pub(crate) struct Crowd {
    addresses: Vec<SocketAddr>,
    pub(crate) dialect: Dialect,
    poll: Poll,
    events: Events,
    buffer: Vec<u8>,
    connections: Vec<Connection>,
    /// How often something was read.
    pub(crate) reads: u64,
}

/// Names a socket.
pub(crate) type Id = usize;

impl Crowd {
    pub(crate) fn new(server: &Server) -> Result<Crowd, Failure> {
        Ok(Crowd {
            addresses: server.addresses.clone(),
            dialect: server.dialect,
            poll: Poll::new()?,
            events: Events::with_capacity(1024),
            buffer: vec![0; BUFFER_BYTES],
            connections: Vec::new(),
            reads: 0,
        })
    }

    /// Begins to connect.
    pub(crate) fn start(&mut self, channels: Vec<usize>, publishes: Option<usize>) -> Result<Id, Failure> {
        let id = self.connections.len();
        let address = self.addresses[id % self.addresses.len()];
        let mut connection = Connection::start(address, self.dialect, channels, publishes)?;
        let both = Interest::READABLE | Interest::WRITABLE;
        self.poll.registry().register(&mut connection.stream, Token(id), both)?;
        self.connections.push(connection);
        Ok(id)
    }

    /// Connects, not too many at a time, and waits until the server has answered what was joined.
    pub(crate) fn open(
        &mut self,
        wishes: impl IntoIterator<Item = (Vec<usize>, Option<usize>)>,
    ) -> Result<(), Failure> {
        let mut wishes = wishes.into_iter().peekable();
        while wishes.peek().is_some() {
            let first = self.connections.len();
            for (channels, publishes) in wishes.by_ref().take(AT_A_TIME) {
                self.start(channels, publishes)?;
            }
            self.await_ready(first)?;
        }
        Ok(())
    }

    fn await_ready(&mut self, first: Id) -> Result<(), Failure> {
        let deadline = Instant::now() + PATIENCE;
        while let Some(id) = (first..self.connections.len()).find(|&id| !self.connections[id].is_ready()) {
            if Instant::now() > deadline {
                return Err(format!("socket {id} waits for its joins to be answered").into());
            }
            self.turn(Duration::from_millis(10), |_, _, _, _| Ok(()))?;
        }
        Ok(())
    }

    pub(crate) fn connection(&self, id: Id) -> &Connection {
        &self.connections[id]
    }

    /// Publishes, with a write of its own.
    pub(crate) fn publish(&mut self, id: Id, channel: usize, payload: &str) -> Result<(), Failure> {
        let connection = &mut self.connections[id];
        self.dialect.publish(channel, payload, &mut connection.unsent);
        connection.flush()
    }

    /// Joins another channel.
    pub(crate) fn join(&mut self, id: Id, channel: usize) -> Result<(), Failure> {
        let connection = &mut self.connections[id];
        self.dialect.join(channel, &mut connection.unsent)?;
        connection.flush()
    }

    pub(crate) fn leave(&mut self, id: Id, channel: usize) -> Result<(), Failure> {
        let connection = &mut self.connections[id];
        self.dialect.leave(channel, &mut connection.unsent)?;
        connection.flush()
    }

    /// Waits until something can be read or written, and does so; `hear` gets the messages and the answers. Returns
    /// whether there was anything.
    pub(crate) fn turn(
        &mut self,
        patience: Duration,
        mut hear: impl FnMut(Id, Heard, &[u8], Instant) -> Result<(), Failure>,
    ) -> Result<bool, Failure> {
        match self.poll.poll(&mut self.events, Some(patience)) {
            Err(error) if error.kind() != std::io::ErrorKind::Interrupted => return Err(error.into()),
            _ => {}
        }
        for event in &self.events {
            let id = event.token().0;
            let connection = &mut self.connections[id];
            let outcome = if event.is_readable() {
                let now = Instant::now();
                connection.read(self.dialect, &mut self.buffer, |heard, sent| hear(id, heard, sent, now))
            } else {
                Ok(0)
            };
            let flushed = if event.is_writable() { connection.flush() } else { Ok(()) };
            self.reads +=
                outcome.and_then(|reads| flushed.map(|()| reads)).map_err(|why| format!("socket {id}: {why}"))?;
        }
        Ok(!self.events.is_empty())
    }
}

/// For sockets that only join: an answer is fine, a message is not.
pub(crate) fn answers_alone(_: Id, heard: Heard, _: &[u8], _: Instant) -> Result<(), Failure> {
    if heard == Heard::Messages { Err("a message that no client sent".into()) } else { Ok(()) }
}

/// Larger than what usually waits, so that one read is enough.
const BUFFER_BYTES: usize = 64 * 1024;

/// Servers have a backlog.
pub(crate) const AT_A_TIME: usize = 250;

/// Nothing that is waited for takes that long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
