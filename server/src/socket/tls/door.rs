//! From the first byte of an encrypted connection to the end of its handshake: what a stranger does here is bounded in
//! time and number like a request that does not come.

use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::select;
use tokio::time::timeout;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{Tls, pair::pair, relay};
use crate::config::Timings;
use crate::logging::LineRate;
use crate::socket::heartbeat::patience;
use crate::socket::pending::PendingConnection;

/// Where encrypted connections come in.
#[derive(Debug)]
pub(crate) struct Door {
    tls: Arc<Tls>,
    handshake: Duration,
    terms: relay::Terms,
    relays: TaskTracker,
}

impl Door {
    pub(crate) fn new(tls: Arc<Tls>, timings: &Timings, stopping: &CancellationToken) -> Door {
        let &Timings { handshake, farewell, ping, .. } = timings;
        let terms = relay::Terms { patience: patience(ping), farewell, stopping: stopping.clone() };
        Door { tls, handshake, terms, relays: TaskTracker::new() }
    }

    /// The plain connection to serve in place of an encrypted one; `None` where nothing came of it.
    pub(crate) async fn enter(&self, stream: TcpStream, pending: &Arc<PendingConnection>) -> Option<TcpStream> {
        let shaken = select! {
            shaken = timeout(self.handshake, self.shake_hands(stream)) => shaken,
            () = pending.closing() => return None,
            () = self.terms.stopping.cancelled() => return None,
        };
        let shaken = shaken.unwrap_or_else(|_| Err(ErrorKind::TimedOut.into()));
        let entered = match shaken {
            Ok(Some(client)) => pair().await.map(|(served, end)| (client, served, end)),
            Ok(None) => return None,
            Err(error) => Err(error),
        };
        match entered {
            Ok((client, served, end)) => {
                self.relays.spawn(relay::run(client, end, Arc::clone(pending), self.terms.clone()));
                Some(served)
            }
            Err(error) => {
                if let Some(left_out) = FAILED_LINES.admits(Instant::now()) {
                    tracing::warn!(
                        %error,
                        left_out,
                        "a TLS handshake failed; a client that says UnknownCA, BadCertificate or CertificateUnknown does \
                         not trust the certificate: docs/server.md#tls"
                    );
                }
                None
            }
        }
    }

    /// `None` where the client does not speak TLS, or nothing at all: probes only connect.
    async fn shake_hands(&self, stream: TcpStream) -> io::Result<Option<TlsStream<TcpStream>>> {
        let mut first = [0];
        if stream.peek(&mut first).await? == 0 {
            return Ok(None);
        }
        // The first letter of a method of HTTP. A handshake begins with 22.
        if first[0].is_ascii_uppercase() {
            refuse_plain(stream).await?;
            return Ok(None);
        }
        self.tls.acceptor().accept(stream).await.map(Some)
    }

    /// Resolves when the last connection has ended; none may come in any more.
    pub(crate) async fn closed(&self) {
        self.relays.close();
        self.relays.wait().await;
    }
}

async fn refuse_plain(mut stream: TcpStream) -> io::Result<()> {
    stream.readable().await?;
    // What is unread when a connection closes resets it, and the answer would be lost.
    let _ = stream.try_read(&mut [0; REQUEST_BYTES]);
    stream.write_all(PLAIN_HTTP.as_bytes()).await?;
    stream.shutdown().await
}

/// More than the head of a usual request has.
const REQUEST_BYTES: usize = 4096;

const PLAIN_HTTP: &str = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n\
                          this port speaks TLS: use https:// or wss:// in place of http:// or ws://\n";

static FAILED_LINES: LineRate = LineRate::new();
