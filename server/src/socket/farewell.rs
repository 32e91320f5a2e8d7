//! How a socket ends: the client is told why, behind what still waits, and gets a bounded time to read it.

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
use super::outbox::{Ending, Outbox};

/// Why a socket ends.
#[derive(Debug)]
pub(crate) enum End {
    /// The client closed; its close frame is still to be answered.
    Closed,
    /// Nothing can be said any more.
    Broken,
    /// The client answered no ping.
    Silent,
    /// The server closes, and says why.
    ByServer(CloseCode, &'static str),
}

/// Ends a socket. A client that does not read or does not close its side in time is cut off.
pub(crate) async fn farewell(mut socket: Socket, outbox: &Outbox, end: End, terms: &Terms) {
    let is_slow = outbox.is_blocked();
    let mut farewell = pin!(async {
        match end {
            End::Closed => {
                // Answers the close frame, behind what waits.
                while let Some(Ok(_)) = socket.next().await {}
                let _ = outbox.written().await;
            }
            End::Broken | End::Silent => {}
            End::ByServer(code, reason) => part(socket, outbox, code, reason).await,
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

/// Resolves when a slow client has had its time. Returns whether it has read in each part of it.
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

/// Says why, then reads what still comes: closing a connection with unread data would reset it, and the client
/// would never see the reason.
async fn part(mut socket: Socket, outbox: &Outbox, code: CloseCode, reason: &'static str) {
    let frame = CloseFrame { code: code.0.into(), reason: Utf8Bytes::from_static(reason) };
    if socket.close(Some(frame)).await.is_err() || outbox.written().await.is_err() {
        return;
    }
    let stream = socket.get_mut();
    stream.drain();
    if stream.shutdown().await.is_err() {
        return;
    }
    let mut unread = vec![0; UNREAD_BUFFER_BYTES];
    while let Ok(1..) = stream.read(&mut unread).await {}
}

/// The end that an error of the WebSocket library leads to.
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
            Ending::Disconnected => End::ByServer(CloseCode::UNAUTHORIZED, "disconnected by the workspace"),
        }
    }
}

const UNREAD_BUFFER_BYTES: usize = 1024;

/// A slow client has to take something in each of so many periods: 30 s in all.
const SLOW_PERIODS: usize = 3;
const SLOW_PERIOD: Duration = Duration::from_secs(10);

const PROTOCOL_ERROR: CloseCode = CloseCode(1002);
const INVALID_TEXT: CloseCode = CloseCode(1007);
