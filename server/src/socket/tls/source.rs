//! The source of the certificate and its key.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, InconsistentKeys, ServerConfig};

use super::authority::Authority;

/// The source of the certificate and its key.
#[derive(Debug)]
pub(super) enum Source {
    Files { certificate: PathBuf, key: PathBuf },
    Authority { authority: Authority, names: Vec<String> },
}

/// The reason why the server cannot serve TLS. The message says what to do.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct TlsError(#[from] Problem);

#[derive(Debug, thiserror::Error)]
pub(super) enum Problem {
    #[error("--tls-cert {}: {problem}", file.display())]
    Certificate { file: PathBuf, problem: FileProblem },
    #[error("--tls-key {}: {problem}", file.display())]
    Key { file: PathBuf, problem: FileProblem },
    #[error("--tls-key {}: it is not the key of the certificate in {}; give two files that belong together", key.display(), certificate.display())]
    Mismatch { key: PathBuf, certificate: PathBuf },
    #[error("the certificate and its key cannot be used: {0}")]
    Unusable(rustls::Error),
    #[error("--tls: there is no folder for this user's files ({0}); set HOME, or give --tls-cert and --tls-key")]
    NoFolder(String),
    #[error("--tls: cannot make an authority in {}: {error}; make it writable, or give --tls-cert and --tls-key", folder.display())]
    NotKept { folder: PathBuf, error: io::Error },
    #[error("--tls: the authority in {} cannot be used: {error}; remove the folder, and the next start makes another one, which clients have to trust anew", folder.display())]
    Broken { folder: PathBuf, error: String },
    #[error("--tls-name {0}: not a host name or an IP address")]
    Name(String),
    #[error("--tls: cannot make a certificate: {0}")]
    NotMade(rcgen::Error),
}

/// The problem with one file.
#[derive(Debug, thiserror::Error)]
pub(super) enum FileProblem {
    #[error("cannot read it: {0}")]
    Unreadable(#[from] io::Error),
    #[error("it contains no certificate; a PEM file has one after the line -----BEGIN CERTIFICATE-----")]
    NoCertificate,
    #[error("it contains no unencrypted private key; a PEM file has one after the line -----BEGIN PRIVATE KEY-----")]
    NoKey,
}

impl Source {
    pub(super) fn of_user(names: Vec<String>) -> Result<Source, Problem> {
        Ok(Source::Authority { authority: Authority::of_user()?, names })
    }

    pub(super) fn authority(&self) -> Option<&Path> {
        match self {
            Source::Files { .. } => None,
            Source::Authority { authority, .. } => Some(authority.certificate()),
        }
    }

    pub(super) fn load(&self) -> Result<Arc<ServerConfig>, Problem> {
        let (chain, key) = match self {
            Source::Files { certificate, key } => (read_chain(certificate)?, read_key(key)?),
            Source::Authority { authority, names } => authority.issue(names)?,
        };
        let builder = ServerConfig::builder_with_provider(Arc::new(default_provider()));
        let builder = builder.with_safe_default_protocol_versions().map_err(Problem::Unusable)?;
        let config = builder.with_no_client_auth().with_single_cert(chain, key);
        let mut config = config.map_err(|error| self.refused(error))?;
        // WebSocket handshakes need HTTP/1.1, so no other protocol is offered.
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }

    fn refused(&self, error: rustls::Error) -> Problem {
        match (self, error) {
            (Source::Files { certificate, key }, rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch)) => {
                Problem::Mismatch { key: key.clone(), certificate: certificate.clone() }
            }
            (_, error) => Problem::Unusable(error),
        }
    }
}

fn read_chain(file: &Path) -> Result<Vec<CertificateDer<'static>>, Problem> {
    let problem = |problem| Problem::Certificate { file: file.to_owned(), problem };
    let text = fs::read(file).map_err(|error| problem(error.into()))?;
    let chain = CertificateDer::pem_slice_iter(&text).collect::<Result<Vec<_>, _>>();
    chain.ok().filter(|chain| !chain.is_empty()).ok_or_else(|| problem(FileProblem::NoCertificate))
}

fn read_key(file: &Path) -> Result<PrivateKeyDer<'static>, Problem> {
    let problem = |problem| Problem::Key { file: file.to_owned(), problem };
    let text = fs::read(file).map_err(|error| problem(error.into()))?;
    PrivateKeyDer::from_pem_slice(&text).map_err(|_| problem(FileProblem::NoKey))
}
