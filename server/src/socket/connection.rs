//! The task of one socket: it reads frames and hands them to the hub. Outgoing frames are written by the task that
//! produced them; this task writes only while the client's TCP buffer is full. See `outbox`.

use std::future::ready;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use tokio::net::tcp::OwnedReadHalf;
use tokio::select;
use tokio::time::{Sleep, sleep_until};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Bytes, Error, Message};
use tokio_util::sync::CancellationToken;
use xano_realtime_protocol::CloseCode;

use super::client_session::{ClientSession, TooManyRefusals};
use super::farewell::{End, end_for, farewell};
use super::fragments::Fragments;
use super::heartbeat::{Heartbeat, Idle, Look, patience};
use super::progress::Progress;
use super::stream::Stream;
use crate::config::Timings;
use crate::hub::{Dialect, Refusal};
use crate::outbox::{Ending, Need, Outbox};
use crate::settings::Limits;

pub(crate) type Socket = WebSocketStream<Stream>;

/// The limits and timeouts that every socket of a server has.
#[derive(Clone, Debug)]
pub(crate) struct Terms {
    /// The size of the largest frame that a client may send, in bytes.
    pub(crate) frame_bytes: usize,
    /// The time of silence after which the server pings a client.
    pub(crate) ping: Duration,
    /// The time after which a V2 client is dropped that has sent no frame.
    pub(crate) idle: Duration,
    /// The time that a client has to close its side of the connection.
    pub(crate) farewell: Duration,
    /// Cancelled when the server stops.
    pub(crate) stopping: CancellationToken,
}

impl Terms {
    pub(crate) fn new(limits: &Limits, timings: &Timings, stopping: &CancellationToken) -> Terms {
        let &Timings { ping, farewell, .. } = timings;
        let idle = Duration::from_secs(u64::try_from(limits.idle_seconds).unwrap_or(u64::MAX));
        Terms { frame_bytes: limits.largest_frame_bytes(), ping, idle, farewell, stopping: stopping.clone() }
    }
}

/// An open socket with the session of its client.
pub(crate) struct Connection {
    socket: Socket,
    session: ClientSession,
    /// The time when the auth token expires.
    expires: Option<Instant>,
    /// The bound on the time without frames; `None` on a socket of V1.
    idle: Option<Duration>,
}

impl Connection {
    pub(crate) async fn new(
        reads: OwnedReadHalf,
        already_read: Vec<u8>,
        session: ClientSession,
        terms: &Terms,
        expires: Option<Instant>,
    ) -> Connection {
        let config = WebSocketConfig::default()
            .max_frame_size(Some(terms.frame_bytes))
            .max_message_size(Some(terms.frame_bytes))
            .read_buffer_size(READ_BUFFER_BYTES);
        let stream = Stream::new(reads, Arc::clone(&session.outbox), Fragments::new(terms.frame_bytes));
        let socket = WebSocketStream::from_partially_read(stream, already_read, Role::Server, Some(config)).await;
        let idle = (session.dialect() == Dialect::V2).then_some(terms.idle);
        Connection { socket, session, expires, idle }
    }

    /// Serves the socket until one side closes it, the client leaves two pings unanswered, or its auth token expires.
    ///
    /// It borrows the connection, because a future keeps each argument twice: as it came and as it is used. All memory
    /// of an idle socket is in this future.
    pub(crate) async fn converse(&mut self, ping: Duration) -> End {
        let now = Instant::now();
        let idle = self.idle.map(|at_most| Idle::new(at_most, now));
        let heartbeat = Heartbeat::new(ping, now, self.expires, idle);
        converse(&mut self.socket, &mut self.session, ping, heartbeat).await
    }

    /// Closes the socket. The future is boxed, so that open sockets do not pay for the memory that only a closing one
    /// needs.
    pub(crate) fn close(self, end: End, terms: &Terms) -> Pin<Box<impl Future<Output = ()> + use<'_>>> {
        let Connection { socket, session, .. } = self;
        if let End::ByServer(CloseCode::TRY_AGAIN_LATER, _) = end {
            session.note_slow_consumer();
        }
        let outbox = Arc::clone(&session.outbox);
        // Dropping the session before the close handshake tells the other members at once that this client has left.
        drop(session);
        tracing::debug!(?end, "socket ends");
        outbox.end(Ending::Over);
        Box::pin(async move { farewell(socket, &outbox, end, terms).await })
    }
}

async fn converse(socket: &mut Socket, session: &mut ClientSession, ping: Duration, mut heartbeat: Heartbeat) -> End {
    // The only timer of the socket. The branch that waits for a writable socket borrows it.
    let mut alarm = pin!(sleep_until(heartbeat.next_look().into()));
    let mut progress = Progress::new(patience(ping));
    loop {
        // The order of the branches matters. Reading comes before flushing, so that all output of a burst leaves in few
        // writes. Waiting for a writable socket comes last, so that the server pings a slow reader too.
        select! {
            biased;
            // Back-pressure: the server reads nothing from a client that does not read its own frames.
            incoming = socket.next(), if !session.outbox.is_congested() => {
                let now = Instant::now();
                heartbeat.hear(now);
                if let Some(Ok(Message::Text(_) | Message::Binary(_))) = incoming {
                    heartbeat.speak(now);
                }
                // The timer's branch is never polled while a client sends without a pause, so the expiry is checked
                // here too.
                if heartbeat.is_expired(now) {
                    return expired(session);
                }
                if let Err(end) = receive(incoming, &mut socket.get_mut().fragments, session) {
                    return end;
                }
            }
            () = ready(()), if session.owes() => session.write(),
            () = alarm.as_mut() => {
                match heartbeat.look(Instant::now()) {
                    Look::Wait => {}
                    Look::Ping => if socket.send(Message::Ping(Bytes::new())).await.is_err() {
                        return End::Broken;
                    },
                    Look::GiveUp => return End::Silent,
                    Look::Expired => return expired(session),
                }
                alarm.as_mut().reset(heartbeat.next_look().into());
            }
            need = session.outbox.need() => {
                match need {
                    Need::End(ending) => return ending.into(),
                    Need::Writable => {
                        let taken_bytes = session.outbox.taken_bytes();
                        let judged = progress.wait(Instant::now(), taken_bytes);
                        alarm.as_mut().reset(heartbeat.or_expiry(judged).into());
                        // Boxed, as only a slow reader needs the memory.
                        if let Err(end) = Box::pin(writable(&session.outbox, alarm.as_mut())).await {
                            return end;
                        }
                        let now = Instant::now();
                        if heartbeat.is_expired(now) {
                            return expired(session);
                        }
                        // Bytes that the client has taken prove that it is alive. Its pong may still wait behind the
                        // frames that the server sends.
                        if session.outbox.taken_bytes() > taken_bytes {
                            heartbeat.hear(now);
                        }
                        if !progress.suffices(now, session.outbox.taken_bytes(), session.outbox.is_blocked()) {
                            session.outbox.give_up();
                            return Ending::SlowConsumer.into();
                        }
                    }
                }
                alarm.as_mut().reset(heartbeat.next_look().into());
            }
        }
    }
}

/// Passes one incoming frame on to the session.
fn receive(
    incoming: Option<Result<Message, Error>>,
    fragments: &mut Fragments,
    session: &mut ClientSession,
) -> Result<(), End> {
    let tolerable = match incoming {
        Some(Ok(Message::Text(text))) => {
            fragments.message(text.len())?;
            session.receive(&text)
        }
        Some(Ok(Message::Binary(bytes))) => {
            fragments.message(bytes.len())?;
            session.receive_binary()
        }
        // The library answers a ping by itself, at the next read.
        Some(Ok(Message::Ping(bytes) | Message::Pong(bytes))) => {
            fragments.control(bytes.len());
            session.receive_control()
        }
        // The library never returns raw frames.
        Some(Ok(Message::Frame(_))) => Ok(()),
        Some(Ok(Message::Close(_))) => return Err(End::Closed),
        Some(Err(error)) => return Err(end_for(&error)),
        None => return Err(End::Broken),
    };
    tolerable.map_err(|TooManyRefusals| {
        // The refusal must be sent before the socket closes.
        session.write();
        Ending::TooManyRefusals.into()
    })
}

/// Tells the client that its token has expired. The close code (1012) makes every client connect again, with a new
/// token.
fn expired(session: &mut ClientSession) -> End {
    session.tell(Refusal::TokenExpired);
    session.write();
    End::ByServer(CloseCode::RESTART, "the token has expired")
}

/// Waits until the socket is writable, then flushes the outbox; returns early when the timer fires. The task reads
/// nothing from the client until then.
async fn writable(outbox: &Outbox, alarm: Pin<&mut Sleep>) -> Result<(), End> {
    select! {
        biased;
        ending = outbox.ended() => return Err(ending.into()),
        written = outbox.writable() => written.map_err(|_| End::Broken)?,
        () = alarm => return Ok(()),
    }
    outbox.write();
    Ok(())
}

/// The read buffer is allocated when the socket opens. The library's default of 128 KiB would be most of the memory of
/// an idle connection.
const READ_BUFFER_BYTES: usize = 1024;
