//! The bytes of one socket as the WebSocket library sees them: it reads by itself, what it has to say waits its turn in
//! the outbox.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::tcp::OwnedReadHalf;

use super::fragments::Fragments;
use super::outbox::{Added, Outbox};
use crate::hub::Encoded;

/// The bytes of one socket. Nothing that is written has to wait: it is written with what waits before it.
#[derive(Debug)]
pub(crate) struct Stream {
    reads: OwnedReadHalf,
    outbox: Arc<Outbox>,
    pub(crate) fragments: Fragments,
    /// Whether what is read is thrown away, and no longer counted.
    is_draining: bool,
}

impl Stream {
    pub(crate) fn new(reads: OwnedReadHalf, outbox: Arc<Outbox>, fragments: Fragments) -> Stream {
        Stream { reads, outbox, fragments, is_draining: false }
    }

    /// What still comes is read to be thrown away, whatever it is.
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
            // Where nothing is taken in any more, the socket's task knows already.
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
