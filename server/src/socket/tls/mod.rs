//! TLS: an encrypted connection is decrypted by a relay and then served like a plain one.
//!
//! The server writes from outboxes directly to TCP sockets. Therefore each encrypted connection has a task that relays
//! between the client and one end of a local socket pair, and the server serves the other end:
//! docs/decisions/010-tls.md.
//!
//! - `source`: loads or issues the certificate and its key.
//! - `authority`: a certificate authority for development.
//! - `door`: the TLS handshake.
//! - `pair`: a pair of connected sockets.
//! - `relay`: relays between the client and the pair.

mod authority;
mod door;
mod pair;
mod relay;
mod source;

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

pub(crate) use door::Door;
pub use source::TlsError;
use source::{Problem, Source};

/// The certificate and key of the server.
#[derive(Debug)]
pub struct Tls {
    source: Source,
    config: RwLock<Arc<ServerConfig>>,
}

impl Tls {
    /// Loads the certificate (with any intermediate certificates) and its key from two PEM files.
    pub fn from_files(certificate: PathBuf, key: PathBuf) -> Result<Tls, TlsError> {
        Ok(Tls::new(Source::Files { certificate, key })?)
    }

    /// Issues a certificate for this machine and the given names. Its authority is kept in a folder of the user.
    pub fn for_development(names: Vec<String>) -> Result<Tls, TlsError> {
        Ok(Tls::new(Source::of_user(names)?)?)
    }

    fn new(source: Source) -> Result<Tls, Problem> {
        let config = RwLock::new(source.load()?);
        Ok(Tls { source, config })
    }

    /// Loads the files again, for new connections only. An error changes nothing.
    pub fn reload(&self) -> Result<(), TlsError> {
        let loaded = self.source.load()?;
        *self.config.write().unwrap_or_else(PoisonError::into_inner) = loaded;
        Ok(())
    }

    /// Returns the authority's certificate, which clients must trust, if this server is its own authority.
    pub fn authority(&self) -> Option<&Path> {
        self.source.authority()
    }

    fn acceptor(&self) -> TlsAcceptor {
        Arc::clone(&self.config.read().unwrap_or_else(PoisonError::into_inner)).into()
    }
}
