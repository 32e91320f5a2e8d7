//! One socket, one task: its frames go to the hub, what waits in its outbox goes out.

use std::collections::VecDeque;
use std::pin::{Pin, pin};
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::select;
use tokio::time::{Sleep, sleep_until, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::CapacityError;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Bytes, Error, Message, Utf8Bytes};
use xano_realtime_protocol::CloseCode;

use crate::heartbeat::{Heartbeat, Look, patience};
use crate::line::{Intolerable, Line};
use crate::outbox::Ending;

/// An open socket, the only one of its connection.
pub(crate) type Socket = WebSocketStream<TcpStream>;

/// How a socket of this server treats its buffers and its frames.
pub(crate) fn socket_config(frame_bytes: usize) -> WebSocketConfig {
    WebSocketConfig::default()
        .max_frame_size(Some(frame_bytes))
        .max_message_size(Some(frame_bytes))
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(WRITE_BUFFER_BYTES)
}

/// Serves a socket until one side closes it, or the client is silent for longer than two pings of that interval allow.
pub(crate) async fn serve(mut socket: Socket, mut line: Line, ping: Duration) {
    let end = converse(&mut socket, &mut line, ping).await;
    if let End::ByServer(CloseCode::TRY_AGAIN_LATER, _) = end {
        line.note_slow_consumer();
    }
    // The others learn at once that this one is gone, however long the farewell takes.
    drop(line);
    tracing::debug!(?end, "socket ends");
    let farewell = async {
        match end {
            End::Closed => while let Some(Ok(_)) = socket.next().await {},
            End::Broken | End::Silent => {}
            End::ByServer(code, reason) => part(socket, code, reason).await,
        }
    };
    // Who does not answer in time is cut off.
    let _ = timeout(FAREWELL, farewell).await;
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
    // The only timer of the socket. A write that has to wait borrows it.
    let mut alarm = pin!(sleep_until(heartbeat.next_look().into()));
    loop {
        // Reading comes first, so that the answers to a burst leave in one write; writing comes last, so that a client
        // for whom there is always something to write is asked as well.
        select! {
            biased;
            incoming = socket.next() => {
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
                    line.outbox.end(Ending::TooManyRefusals);
                    let told = within(patience, alarm, pin!(write_all(socket, line))).await;
                    return told.map_or_else(|end| end, End::from);
                }
            }
            () = alarm.as_mut() => {
                match heartbeat.look(Instant::now()) {
                    Look::Wait => {}
                    Look::Ping => {
                        let ask = pin!(socket.send(Message::Ping(Bytes::new())));
                        if let Err(end) = within(patience, alarm.as_mut(), ask).await {
                            return end;
                        }
                    }
                    Look::GiveUp => return End::Silent,
                }
                alarm.as_mut().reset(heartbeat.next_look().into());
            }
            taken = line.outbox.take() => {
                let frames = match taken {
                    Ok(frames) => frames,
                    Err(ending) => return ending.into(),
                };
                let writing = pin!(write(socket, frames));
                let written = select! {
                    biased;
                    written = within(patience, alarm.as_mut(), writing) => written,
                    ending = line.outbox.ended() => Err(ending.into()),
                };
                if let Err(end) = written {
                    return end;
                }
                let next_look = heartbeat.next_look().into();
                if alarm.deadline() != next_look {
                    alarm.as_mut().reset(next_look);
                }
            }
        }
    }
}

/// Work on a socket that is given up when the client takes nothing for so long. Sets the alarm only if it has to wait.
async fn within<T>(
    patience: Duration,
    mut alarm: Pin<&mut Sleep>,
    work: Pin<&mut impl Future<Output = Result<T, Error>>>,
) -> Result<T, End> {
    let too_long = async {
        alarm.as_mut().reset((Instant::now() + patience).into());
        alarm.await;
    };
    select! {
        biased;
        done = work => done.map_err(|_| End::Broken),
        () = too_long => Err(Ending::SlowConsumer.into()),
    }
}

/// Everything that waited leaves in one write, as far as the buffer holds it.
async fn write(socket: &mut Socket, frames: VecDeque<Utf8Bytes>) -> Result<(), Error> {
    for frame in frames {
        socket.feed(Message::Text(frame)).await?;
    }
    socket.flush().await
}

/// What still waits for a socket that is to be closed.
async fn write_all(socket: &mut Socket, line: &Line) -> Result<Ending, Error> {
    loop {
        match line.outbox.take().await {
            Ok(frames) => write(socket, frames).await?,
            Err(ending) => return Ok(ending),
        }
    }
}

/// Says why, then reads what still comes: closing a connection with unread data would reset it, and the client
/// would never see the reason.
async fn part(mut socket: Socket, code: CloseCode, reason: &'static str) {
    let frame = CloseFrame { code: code.0.into(), reason: Utf8Bytes::from_static(reason) };
    if socket.close(Some(frame)).await.is_err() {
        return;
    }
    let stream = socket.get_mut();
    if stream.shutdown().await.is_err() {
        return;
    }
    let mut unread = vec![0; WRITE_BUFFER_BYTES];
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
            Ending::SlowConsumer => End::ByServer(CloseCode::TRY_AGAIN_LATER, "reading too slowly"),
            Ending::Restart => End::ByServer(CloseCode::RESTART, "server restarts"),
            Ending::TooManyRefusals => End::ByServer(CloseCode::POLICY, "too many refused frames"),
            Ending::AddressChanged => End::ByServer(CloseCode::RESTART, "the connection hash has changed"),
        }
    }
}

/// There from the start; the library's default, 128 KiB, would be most of what an idle connection costs.
const READ_BUFFER_BYTES: usize = 2 * 1024;

/// Grows when it is needed, to one write's worth of frames.
const WRITE_BUFFER_BYTES: usize = 8 * 1024;

/// Less than the five seconds in which the server has to stop.
const FAREWELL: Duration = Duration::from_secs(2);

const PROTOCOL_ERROR: CloseCode = CloseCode(1002);
const INVALID_TEXT: CloseCode = CloseCode(1007);
