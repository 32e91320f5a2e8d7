use std::sync::Arc;
use std::time::{Duration, Instant};

use prometheus::IntGauge;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio_rustls::{TlsAcceptor, TlsConnector, client, server};
use tokio_util::sync::CancellationToken;

use super::{Terms, run};
use crate::Limits;
use crate::socket::pending::PendingConnections;
use crate::socket::tls::pair::pair;

/// Returns a client, the served end of its connection, and the relay between them.
async fn relayed(patience: Duration, farewell: Duration) -> (client::TlsStream<TcpStream>, TcpStream, JoinHandle<()>) {
    let (client, accepted) = encrypted().await;
    let (served, end) = pair().await.unwrap();
    let gauge = IntGauge::new("connections", "for the test").unwrap();
    let all = Arc::new(PendingConnections::new(&Limits::default(), patience, gauge));
    let pending = Arc::new(all.admit(None, Instant::now()));
    let terms = Terms { patience, farewell, stopping: CancellationToken::new() };
    (client, served, tokio::spawn(run(accepted, end, pending, terms)))
}

async fn encrypted() -> (client::TlsStream<TcpStream>, server::TlsStream<TcpStream>) {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(cert.der().clone()).unwrap();
    let provider = Arc::new(default_provider());
    let client = ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions();
    let client = client.unwrap().with_root_certificates(roots).with_no_client_auth();
    let server = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let server = server.with_no_client_auth().with_single_cert(vec![cert.der().clone()], key).unwrap();

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let connected = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (accepted, _) = listener.accept().await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let (client, server) = tokio::join!(
        TlsConnector::from(Arc::new(client)).connect(name, connected),
        TlsAcceptor::from(Arc::new(server)).accept(accepted)
    );
    (client.unwrap(), server.unwrap())
}

async fn patiently<T>(future: impl Future<Output = T>) -> T {
    timeout(LONG, future).await.expect("a step takes too long")
}

/// A timeout longer than any step of these tests.
const LONG: Duration = Duration::from_secs(20);
const SHORT: Duration = Duration::from_millis(50);

#[tokio::test]
async fn a_client_that_reads_nothing_is_given_up() {
    let (_client, mut served, relay) = relayed(SHORT, LONG).await;
    patiently(async { while served.write(&[0; 65_536]).await.is_ok() {} }).await;
    patiently(relay).await.unwrap();
}

#[tokio::test]
async fn a_client_that_does_not_close_its_side_is_given_up() {
    let (_client, served, relay) = relayed(LONG, SHORT).await;
    drop(served);
    patiently(relay).await.unwrap();
}

#[tokio::test]
async fn the_last_frames_arrive_even_if_the_server_no_longer_reads() {
    let (mut client, mut served, relay) = relayed(LONG, LONG).await;
    served.write_all(b"the last words").await.unwrap();
    drop(served);
    patiently(client.write_all(&[0; 1_000_000])).await.unwrap();
    let mut heard = Vec::new();
    patiently(client.read_to_end(&mut heard)).await.unwrap();
    assert_eq!(heard, b"the last words");
    drop(client);
    patiently(relay).await.unwrap();
}

#[tokio::test]
async fn either_side_may_close_first() {
    let (mut client, mut served, relay) = relayed(LONG, LONG).await;
    patiently(client.write_all(b"asked")).await.unwrap();
    patiently(client.shutdown()).await.unwrap();
    let mut heard = Vec::new();
    patiently(served.read_to_end(&mut heard)).await.unwrap();
    assert_eq!(heard, b"asked");
    served.write_all(b"answered").await.unwrap();
    drop(served);
    heard.clear();
    patiently(client.read_to_end(&mut heard)).await.unwrap();
    assert_eq!(heard, b"answered");
    patiently(relay).await.unwrap();
}
