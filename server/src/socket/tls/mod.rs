//! TLS: an encrypted connection is let in as a plain one, and goes the way of all connections.
//!
//! What serves connections writes to TCP sockets itself, with what waits in an outbox. So a task per encrypted connection
//! stands between the client and one end of a local pair, and the other end is served: docs/decisions/010-tls.md.
//!
//! - `source`: where certificate and key come from.
//! - `authority`: makes certificates for development.
//! - `door`: from the first byte of a connection to the end of its handshake.
//! - `pair`: two connected sockets.
//! - `relay`: between the client and the pair.

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

/// What the server proves with that it is the one that its clients mean.
#[derive(Debug)]
pub struct Tls {
    source: Source,
    config: RwLock<Arc<ServerConfig>>,
}

impl Tls {
    /// With a certificate (and those that lead to the authority behind it) and its key, in two PEM files.
    pub fn from_files(certificate: PathBuf, key: PathBuf) -> Result<Tls, TlsError> {
        Ok(Tls::new(Source::Files { certificate, key })?)
    }

    /// With a certificate for this machine and for more names, of an authority that is kept in a folder of the user's.
    pub fn for_development(names: Vec<String>) -> Result<Tls, TlsError> {
        Ok(Tls::new(Source::of_user(names)?)?)
    }

    fn new(source: Source) -> Result<Tls, Problem> {
        let config = RwLock::new(source.load()?);
        Ok(Tls { source, config })
    }

    /// Takes the files as they are now. What is open stays as it is. After an error everything does.
    pub fn reload(&self) -> Result<(), TlsError> {
        let loaded = self.source.load()?;
        *self.config.write().unwrap_or_else(PoisonError::into_inner) = loaded;
        Ok(())
    }

    /// The certificate that clients have to trust, where this server is its own authority.
    pub fn authority(&self) -> Option<&Path> {
        self.source.authority()
    }

    fn acceptor(&self) -> TlsAcceptor {
        Arc::clone(&self.config.read().unwrap_or_else(PoisonError::into_inner)).into()
    }
}
