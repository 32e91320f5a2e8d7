//! The health check of `--health-check`, which sends a request for `/health` to a running server. The container image
//! contains no other program that can do this.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

const REQUEST: &[u8] = b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
const ANSWER: &[u8] = b"HTTP/1.1 200 ";
/// The timeout of each step: connecting, sending, and receiving.
const TIMEOUT: Duration = Duration::from_secs(3);

/// Checks that the server on this address answers 200 over plain HTTP.
pub(crate) fn check(listen: &str) -> Result<(), String> {
    let address = reachable(listen).map_err(|error| format!("--health-check: {listen} is not an address: {error}"))?;
    match ask(address) {
        Ok(answer) if answer == ANSWER => Ok(()),
        Ok(answer) => Err(format!("--health-check: {address} answers {:?}", String::from_utf8_lossy(&answer))),
        Err(error) => Err(format!("--health-check: {address} does not answer: {error}")),
    }
}

/// Returns the address to which a client connects: loopback, if the server listens on `0.0.0.0` or `[::]`.
fn reachable(listen: &str) -> std::io::Result<SocketAddr> {
    let mut address = listen.to_socket_addrs()?.next().ok_or(std::io::ErrorKind::AddrNotAvailable)?;
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    Ok(address)
}

/// Returns the start of the answer, as long as the expected one.
fn ask(address: SocketAddr) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    stream.write_all(REQUEST)?;
    let mut answer = Vec::new();
    stream.take(ANSWER.len() as u64).read_to_end(&mut answer)?;
    Ok(answer)
}
