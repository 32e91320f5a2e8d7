//! One socket, one task: its frames go to the hub. What is for it is written by those who cause it, as long as the client
//! takes it; see `outbox`.

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
use super::heartbeat::{Heartbeat, Look, patience};
use super::outbox::{Ending, Need, Outbox};
use super::progress::Progress;
use super::stream::Stream;
use crate::config::Timings;
use crate::hub::Refusal;
use crate::settings::Limits;

pub(crate) type Socket = WebSocketStream<Stream>;

/// How the sockets of a server are served.
#[derive(Clone, Debug)]
pub(crate) struct Terms {
    /// A frame may have no more.
    pub(crate) frame_bytes: usize,
    /// After how much silence a socket is asked whether it is still there.
    pub(crate) ping: Duration,
    /// For how long a client may take to close its side.
    pub(crate) farewell: Duration,
    /// Cancelled when the server stops.
    pub(crate) stopping: CancellationToken,
}

impl Terms {
    pub(crate) fn new(limits: &Limits, timings: &Timings, stopping: &CancellationToken) -> Terms {
        let &Timings { ping, farewell, .. } = timings;
        Terms { frame_bytes: limits.largest_frame_bytes(), ping, farewell, stopping: stopping.clone() }
    }
}

/// Serves a socket until one side closes it, the client is silent for longer than two pings allow, or its token expires.
pub(crate) async fn serve(
    reads: OwnedReadHalf,
    already_read: Vec<u8>,
    mut session: ClientSession,
    terms: &Terms,
    expires: Option<Instant>,
) {
    let config = WebSocketConfig::default()
        .max_frame_size(Some(terms.frame_bytes))
        .max_message_size(Some(terms.frame_bytes))
        .read_buffer_size(READ_BUFFER_BYTES);
    let stream = Stream::new(reads, Arc::clone(&session.outbox), Fragments::new(terms.frame_bytes));
    let mut socket = WebSocketStream::from_partially_read(stream, already_read, Role::Server, Some(config)).await;
    let end = converse(&mut socket, &mut session, terms.ping, expires).await;
    if let End::ByServer(CloseCode::TRY_AGAIN_LATER, _) = end {
        session.note_slow_consumer();
    }
    let outbox = Arc::clone(&session.outbox);
    // The others learn at once that this one is gone, however long the farewell takes.
    drop(session);
    tracing::debug!(?end, "socket ends");
    outbox.end(Ending::Over);
    // In a box: an open socket should not cost what only one that ends needs.
    Box::pin(farewell(socket, &outbox, end, terms)).await;
}

async fn converse(socket: &mut Socket, session: &mut ClientSession, ping: Duration, expires: Option<Instant>) -> End {
    let mut heartbeat = Heartbeat::new(ping, Instant::now(), expires);
    // The only timer of the socket. Waiting for room borrows it.
    let mut alarm = pin!(sleep_until(heartbeat.next_look().into()));
    let mut progress = Progress::new(patience(ping));
    loop {
        // Reading comes first, so that what a burst causes leaves in few writes. Waiting for a client comes last, so that
        // one that takes little is asked as well.
        select! {
            biased;
            // A client that takes less than it asks for is not asked what else it wants.
            incoming = socket.next(), if !session.outbox.is_congested() => {
                let now = Instant::now();
                heartbeat.hear(now);
                // A client that never pauses keeps the alarm from being asked.
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
                        if let Err(end) = writable(&session.outbox, alarm.as_mut()).await {
                            return end;
                        }
                        let now = Instant::now();
                        if heartbeat.is_expired(now) {
                            return expired(session);
                        }
                        // A client that takes something is there, though its pong may wait behind what it is sent.
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

/// Hands on what was read.
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
        // The library answers a ping with the next read.
        Some(Ok(Message::Ping(bytes) | Message::Pong(bytes))) => {
            fragments.control(bytes.len());
            session.receive_control()
        }
        // The library hands on no bare frames.
        Some(Ok(Message::Frame(_))) => Ok(()),
        Some(Ok(Message::Close(_))) => return Err(End::Closed),
        Some(Err(error)) => return Err(end_for(&error)),
        None => return Err(End::Broken),
    };
    tolerable.map_err(|TooManyRefusals| {
        // What was refused last is told before the socket closes.
        session.write();
        Ending::TooManyRefusals.into()
    })
}

/// The socket is told that its token has expired. It is closed with the code after which every client connects again.
fn expired(session: &mut ClientSession) -> End {
    session.tell(Refusal::TokenExpired);
    session.write();
    End::ByServer(CloseCode::RESTART, "the token has expired")
}

/// Writes as soon as the client takes something again, or returns at the alarm. Nothing is read of the client until then.
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

/// There from the start; the library's default, 128 KiB, would be most of what an idle connection costs.
const READ_BUFFER_BYTES: usize = 1024;
