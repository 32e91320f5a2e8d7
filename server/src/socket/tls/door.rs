//! The TLS handshake of encrypted connections. Unfinished handshakes are bounded in time and number, like connections
//! without a request.

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

/// The state that every TLS handshake needs, and the running relays.
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

    /// Performs the handshake and starts the relay. Returns the plain connection to serve, or `None` if the handshake
    /// failed.
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

    /// Performs the handshake. Returns `None` if the client speaks plain HTTP, or has closed at once as port probes do.
    async fn shake_hands(&self, stream: TcpStream) -> io::Result<Option<TlsStream<TcpStream>>> {
        let mut first = [0];
        if stream.peek(&mut first).await? == 0 {
            return Ok(None);
        }
        // HTTP starts with the upper-case letter of a method, and a TLS handshake with the byte 22.
        if first[0].is_ascii_uppercase() {
            refuse_plain(stream).await?;
            return Ok(None);
        }
        self.tls.acceptor().accept(stream).await.map(Some)
    }

    /// Resolves when the last encrypted connection has ended. Call it when no new one can arrive.
    pub(crate) async fn closed(&self) {
        self.relays.close();
        self.relays.wait().await;
    }
}

async fn refuse_plain(mut stream: TcpStream) -> io::Result<()> {
    stream.readable().await?;
    // Closing a connection with unread bytes would reset it, and the answer would be lost.
    let _ = stream.try_read(&mut [0; REQUEST_BYTES]);
    stream.write_all(PLAIN_HTTP.as_bytes()).await?;
    stream.shutdown().await
}

/// The number of bytes that are read, which is more than the head of a usual request.
const REQUEST_BYTES: usize = 4096;

const PLAIN_HTTP: &str = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n\
                          this port speaks TLS: use https:// or wss:// in place of http:// or ws://\n";

static FAILED_LINES: LineRate = LineRate::new();
