//! Instructions for making clients trust the authority of `--tls`.

use std::fmt;
use std::path::Path;

/// Displays the instructions for the user who has started the server. The file is the authority's certificate.
pub(crate) struct HowToTrust<'a>(pub(crate) &'a Path);

impl fmt::Display for HowToTrust<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.0.display();
        write!(
            f,
            "Clients have to trust the authority of this server, once:
  its certificate    {file}
  Node               NODE_EXTRA_CA_CERTS={file}
  Chromium on Linux  certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n xano-realtime-server -i {file}
Other systems and browsers, and port 443 for clients that name no port: docs/server.md#tls"
        )
    }
}
