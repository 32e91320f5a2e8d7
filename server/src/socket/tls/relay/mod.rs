//! The relay between an encrypted connection and the plain one that is served.

use std::io::{self, ErrorKind};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf, split};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::select;
use tokio::time::{sleep, timeout};
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;

use crate::socket::pending::PendingConnection;

#[derive(Clone, Debug)]
pub(super) struct Terms {
    /// The time that a client may take to read the next bytes.
    pub(super) patience: Duration,
    /// The time that a client has to close its side after the server has closed the other.
    pub(super) farewell: Duration,
    pub(super) stopping: CancellationToken,
}

type Client = TlsStream<TcpStream>;

/// Relays bytes in both directions until both sides are closed or a timeout fires. Until the connection has become a
/// socket, it counts as pending while this runs.
pub(super) async fn run(client: Client, end: TcpStream, pending: Arc<PendingConnection>, terms: Terms) {
    let (from_client, to_client) = split(client);
    let (from_server, to_server) = end.into_split();
    let mut up = pin!(up(from_client, to_server));
    let mut down = pin!(down(from_server, to_client, terms.patience));
    let both = async {
        select! {
            sent = &mut down => {
                sent?;
                let _ = timeout(terms.farewell, up).await;
            }
            received = &mut up => {
                received?;
                down.await?;
            }
        }
        io::Result::Ok(())
    };
    let ended = select! {
        ended = both => ended,
        () = pending.closing() => return,
        () = is_over(&terms) => return,
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "an encrypted connection ends");
    }
}

/// Resolves when the server stops and the client has had time to receive the close frame.
async fn is_over(terms: &Terms) {
    terms.stopping.cancelled().await;
    sleep(terms.farewell + terms.farewell / 4).await;
}

/// Relays from the client to the server. If the server reads no more, the bytes are still read and dropped, because
/// unread bytes would reset the connection before the client has received the last frames.
async fn up(mut client: ReadHalf<Client>, mut server: OwnedWriteHalf) -> io::Result<()> {
    let mut buffer = vec![0; UP_BYTES];
    let mut is_taken = true;
    loop {
        let read = client.read(&mut buffer).await?;
        let bytes = buffer.get(..read).unwrap_or_default();
        if bytes.is_empty() {
            let _ = server.shutdown().await;
            return Ok(());
        }
        is_taken = is_taken && server.write_all(bytes).await.is_ok();
    }
}

/// Relays from the server to the client. The next bytes are read only after the client has received the previous ones,
/// so all further bytes wait in the outbox, where they count.
async fn down(server: OwnedReadHalf, mut client: WriteHalf<Client>, patience: Duration) -> io::Result<()> {
    loop {
        server.readable().await?;
        // The buffer is not kept, because most connections are idle most of the time.
        let mut buffer = Vec::with_capacity(DOWN_BYTES);
        match server.try_read_buf(&mut buffer) {
            Ok(0) => return timeout(patience, client.shutdown()).await?,
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => continue,
            Err(error) => return Err(error),
        }
        timeout(patience, async {
            client.write_all(&buffer).await?;
            client.flush().await
        })
        .await??;
    }
}

/// The size of the buffer that each connection keeps. A client's frames are small.
const UP_BYTES: usize = 4 * 1024;

/// The size of one read. With a timeout of a minute, it requires the same speed as the limit on slow readers.
const DOWN_BYTES: usize = 64 * 1024;

#[cfg(test)]
mod tests;
