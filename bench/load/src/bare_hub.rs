//! The physical limit: one `write` for each delivery, and next to nothing else.
//!
//! It speaks the dialect `hub`, checks nothing and keeps nothing. A client that does not read in time is
//! a fault of the run.

use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;

use memchr::{memchr, memmem};
use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};
use tungstenite::handshake::derive_accept_key;

use super::Failure;
use super::websocket::{TEXT, first_frame, put_from_server};

pub(crate) fn serve(address: SocketAddr) -> Result<(), Failure> {
    let mut listener = TcpListener::bind(address)?;
    let mut poll = Poll::new()?;
    poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
    println!("listening on {}", listener.local_addr()?);
    let mut hub = Hub::default();
    let mut events = Events::with_capacity(1024);
    loop {
        poll.poll(&mut events, None)?;
        for event in &events {
            if event.token() == LISTENER {
                hub.accept(&listener, &poll)?;
            } else {
                hub.read(event.token().0)?;
            }
        }
    }
}

#[derive(Default)]
struct Hub {
    clients: Vec<Option<Client>>,
    /// By channel: who joined it.
    members: Vec<Vec<usize>>,
    frame: Vec<u8>,
}

struct Client {
    stream: TcpStream,
    is_open: bool,
    unread: Vec<u8>,
}

impl Hub {
    fn accept(&mut self, listener: &TcpListener, poll: &Poll) -> Result<(), Failure> {
        loop {
            let (mut stream, _) = match listener.accept() {
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                accepted => accepted?,
            };
            stream.set_nodelay(true)?;
            poll.registry().register(&mut stream, Token(self.clients.len()), Interest::READABLE)?;
            self.clients.push(Some(Client { stream, is_open: false, unread: Vec::new() }));
        }
    }

    fn read(&mut self, id: usize) -> Result<(), Failure> {
        let Some(Some(client)) = self.clients.get_mut(id) else {
            return Ok(());
        };
        let mut buffer = [0; 16 * 1024];
        loop {
            match client.stream.read(&mut buffer) {
                Ok(0) => break self.clients[id] = None,
                Ok(read) => client.unread.extend_from_slice(&buffer[..read]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(_) => break self.clients[id] = None,
            }
        }
        let Some(Some(client)) = self.clients.get_mut(id) else {
            return Ok(());
        };
        if !client.is_open && !client.shake_hands()? {
            return Ok(());
        }
        let unread = std::mem::take(&mut client.unread);
        let mut taken = 0;
        while let Some((frame, length)) = first_frame(&unread[taken..]) {
            taken += length;
            self.obey(id, frame.payload)?;
        }
        if let Some(Some(client)) = self.clients.get_mut(id) {
            client.unread.extend_from_slice(&unread[taken..]);
        }
        Ok(())
    }

    fn obey(&mut self, id: usize, text: &[u8]) -> Result<(), Failure> {
        let (word, rest) = split(text);
        let (channel, payload) = split(rest);
        self.frame.clear();
        if word == b"join" {
            let channel: usize = std::str::from_utf8(channel)?.parse()?;
            self.members.resize_with(self.members.len().max(channel + 1), Vec::new);
            self.members[channel].push(id);
            put_from_server(&mut self.frame, TEXT, format!("joined {channel}").as_bytes());
            return write(&self.clients[id], &self.frame);
        }
        put_from_server(&mut self.frame, TEXT, payload);
        let channel: usize = std::str::from_utf8(channel)?.parse()?;
        let members = self.members.get(channel).map_or(&[][..], Vec::as_slice);
        members.iter().try_for_each(|&member| write(&self.clients[member], &self.frame))
    }
}

impl Client {
    fn shake_hands(&mut self) -> Result<bool, Failure> {
        let Some(end) = memmem::find(&self.unread, b"\r\n\r\n") else {
            return Ok(false);
        };
        let head = std::str::from_utf8(&self.unread[..end])?;
        let key = head.lines().find_map(|line| line.strip_prefix("Sec-WebSocket-Key: ")).ok_or("no key")?;
        let accept = derive_accept_key(key.as_bytes());
        let answer = format!(
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Accept: {accept}\r\n\r\n"
        );
        self.stream.write_all(answer.as_bytes())?;
        self.unread.drain(..end + 4);
        self.is_open = true;
        Ok(true)
    }
}

fn write(client: &Option<Client>, frame: &[u8]) -> Result<(), Failure> {
    let Some(client) = client else {
        return Ok(());
    };
    match (&client.stream).write(frame) {
        Ok(written) if written == frame.len() => Ok(()),
        Ok(_) => Err("a client's buffer in the kernel is full".into()),
        Err(error) => Err(error.into()),
    }
}

/// At the first blank.
fn split(text: &[u8]) -> (&[u8], &[u8]) {
    match memchr(b' ', text) {
        Some(blank) => (&text[..blank], &text[blank + 1..]),
        None => (text, &[]),
    }
}

const LISTENER: Token = Token(usize::MAX);
