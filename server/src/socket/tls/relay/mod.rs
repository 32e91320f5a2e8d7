//! Between an encrypted connection and the plain one that is served in its place.

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
    /// For how long a client may leave the next bytes untaken.
    pub(super) patience: Duration,
    /// For how long a client may take to close its side when the server has closed the other.
    pub(super) farewell: Duration,
    pub(super) stopping: CancellationToken,
}

type Client = TlsStream<TcpStream>;

/// Carries bytes both ways until both sides have closed theirs, or the time for it is over. Until it has become a socket,
/// the connection counts as long as this runs.
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

/// Resolves when the server stops and has had the time to say so to the client.
async fn is_over(terms: &Terms) {
    terms.stopping.cancelled().await;
    sleep(terms.farewell + terms.farewell / 4).await;
}

/// What the client sends. It is read on and thrown away where the server takes no more: the client would not see the last
/// words if its own were left unread.
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

/// What the server sends. The next bytes are taken of it when the client has taken these: what waits longer waits in the
/// outbox, where it counts.
async fn down(server: OwnedReadHalf, mut client: WriteHalf<Client>, patience: Duration) -> io::Result<()> {
    loop {
        server.readable().await?;
        // Not kept: most connections wait most of the time.
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

/// There from the start of each connection. A client's frames are small.
const UP_BYTES: usize = 4 * 1024;

/// With the patience of a minute, as little a second as a slow reader has to take.
const DOWN_BYTES: usize = 64 * 1024;

#[cfg(test)]
mod tests;
