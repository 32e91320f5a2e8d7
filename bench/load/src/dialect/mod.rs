//! How each server is spoken to.

mod hub;
mod mqtt;
mod nats;
mod nchan;
mod pusher;
mod socket_io;
mod xano;
mod xano_v2;

use super::Failure;

/// A server's protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Dialect {
    /// Xano Realtime.
    Xano,
    /// Xano Realtime V2.
    XanoV2,
    /// nginx with nchan, subscribers and publishers over WebSocket.
    Nchan,
    /// A plain hub: `join CHANNEL` is answered `joined CHANNEL`, `say CHANNEL TEXT` sends TEXT to all who joined.
    Hub,
    /// MQTT 3.1.1 over WebSocket, quality of service 0.
    Mqtt,
    /// NATS over WebSocket: frames carry a stream of protocol messages.
    Nats,
    /// Socket.IO over WebSocket, without polling first.
    SocketIo,
    /// The Pusher protocol, with private channels: only there clients may publish.
    Pusher,
}

/// What a frame of the server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// One message or more.
    Messages,
    /// A connect or a join is answered.
    Answer,
    /// Nothing that counts.
    Nothing,
}

impl Dialect {
    /// Whether one who publishes is on the channel and hears the own messages.
    pub(crate) fn publishers_listen(self) -> bool {
        matches!(self, Dialect::Xano | Dialect::XanoV2)
    }

    /// Whether one who publishes has to be on the channel.
    pub(crate) fn publishers_join(self) -> bool {
        self.publishers_listen() || self == Dialect::Pusher
    }

    /// Whether a socket publishes on one channel only.
    pub(crate) fn has_a_publisher_for_each_channel(self) -> bool {
        self == Dialect::Nchan
    }

    /// How many frames answer a client that connects and joins this many channels.
    pub(crate) fn answers(self, joins: usize) -> usize {
        match self {
            Dialect::Nchan => 0,
            Dialect::Nats => 1,
            Dialect::Xano | Dialect::XanoV2 | Dialect::Hub => joins,
            Dialect::Mqtt | Dialect::SocketIo | Dialect::Pusher => 1 + joins,
        }
    }

    /// The request that opens a socket.
    pub(crate) fn handshake(self, joins: Option<usize>, publishes: Option<usize>) -> String {
        let (path, subprotocol) = match self {
            Dialect::Xano => ("/rt/bench".to_owned(), None),
            Dialect::XanoV2 => ("/ws/bench".to_owned(), None),
            Dialect::Nchan => (nchan::path(joins, publishes), None),
            Dialect::Hub | Dialect::Nats => ("/".to_owned(), None),
            Dialect::Mqtt => ("/mqtt".to_owned(), Some("mqtt")),
            Dialect::Pusher => (pusher::path(), None),
            Dialect::SocketIo => ("/socket.io/?EIO=4&transport=websocket".to_owned(), None),
        };
        let subprotocol = subprotocol.map(|name| format!("Sec-WebSocket-Protocol: {name}\r\n")).unwrap_or_default();
        format!(
            "GET {path} HTTP/1.1\r\nHost: bench\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{subprotocol}\r\n"
        )
    }

    /// Joins another channel on an open socket; Xano Realtime alone needs it.
    pub(crate) fn join(self, channel: usize, out: &mut Vec<u8>) -> Result<(), Failure> {
        match self {
            Dialect::Xano => xano::join(&[channel], out),
            Dialect::XanoV2 => xano_v2::join(&[channel], out),
            _ => return Err(format!("{self:?} joins when a socket opens, and then no more").into()),
        }
        Ok(())
    }

    /// Leaves a channel; Xano Realtime alone needs it.
    pub(crate) fn leave(self, channel: usize, out: &mut Vec<u8>) -> Result<(), Failure> {
        match self {
            Dialect::Xano | Dialect::XanoV2 => xano::leave(channel, out),
            _ => return Err(format!("{self:?} leaves when a socket closes, not before").into()),
        }
        Ok(())
    }

    /// What is said as soon as the socket is open.
    pub(crate) fn greet(self, channels: &[usize], out: &mut Vec<u8>) {
        match self {
            Dialect::Xano => xano::join(channels, out),
            Dialect::XanoV2 => xano_v2::join(channels, out),
            Dialect::Hub => hub::join(channels, out),
            Dialect::Mqtt => mqtt::connect(out),
            Dialect::Nats => nats::connect(channels, out),
            Dialect::Nchan | Dialect::SocketIo | Dialect::Pusher => {}
        }
    }

    pub(crate) fn publish(self, channel: usize, payload: &str, out: &mut Vec<u8>) {
        match self {
            Dialect::Xano => xano::publish(channel, payload, out),
            Dialect::XanoV2 => xano_v2::publish(channel, payload, out),
            Dialect::Nchan => nchan::publish(payload, out),
            Dialect::Hub => hub::publish(channel, payload, out),
            Dialect::Mqtt => mqtt::publish(channel, payload, out),
            Dialect::Nats => nats::publish(channel, payload, out),
            Dialect::SocketIo => socket_io::publish(channel, payload, out),
            Dialect::Pusher => pusher::publish(channel, payload, out),
        }
    }

    /// The length of the first protocol message in these bytes, which are the payload of a frame or, where the frames
    /// carry a stream, what has not been read of it; `None` when the message is not complete.
    pub(crate) fn first_message(self, bytes: &[u8]) -> Result<Option<usize>, Failure> {
        match self {
            Dialect::Nats => nats::first_message(bytes),
            _ => Ok((!bytes.is_empty()).then_some(bytes.len())),
        }
    }

    /// What a protocol message is; the reply to it, where there is one, is appended to `out`.
    pub(crate) fn hear(self, frame: &[u8], channels: &[usize], out: &mut Vec<u8>) -> Result<Heard, Failure> {
        match self {
            Dialect::Xano => xano::hear(frame),
            Dialect::XanoV2 => xano_v2::hear(frame),
            Dialect::Nchan => Ok(nchan::hear(frame)),
            Dialect::Hub => Ok(hub::hear(frame)),
            Dialect::Mqtt => mqtt::hear(frame, channels, out),
            Dialect::Nats => nats::hear(frame, out),
            Dialect::SocketIo => socket_io::hear(frame, channels, out),
            Dialect::Pusher => pusher::hear(frame, channels, out),
        }
    }
}
