//! One socket of the crowd.

use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::time::Instant;

use memchr::memmem;
use mio::net::TcpStream;

use super::Failure;
use super::dialect::{Dialect, Heard};
use super::websocket::{self, Frame};

/// One socket.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) stream: TcpStream,
    pub(crate) started: Instant,
    state: State,
    /// The channels that it joins.
    channels: Vec<usize>,
    /// Joins that were not answered yet.
    missing_answers: usize,
    /// The beginning of a frame.
    unread: Vec<u8>,
    /// The beginning of a protocol message, where frames carry a stream of them.
    incomplete: Vec<u8>,
    /// What the socket did not take yet.
    pub(crate) unsent: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Connecting,
    Open,
}

impl Connection {
    /// Begins to connect; `publishes` names a channel for servers that take the one to publish on from the address.
    pub(crate) fn start(
        address: SocketAddr,
        dialect: Dialect,
        channels: Vec<usize>,
        publishes: Option<usize>,
    ) -> Result<Connection, Failure> {
        let stream = TcpStream::connect(address)?;
        Ok(Connection {
            stream,
            started: Instant::now(),
            state: State::Connecting,
            missing_answers: dialect.answers(channels.len()),
            unsent: dialect.handshake(channels.first().copied(), publishes).into_bytes(),
            channels,
            unread: Vec::new(),
            incomplete: Vec::new(),
        })
    }

    /// Whether it is open and all that it joined was answered.
    pub(crate) fn is_ready(&self) -> bool {
        self.state == State::Open && self.missing_answers == 0
    }

    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        while !self.unsent.is_empty() {
            match self.stream.write(&self.unsent) {
                Ok(written) => drop(self.unsent.drain(..written)),
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::NotConnected) => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Reads once, or until nothing is left if there is more than the buffer holds. Says how often it read.
    pub(crate) fn read(
        &mut self,
        dialect: Dialect,
        buffer: &mut [u8],
        mut hear: impl FnMut(Heard, &[u8]) -> Result<(), Failure>,
    ) -> Result<u64, Failure> {
        let mut reads = 0;
        loop {
            let read = match self.stream.read(buffer) {
                Ok(0) => return Err("the server hung up".into()),
                Ok(read) => read,
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::NotConnected) => {
                    return Ok(reads);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error.into()),
            };
            reads += 1;
            if self.unread.is_empty() {
                let taken = self.take(&buffer[..read], dialect, &mut hear)?;
                self.unread.extend_from_slice(&buffer[taken..read]);
            } else {
                let mut unread = std::mem::take(&mut self.unread);
                unread.extend_from_slice(&buffer[..read]);
                let taken = self.take(&unread, dialect, &mut hear)?;
                self.unread.extend_from_slice(&unread[taken..]);
            }
            if read < buffer.len() {
                return Ok(reads);
            }
        }
    }

    fn take(
        &mut self,
        bytes: &[u8],
        dialect: Dialect,
        hear: &mut impl FnMut(Heard, &[u8]) -> Result<(), Failure>,
    ) -> Result<usize, Failure> {
        let mut taken = 0;
        if self.state == State::Connecting {
            let Some(end) = memmem::find(bytes, b"\r\n\r\n") else {
                return Ok(0);
            };
            taken = end + 4;
            if !bytes.starts_with(b"HTTP/1.1 101") {
                return Err(format!("no socket: {}", String::from_utf8_lossy(&bytes[..end])).into());
            }
            self.state = State::Open;
            dialect.greet(&self.channels, &mut self.unsent);
        }
        while let Some((frame, length)) = websocket::first_frame(&bytes[taken..]) {
            taken += length;
            self.hear(&frame, dialect, hear)?;
        }
        if !self.unsent.is_empty() {
            self.flush()?;
        }
        Ok(taken)
    }

    fn hear(
        &mut self,
        frame: &Frame<'_>,
        dialect: Dialect,
        hear: &mut impl FnMut(Heard, &[u8]) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        match frame.opcode {
            websocket::TEXT | websocket::BINARY => {}
            websocket::PING => {
                websocket::put_from_client(&mut self.unsent, websocket::PONG, frame.payload);
                return Ok(());
            }
            websocket::PONG => return Ok(()),
            websocket::CLOSE => {
                return Err(format!("the server closed: {}", String::from_utf8_lossy(frame.payload)).into());
            }
            opcode => return Err(format!("a frame with opcode {opcode}").into()),
        }
        if self.incomplete.is_empty() {
            let taken = self.hear_messages(frame.payload, dialect, hear)?;
            self.incomplete.extend_from_slice(&frame.payload[taken..]);
        } else {
            let mut stream = std::mem::take(&mut self.incomplete);
            stream.extend_from_slice(frame.payload);
            let taken = self.hear_messages(&stream, dialect, hear)?;
            stream.drain(..taken);
            self.incomplete = stream;
        }
        Ok(())
    }

    /// Hears each protocol message that is complete. Returns how many bytes they take.
    fn hear_messages(
        &mut self,
        bytes: &[u8],
        dialect: Dialect,
        hear: &mut impl FnMut(Heard, &[u8]) -> Result<(), Failure>,
    ) -> Result<usize, Failure> {
        let mut taken = 0;
        while let Some(length) = dialect.first_message(&bytes[taken..])? {
            let message = &bytes[taken..taken + length];
            taken += length;
            let heard = dialect.hear(message, &self.channels, &mut self.unsent)?;
            match heard {
                Heard::Messages => {}
                Heard::Answer => self.missing_answers = self.missing_answers.saturating_sub(1),
                Heard::Nothing => continue,
            }
            hear(heard, message)?;
        }
        Ok(taken)
    }
}
