//! The end of a socket: the client gets its queued frames, then a close frame with the reason, and a bounded time to
//! read both.

use std::mem;
use std::pin::pin;
use std::time::Duration;

use futures_util::StreamExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::select;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::error::CapacityError;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error, Utf8Bytes};
use xano_realtime_protocol::CloseCode;

use super::connection::{Socket, Terms};
use super::fragments::TooManyFragments;
use crate::outbox::{Ending, Outbox};

/// The reason why a socket ends.
#[derive(Debug)]
pub(crate) enum End {
    /// The client has sent a close frame, and the server still has to answer it.
    Closed,
    /// The connection is lost; nothing can be sent.
    Broken,
    /// The client has answered no ping.
    Silent,
    /// The server closes the socket with this code and reason.
    ByServer(CloseCode, &'static str),
}

/// Closes a socket. Cuts off a client that does not read its frames or does not close its side in time.
pub(crate) async fn farewell(mut socket: Socket, outbox: &Outbox, end: End, terms: &Terms) {
    let is_slow = outbox.is_blocked();
    let mut farewell = pin!(async {
        match end {
            End::Closed => {
                // The library answers the close frame; the answer is queued behind the frames that wait.
                while let Some(Ok(_)) = socket.next().await {}
                let _ = outbox.written().await;
            }
            End::Broken | End::Silent => {}
            End::ByServer(code, reason) => part(socket, outbox, code, reason, terms.farewell / 2).await,
        }
    });
    if is_slow {
        select! {
            biased;
            () = &mut farewell => return,
            () = terms.stopping.cancelled() => {}
            reads_on = reads_on(outbox) => if !reads_on {
                return;
            },
        }
    }
    let _ = timeout(terms.farewell, farewell).await;
}

/// Resolves when the time for a slow reader is over. Returns whether the client has read something in each period of
/// it.
async fn reads_on(outbox: &Outbox) -> bool {
    let mut taken_bytes = outbox.taken_bytes();
    for _ in 0..SLOW_PERIODS {
        sleep(SLOW_PERIOD).await;
        let taken_before = mem::replace(&mut taken_bytes, outbox.taken_bytes());
        if taken_bytes == taken_before {
            return false;
        }
    }
    true
}

/// Sends the close frame, and waits for the client's before it ends the connection: Firefox drops frames that it has not
/// yet handed to the page when the connection ends, the reason of a refused handshake among them. Then it reads and drops
/// what the client still sends. Closing a TCP connection with unread data would reset it, and the client would never see
/// the reason.
async fn part(mut socket: Socket, outbox: &Outbox, code: CloseCode, reason: &'static str, patience: Duration) {
    let frame = CloseFrame { code: code.0.into(), reason: Utf8Bytes::from_static(reason) };
    if socket.close(Some(frame)).await.is_err() || outbox.written().await.is_err() {
        return;
    }
    let _ = timeout(patience, async { while let Some(Ok(_)) = socket.next().await {} }).await;
    let stream = socket.get_mut();
    stream.drain();
    if stream.shutdown().await.is_err() {
        return;
    }
    let mut unread = vec![0; UNREAD_BUFFER_BYTES];
    while let Ok(1..) = stream.read(&mut unread).await {}
}

/// Maps an error of the WebSocket library to the reason why the socket ends.
pub(crate) fn end_for(error: &Error) -> End {
    match error {
        Error::Capacity(CapacityError::MessageTooLong { .. }) => End::ByServer(CloseCode::TOO_LARGE, "frame too large"),
        Error::Io(error) if error.get_ref().is_some_and(|cause| cause.is::<TooManyFragments>()) => {
            TooManyFragments.into()
        }
        Error::Utf8(_) => End::ByServer(INVALID_TEXT, "text is not UTF-8"),
        Error::Protocol(_) => End::ByServer(PROTOCOL_ERROR, "not the WebSocket protocol"),
        _ => End::Broken,
    }
}

impl From<TooManyFragments> for End {
    fn from(_: TooManyFragments) -> End {
        End::ByServer(CloseCode::POLICY, "a message in too many fragments")
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
            Ending::Refused => End::ByServer(CloseCode::UNAUTHORIZED, ""),
            Ending::ServerGone => End::ByServer(CloseCode::RESTART, "the settings of the server have changed"),
            Ending::Busy => End::ByServer(CloseCode::TRY_AGAIN_LATER, "the server is busy"),
            Ending::Disconnected => End::ByServer(CloseCode::UNAUTHORIZED, "disconnected by the workspace"),
        }
    }
}

const UNREAD_BUFFER_BYTES: usize = 1024;

/// A slow reader has to read something in each of these periods, which last 30 s together.
const SLOW_PERIODS: usize = 3;
const SLOW_PERIOD: Duration = Duration::from_secs(10);

const PROTOCOL_ERROR: CloseCode = CloseCode(1002);
const INVALID_TEXT: CloseCode = CloseCode(1007);
