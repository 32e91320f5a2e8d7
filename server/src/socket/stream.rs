//! The byte stream of one socket, as the WebSocket library sees it. Reads go to the TCP stream; writes go to the
//! outbox, in order with all other frames.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::tcp::OwnedReadHalf;

use super::fragments::Fragments;
use crate::hub::Encoded;
use crate::outbox::{Added, Outbox};

/// The byte stream of one socket. A write never waits: its bytes are queued in the outbox.
#[derive(Debug)]
pub(crate) struct Stream {
    reads: OwnedReadHalf,
    outbox: Arc<Outbox>,
    pub(crate) fragments: Fragments,
    /// Whether incoming bytes are dropped, and no longer counted as fragments.
    is_draining: bool,
}

impl Stream {
    pub(crate) fn new(reads: OwnedReadHalf, outbox: Arc<Outbox>, fragments: Fragments) -> Stream {
        Stream { reads, outbox, fragments, is_draining: false }
    }

    /// From now on, incoming bytes are read and dropped.
    pub(crate) fn drain(&mut self) {
        self.is_draining = true;
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.reads).poll_read(context, buffer))?;
        let read = buffer.filled().len() - before;
        Poll::Ready(if self.is_draining { Ok(()) } else { self.fragments.read(read) })
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.outbox.add_control(Encoded::bytes(bytes)) {
            Added::ToWrite => self.outbox.write(),
            // `No` means that the outbox accepts nothing more; the socket's task already knows.
            Added::Yes | Added::No => {}
        }
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(SockRef::from(self.outbox.stream()).shutdown(std::net::Shutdown::Write))
    }
}
