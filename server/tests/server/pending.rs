//! Connections that have not become a socket: their limits, and the addresses they count under.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Error;
use xano_realtime_server::config::Timings;
use xano_realtime_server::limits::Limit;
use xano_realtime_server::{Config, Limits, TrustedProxies};

use crate::support::{Client, Folder, HASH, Running, get, patiently};

fn limits(texts: &[&str]) -> Limits {
    let mut limits = Limits::default();
    texts.iter().for_each(|text| limits.set(&text.parse::<Limit>().unwrap()));
    limits
}

async fn server(texts: &[&str], trusted: &[&str]) -> Running {
    let mut trusted_proxies = TrustedProxies::default();
    trusted.iter().for_each(|network| trusted_proxies.trust(network).unwrap());
    let timings = Timings { first_request: Duration::from_millis(1), ..Timings::default() };
    Running::start_with(Config { limits: limits(texts), trusted_proxies, timings, ..Config::default() }).await
}

/// Returns a connection that has sent only this text.
async fn connection(address: SocketAddr, beginning: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(beginning.as_bytes()).await.unwrap();
    stream
}

/// Resolves when the server closes the connection.
async fn closes(stream: &mut TcpStream) {
    // The read may also fail with a reset, because the server has not read what the client sent.
    let _ = patiently(stream.read_to_end(&mut Vec::new())).await;
}

/// Returns whether a request on an open connection is answered.
async fn is_answered(stream: &mut TcpStream) -> bool {
    let request = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n";
    let mut status = [0; "HTTP/1.1 200".len()];
    let answered = async {
        stream.write_all(request).await?;
        stream.read_exact(&mut status).await
    };
    patiently(answered).await.is_ok() && status == *b"HTTP/1.1 200"
}

async fn handshake_forwarded(server: &Running, forwarded: &str) -> Result<Client, u16> {
    let url = format!("ws://{}/rt/{HASH}", server.address);
    match Client::connect_with(&url, Some(("x-forwarded-for", forwarded))).await {
        Ok((client, _)) => Ok(client),
        Err(Error::Http(response)) => Err(response.status().as_u16()),
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn when_there_are_too_many_connections_the_oldest_without_a_complete_request_is_closed() {
    let server = server(&["unauthenticated=3"], &[]).await;
    let mut silent = Vec::new();
    for beginning in
        ["", "GET /health HTTP/1.1", "POST /api:auth/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"]
    {
        silent.push(connection(server.address, beginning).await);
    }
    for mut oldest in silent {
        assert_eq!(get(server.address, "/health").await.0, 200);
        let _another = connection(server.address, "").await;
        closes(&mut oldest).await;
    }
}

#[tokio::test]
async fn an_open_socket_does_not_count_as_pending_and_is_never_closed_for_a_pending_connection() {
    let server = server(&["unauthenticated=1"], &[]).await;
    let mut jill = server.client().await;
    let mut silent = connection(server.address, "").await;
    let mut another = connection(server.address, "").await;
    closes(&mut silent).await;
    assert!(is_answered(&mut another).await);
    jill.join("nowhere", serde_json::Value::Null).await;
    assert_eq!(jill.hear_refusal().await, "No settings for channel name");
}

#[tokio::test]
async fn a_connection_whose_answer_is_not_read_is_closed_if_no_other_can_be() {
    let folder = Folder::new("large-file").with_file("large", &"x".repeat(20_000_000));
    let www = Some(folder.0.clone());
    let server = Running::start_with(Config { limits: limits(&["unauthenticated=2"]), www, ..Config::default() }).await;
    let mut stuck = Vec::new();
    for _ in 0..2 {
        let mut stream = connection(server.address, "GET /large HTTP/1.1\r\nHost: x\r\n\r\n").await;
        // Reading the start of the answer is enough.
        patiently(stream.read_exact(&mut [0; 12])).await.unwrap();
        stuck.push(stream);
    }
    assert_eq!(get(server.address, "/health").await.0, 200);
    let mut rest = Vec::new();
    let _ = patiently(stuck[0].read_to_end(&mut rest)).await;
    assert!(rest.len() < 20_000_000, "the oldest is cut off");
}

#[tokio::test]
async fn one_address_may_have_as_many_pending_connections_as_sockets() {
    let server = server(&["connections_per_ip=2"], &[]).await;
    let mut first = connection(server.address, "").await;
    let mut second = connection(server.address, "").await;
    let _third = connection(server.address, "").await;
    closes(&mut first).await;
    assert!(is_answered(&mut second).await);
}

#[tokio::test]
async fn behind_a_trusted_proxy_connections_are_counted_by_the_forwarded_address() {
    let server = server(&["connections_per_ip=1"], &["127.0.0.0/8"]).await;
    let mut idle = [connection(server.address, "").await, connection(server.address, "").await];
    let _jill = handshake_forwarded(&server, "203.0.113.7").await.unwrap();
    assert_eq!(handshake_forwarded(&server, "198.51.100.1, 203.0.113.7").await.err(), Some(429), "said by the client");
    assert_eq!(handshake_forwarded(&server, "203.0.113.7, 127.0.0.1").await.err(), Some(429), "two proxies");
    let _jack = handshake_forwarded(&server, "203.0.113.8").await.unwrap();
    for connection in &mut idle {
        assert!(is_answered(connection).await, "the proxy's own connections are not counted as those of one client");
    }
}

#[tokio::test]
async fn an_address_that_a_client_claims_for_itself_is_ignored() {
    let server = server(&["connections_per_ip=1"], &["10.0.0.0/8"]).await;
    let _jill = handshake_forwarded(&server, "203.0.113.7").await.unwrap();
    assert_eq!(handshake_forwarded(&server, "203.0.113.8").await.err(), Some(429));
}
