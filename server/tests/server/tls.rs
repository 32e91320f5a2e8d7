//! Tests of encrypted connections.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use xano_realtime_server::config::Timings;
use xano_realtime_server::limits::Limit;
use xano_realtime_server::{Config, Limits, Tls, TrustedProxies};

use crate::binary::{complaint, server};
use crate::support::{Client, Folder, HASH, MARVEL, Running, ask, get, patiently};

/// A certificate for localhost and its key, in files.
struct Identity {
    certificate: PathBuf,
    key: PathBuf,
    _folder: Folder,
}

impl Identity {
    fn new(name: &str) -> Identity {
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let folder = Folder::new(name).with_file("cert.pem", &cert.pem());
        let folder = folder.with_file("key.pem", &signing_key.serialize_pem());
        Identity { certificate: folder.0.join("cert.pem"), key: folder.0.join("key.pem"), _folder: folder }
    }

    fn tls(&self) -> Option<Arc<Tls>> {
        Some(Arc::new(Tls::from_files(self.certificate.clone(), self.key.clone()).unwrap()))
    }

    fn flags(&self) -> [&std::ffi::OsStr; 4] {
        ["--tls-cert".as_ref(), self.certificate.as_ref(), "--tls-key".as_ref(), self.key.as_ref()]
    }
}

/// Opens an encrypted connection to a server with this name and a certificate of this authority.
async fn encrypted(address: SocketAddr, name: &str, authority: &Path) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(authority).unwrap()).unwrap();
    let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()));
    let builder = builder.with_safe_default_protocol_versions().unwrap();
    let config = builder.with_root_certificates(roots).with_no_client_auth();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, TcpStream::connect(address).await?).await
}

/// Starts a proxy for clients without TLS: it encrypts every connection to its address and forwards it to the server.
async fn encrypting(server: SocketAddr, authority: &Path) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let authority = authority.to_owned();
    tokio::spawn(async move {
        while let Ok((mut plain, _)) = listener.accept().await {
            let authority = authority.clone();
            tokio::spawn(async move {
                let mut encrypted = encrypted(server, "localhost", &authority).await.unwrap();
                let _ = copy_bidirectional(&mut plain, &mut encrypted).await;
            });
        }
    });
    address
}

async fn closes(stream: &mut TcpStream) {
    let _ = patiently(stream.read_to_end(&mut Vec::new())).await;
}

fn limits(texts: &[&str]) -> Limits {
    let mut limits = Limits::default();
    texts.iter().for_each(|text| limits.set(&text.parse::<Limit>().unwrap()));
    limits
}

#[tokio::test]
async fn everything_that_works_without_tls_works_with_it() {
    let identity = Identity::new("tls-chat");
    let server = Running::start_with(Config { tls: identity.tls(), ..Config::default() }).await;
    let address = encrypting(server.address, &identity.certificate).await;
    assert_eq!(get(address, "/health").await.2, "ok\n");
    assert_eq!(get(address, "/settings").await.0, 200);
    assert_eq!(get(address, "/metrics").await.0, 200);
    let headers = [("Content-Type", "application/json"), ("Origin", "https://localhost")];
    let user = json!({ "email": "jill@example.com", "password": "a long password" }).to_string();
    assert_eq!(ask(address, "POST", "/api:auth/auth/signup", &headers, &user).await.status, 200);

    let (mut jill, _) = Client::connect(address, None).await.unwrap();
    let (mut jack, _) = Client::connect(address, None).await.unwrap();
    for client in [&mut jill, &mut jack] {
        client.join(MARVEL, json!({})).await;
        client.hear_until("join").await;
    }
    let long = "x".repeat(200_000);
    jill.message(MARVEL, &*long).await;
    assert_eq!(jack.hear_until("message").await["payload"], long);
    server.stop().await;
    assert_eq!(jill.hear_close().await, 1012);
    assert_eq!(jack.hear_close().await, 1012);
}

#[tokio::test]
async fn an_unfinished_handshake_is_closed_after_a_timeout() {
    let identity = Identity::new("tls-stalled");
    let timings = Timings { handshake: Duration::from_millis(50), ..Timings::default() };
    let server = Running::start_with(Config { tls: identity.tls(), timings, ..Config::default() }).await;
    for beginning in [&b""[..], b"\x16\x03\x01\x02\x00", b"\x16\x03\x01\x02\x00\x01\x00"] {
        let mut stalled = TcpStream::connect(server.address).await.unwrap();
        stalled.write_all(beginning).await.unwrap();
        closes(&mut stalled).await;
    }
    let mut silent = encrypted(server.address, "localhost", &identity.certificate).await.unwrap();
    let _ = patiently(silent.read_to_end(&mut Vec::new())).await;
}

#[tokio::test]
async fn connections_before_and_after_their_tls_handshake_count_as_pending() {
    let identity = Identity::new("tls-pending");
    let timings = Timings { first_request: Duration::from_millis(1), ..Timings::default() };
    let limits = limits(&["unauthenticated=2"]);
    let server = Running::start_with(Config { tls: identity.tls(), timings, limits, ..Config::default() }).await;
    let mut unshaken = TcpStream::connect(server.address).await.unwrap();
    let mut shaken = encrypted(server.address, "localhost", &identity.certificate).await.unwrap();
    let address = encrypting(server.address, &identity.certificate).await;
    assert_eq!(get(address, "/health").await.0, 200);
    closes(&mut unshaken).await;
    let _another = TcpStream::connect(server.address).await.unwrap();
    let _and_another = TcpStream::connect(server.address).await.unwrap();
    let _ = patiently(shaken.read_to_end(&mut Vec::new())).await;
}

#[tokio::test]
async fn limits_per_address_count_the_clients_address() {
    let identity = Identity::new("tls-address");
    let limits = || limits(&["connections_per_ip=1"]);
    let server = Running::start_with(Config { tls: identity.tls(), limits: limits(), ..Config::default() }).await;
    let address = encrypting(server.address, &identity.certificate).await;
    let _jill = Client::connect(address, None).await.unwrap();
    assert_eq!(refusal(address, "203.0.113.8").await, Some(429));

    let mut trusted_proxies = TrustedProxies::default();
    trusted_proxies.trust("127.0.0.0/8").unwrap();
    let config = Config { tls: identity.tls(), limits: limits(), trusted_proxies, ..Config::default() };
    let server = Running::start_with(config).await;
    let address = encrypting(server.address, &identity.certificate).await;
    let url = format!("ws://{address}/rt/{HASH}");
    let _jill = Client::connect_with(&url, Some(("x-forwarded-for", "203.0.113.7"))).await.unwrap();
    assert_eq!(refusal(address, "203.0.113.7").await, Some(429));
    assert_eq!(refusal(address, "203.0.113.8").await, None);
}

/// Returns the status of a refused handshake.
async fn refusal(address: SocketAddr, forwarded: &str) -> Option<u16> {
    use tokio_tungstenite::tungstenite::Error;
    let url = format!("ws://{address}/rt/{HASH}");
    match Client::connect_with(&url, Some(("x-forwarded-for", forwarded))).await {
        Ok(_) => None,
        Err(Error::Http(response)) => Some(response.status().as_u16()),
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn plain_http_is_answered_with_a_hint() {
    let identity = Identity::new("tls-plain");
    let server = Running::start_with(Config { tls: identity.tls(), ..Config::default() }).await;
    let (status, _, body) = get(server.address, "/health").await;
    assert_eq!(status, 400);
    assert!(body.contains("https://"), "{body}");
}

#[test]
fn unusable_files_are_named_with_the_remedy() {
    let (one, other) = (Identity::new("tls-one"), Identity::new("tls-other"));
    let with = |certificate: &Path, key: &Path| {
        complaint(server().arg("--tls-cert").arg(certificate).arg("--tls-key").arg(key))
    };
    assert!(with(&one.certificate, &other.key).contains("it is not the key of the certificate in"));
    assert!(with(Path::new("missing.pem"), &one.key).contains("--tls-cert missing.pem: cannot read it"));
    assert!(with(&one.certificate, Path::new("missing.pem")).contains("--tls-key missing.pem: cannot read it"));
    assert!(with(&one.key, &one.key).contains("it contains no certificate"));
    assert!(with(&one.certificate, &one.certificate).contains("it contains no unencrypted private key"));
    let flags = |flags: &[&str]| complaint(server().args(flags));
    assert!(flags(&["--tls-cert", "cert.pem"]).contains("--tls-key"));
    assert!(flags(&["--tls-key", "key.pem"]).contains("--tls-cert"));
    assert!(flags(&["--tls-name", "xano.test"]).contains("--tls"));
    let home = Folder::new("tls-wrong-name");
    let mut command = server();
    command.env("XDG_DATA_HOME", &home.0).env("HOME", &home.0).args(["--tls", "--tls-name", "no name"]);
    assert!(complaint(&mut command).contains("--tls-name no name: not a host name"));
}

#[cfg(unix)]
mod program {
    use super::*;
    use crate::binary::Process;

    fn started(flags: &[&str], home: &Folder) -> (Process, String) {
        let mut command = server();
        command.env("XDG_DATA_HOME", &home.0).env("HOME", &home.0).args(["--listen", "127.0.0.1:0"]).args(flags);
        let mut process = Process::start(&mut command);
        let printed = process.end();
        (process, printed)
    }

    #[tokio::test]
    async fn the_flag_tls_keeps_an_authority_and_prints_how_to_trust_it() {
        use std::os::unix::fs::PermissionsExt;
        let home = Folder::new("tls-home");
        let (_, printed) = started(&["--tls"], &home);
        let line = printed.lines().find_map(|line| line.split_once("NODE_EXTRA_CA_CERTS=")).expect(&printed);
        let authority = PathBuf::from(line.1);
        assert!(authority.starts_with(&home.0), "{printed}");
        let first = fs::read(&authority).unwrap();
        for entry in fs::read_dir(authority.parent().unwrap()).unwrap() {
            let entry = entry.unwrap();
            let is_key = fs::read_to_string(entry.path()).unwrap().contains("PRIVATE KEY");
            assert_eq!(is_key, entry.path() != authority);
            assert!(!is_key || entry.metadata().unwrap().permissions().mode() & 0o777 == 0o600);
        }

        let mut command = server();
        command.env("XDG_DATA_HOME", &home.0).env("HOME", &home.0);
        command.args(["--listen", "127.0.0.1:0", "--tls", "--tls-name", "xano.test", "--tls-name", "*.dev.test"]);
        let process = Process::start(&mut command);
        assert_eq!(fs::read(&authority).unwrap(), first, "the authority stays");
        for name in ["localhost", "127.0.0.1", "::1", "xano.test", "app.dev.test"] {
            encrypted(process.address, name, &authority).await.expect(name);
        }
        assert!(encrypted(process.address, "elsewhere.test", &authority).await.is_err());
        let address = encrypting(process.address, &authority).await;
        assert_eq!(get(address, "/health").await.0, 200);
    }

    #[tokio::test]
    async fn sighup_reloads_certificate_and_key_and_sockets_stay_open() {
        let (identity, renewed) = (Identity::new("tls-old"), Identity::new("tls-renewed"));
        let mut process = Process::start(server().args(["--listen", "127.0.0.1:0"]).args(identity.flags()));
        let address = encrypting(process.address, &identity.certificate).await;
        let (mut jill, _) = Client::connect(address, None).await.unwrap();
        let log = BufReader::new(process.child.stderr.take().unwrap());
        let mut lines = log.lines().map(Result::unwrap);

        fs::copy(&renewed.key, &identity.key).unwrap();
        process.signal("HUP");
        assert!(lines.any(|line| line.contains("the certificate stays as it was") && line.contains("not the key")));
        encrypted(process.address, "localhost", &identity.certificate).await.unwrap();
        fs::copy(&renewed.certificate, &identity.certificate).unwrap();
        process.signal("HUP");
        assert!(lines.any(|line| line.contains("the certificate is read again")));
        encrypted(process.address, "localhost", &renewed.certificate).await.unwrap();
        jill.join(MARVEL, json!({})).await;
        assert_eq!(jill.hear().await["action"], "join");
    }
}
