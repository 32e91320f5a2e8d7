//! How the connection stands, as applications see it.

use super::failure::Failure;

/// How the connection of a client stands, and what has become of it.
///
/// ```no_run,standalone_crate
/// # async fn demo(client: xano_wasm::XanoClient) {
/// use futures::StreamExt;
/// use xano_wasm::Status;
/// let mut statuses = client.connection_statuses();
/// while let Some(status) = statuses.next().await {
///     match status {
///         Status::Connected => println!("connected"),
///         Status::Disconnected { retry: Some(retry), .. } => println!("again in {} ms", retry.in_ms),
///         other => println!("{other:?}"),
///     }
/// }
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Status {
    /// No channel is joined, so no connection is needed.
    Idle,
    /// A socket is being opened, or a token asked for.
    Connecting,
    /// The socket is open.
    Connected,
    /// The socket closed, or did not open.
    Disconnected {
        /// The WebSocket close code; 1006 where there was none.
        code: u16,
        /// What the server said.
        reason: String,
        /// The next attempt; none: [`XanoClient::realtime_reconnect`](crate::XanoClient::realtime_reconnect) makes one.
        retry: Option<Retry>,
    },
    /// Something concerns the connection as a whole. How it stands has not changed by that.
    Failed {
        /// What, with its [code](Failure::code) and its [text](Failure::message).
        failure: Failure,
        /// The particulars, such as the address; never a token.
        detail: String,
    },
    /// The application took statuses too slowly: here so many are missing.
    Missed(u64),
}

/// An attempt to connect that is to come.
///
/// ```no_run,standalone_crate
/// # fn demo(retry: xano_wasm::Retry) {
/// println!("attempt {} in {} ms", retry.attempt, retry.in_ms);
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// 1 for the first one since a connection was good.
    pub attempt: u32,
    /// Milliseconds until then.
    pub in_ms: u32,
}
