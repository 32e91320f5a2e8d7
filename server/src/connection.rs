//! One socket, one task: its frames go to the hub. What is for it is written by those who cause it, as long as the client
//! takes it; see `outbox`.

use std::future::ready;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::OwnedReadHalf;
use tokio::select;
use tokio::time::{Sleep, sleep_until, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::CapacityError;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Bytes, Error, Message, Utf8Bytes};
use xano_realtime_protocol::CloseCode;

use crate::heartbeat::{Heartbeat, Look, patience};
use crate::line::{Intolerable, Line};
use crate::outbox::{Ending, Need, Outbox};
use crate::stream::Stream;

type Socket = WebSocketStream<Stream>;

/// How the sockets of a server are served.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    /// A frame may have no more.
    pub(crate) frame_bytes: usize,
    /// After how much silence a socket is asked whether it is still there.
    pub(crate) ping: Duration,
}

/// Serves a socket until one side closes it, or the client is silent for longer than two pings allow.
pub(crate) async fn serve(reads: OwnedReadHalf, already_read: Vec<u8>, mut line: Line, terms: Terms) {
    let config = WebSocketConfig::default()
        .max_frame_size(Some(terms.frame_bytes))
        .max_message_size(Some(terms.frame_bytes))
        .read_buffer_size(READ_BUFFER_BYTES);
    let stream = Stream::new(reads, Arc::clone(&line.outbox));
    let mut socket = WebSocketStream::from_partially_read(stream, already_read, Role::Server, Some(config)).await;
    let end = converse(&mut socket, &mut line, terms.ping).await;
    if let End::ByServer(CloseCode::TRY_AGAIN_LATER, _) = end {
        line.note_slow_consumer();
    }
    let outbox = Arc::clone(&line.outbox);
    // The others learn at once that this one is gone, however long the farewell takes.
    drop(line);
    tracing::debug!(?end, "socket ends");
    outbox.end(Ending::Over);
    let farewell = async {
        match end {
            End::Closed => {
                // Answers the close frame, behind what waits.
                while let Some(Ok(_)) = socket.next().await {}
                let _ = outbox.written().await;
            }
            End::Broken | End::Silent => {}
            End::ByServer(code, reason) => part(socket, &outbox, code, reason).await,
        }
    };
    // Who does not answer in time is cut off. In a box: an open socket should not cost what only one that ends needs.
    let _ = timeout(FAREWELL, Box::pin(farewell)).await;
}

#[derive(Debug)]
enum End {
    /// The client closed; its close frame is still to be answered.
    Closed,
    /// Nothing can be said any more.
    Broken,
    /// The client answered no ping.
    Silent,
    /// The server closes, and says why.
    ByServer(CloseCode, &'static str),
}

async fn converse(socket: &mut Socket, line: &mut Line, ping: Duration) -> End {
    let patience = patience(ping);
    let mut heartbeat = Heartbeat::new(ping, Instant::now());
    // The only timer of the socket. Waiting for room borrows it.
    let mut alarm = pin!(sleep_until(heartbeat.next_look().into()));
    loop {
        // Reading comes first, so that what a burst causes leaves in few writes. Waiting for a client comes last, so that
        // one that takes little is asked as well.
        select! {
            biased;
            // A client that takes less than it asks for is not asked what else it wants.
            incoming = socket.next(), if !line.outbox.is_congested() => {
                heartbeat.hear(Instant::now());
                let tolerable = match incoming {
                    Some(Ok(Message::Text(text))) => line.receive(&text),
                    Some(Ok(Message::Binary(_))) => line.receive_binary(),
                    Some(Ok(Message::Close(_))) => return End::Closed,
                    // A ping is answered by the library, with the next read.
                    Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => Ok(()),
                    Some(Err(error)) => return end_for(&error),
                    None => return End::Broken,
                };
                if let Err(Intolerable) = tolerable {
                    // What was refused last is told before the socket closes.
                    line.write();
                    return Ending::TooManyRefusals.into();
                }
            }
            () = ready(()), if line.owes() => line.write(),
            () = alarm.as_mut() => {
                match heartbeat.look(Instant::now()) {
                    Look::Wait => {}
                    Look::Ping => if socket.send(Message::Ping(Bytes::new())).await.is_err() {
                        return End::Broken;
                    },
                    Look::GiveUp => return End::Silent,
                }
                alarm.as_mut().reset(heartbeat.next_look().into());
            }
            need = line.outbox.need() => {
                match need {
                    Need::End(ending) => return ending.into(),
                    Need::Room => if let Err(end) = room(&line.outbox, patience, alarm.as_mut()).await {
                        return end;
                    },
                }
                alarm.as_mut().reset(heartbeat.next_look().into());
            }
        }
    }
}

/// Writes as soon as the client takes something again. Nothing is read of it meanwhile.
async fn room(outbox: &Outbox, patience: Duration, mut alarm: Pin<&mut Sleep>) -> Result<(), End> {
    alarm.as_mut().reset((Instant::now() + patience).into());
    select! {
        biased;
        ending = outbox.ended() => return Err(ending.into()),
        room = outbox.room() => room.map_err(|_| End::Broken)?,
        () = alarm => return Err(Ending::SlowConsumer.into()),
    }
    outbox.write();
    Ok(())
}

/// Says why, then reads what still comes: closing a connection with unread data would reset it, and the client
/// would never see the reason.
async fn part(mut socket: Socket, outbox: &Outbox, code: CloseCode, reason: &'static str) {
    let frame = CloseFrame { code: code.0.into(), reason: Utf8Bytes::from_static(reason) };
    if socket.close(Some(frame)).await.is_err() || outbox.written().await.is_err() {
        return;
    }
    let stream = socket.get_mut();
    if stream.shutdown().await.is_err() {
        return;
    }
    let mut unread = vec![0; READ_BUFFER_BYTES];
    while let Ok(1..) = stream.read(&mut unread).await {}
}

fn end_for(error: &Error) -> End {
    match error {
        Error::Capacity(CapacityError::MessageTooLong { .. }) => End::ByServer(CloseCode::TOO_LARGE, "frame too large"),
        Error::Utf8(_) => End::ByServer(INVALID_TEXT, "text is not UTF-8"),
        Error::Protocol(_) => End::ByServer(PROTOCOL_ERROR, "not the WebSocket protocol"),
        _ => End::Broken,
    }
}

impl From<Ending> for End {
    fn from(ending: Ending) -> End {
        match ending {
            Ending::Over => End::Broken,
            Ending::SlowConsumer => End::ByServer(CloseCode::TRY_AGAIN_LATER, "reading too slowly"),
            Ending::Restart => End::ByServer(CloseCode::RESTART, "server restarts"),
            Ending::TooManyRefusals => End::ByServer(CloseCode::POLICY, "too many refused frames"),
            Ending::AddressChanged => End::ByServer(CloseCode::RESTART, "the connection hash has changed"),
        }
    }
}

/// There from the start; the library's default, 128 KiB, would be most of what an idle connection costs.
const READ_BUFFER_BYTES: usize = 1024;

/// Less than the five seconds in which the server has to stop.
const FAREWELL: Duration = Duration::from_secs(2);

const PROTOCOL_ERROR: CloseCode = CloseCode(1002);
const INVALID_TEXT: CloseCode = CloseCode(1007);
