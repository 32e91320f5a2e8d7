//! Two connected sockets of this process.

use std::io;

use tokio::net::TcpStream;

/// A pair that no other program can reach. It takes no port, and what it buffers is bounded by the system.
///
/// Both have the type of TCP streams, which they are not: what serves connections reads, writes and shuts down, no more.
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

/// A TCP connection over loopback.
#[cfg(not(unix))]
pub(super) async fn pair() -> io::Result<(TcpStream, TcpStream)> {
    let listener = tokio::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await?;
    let one = TcpStream::connect(listener.local_addr()?).await?;
    loop {
        let (other, peer) = listener.accept().await?;
        // Another program may have been quicker.
        if peer == one.local_addr()? {
            one.set_nodelay(true)?;
            other.set_nodelay(true)?;
            return Ok((one, other));
        }
    }
}
