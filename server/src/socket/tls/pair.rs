//! A pair of connected sockets within this process.

use std::io;

use tokio::net::TcpStream;

/// Returns a pair of Unix sockets. No other program can reach it, it uses no port, and the system bounds its buffers.
///
/// Both ends are Unix sockets with the type of TCP streams. The server only reads, writes and shuts them down, which
/// works for both.
#[cfg(unix)]
pub(super) async fn pair() -> io::Result<(TcpStream, TcpStream)> {
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixStream;
    let stream = |end: UnixStream| {
        end.set_nonblocking(true)?;
        TcpStream::from_std(OwnedFd::from(end).into())
    };
    let (one, other) = UnixStream::pair()?;
    Ok((stream(one)?, stream(other)?))
}

/// Returns the two ends of a TCP connection over loopback.
#[cfg(not(unix))]
pub(super) async fn pair() -> io::Result<(TcpStream, TcpStream)> {
    let listener = tokio::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await?;
    let one = TcpStream::connect(listener.local_addr()?).await?;
    loop {
        let (other, peer) = listener.accept().await?;
        // Another program may have connected first.
        if peer == one.local_addr()? {
            one.set_nodelay(true)?;
            other.set_nodelay(true)?;
            return Ok((one, other));
        }
    }
}
