//! The client, and what it is made of.

use std::fmt::{self, Display};
use std::rc::Rc;

use web_sys::Url;

use super::channel::ChannelBuilder;
use super::connection::Connection;
use super::error::{BuildError, InvalidToken};
use super::http::Http;
use super::queue::{Bounds, DEFAULT_CAPACITY, WhenFull};
use super::streams::Statuses;
use super::token::Token;

/// The settings of a client.
///
/// ```no_run,standalone_crate
/// # fn demo() -> Result<(), xano_wasm::BuildError> {
/// let client = xano_wasm::XanoClient::builder()
///     .base_url("https://x8ki-letl-twmt.n7.xano.io/api:abc")
///     .connection_hash("1lK90n16tnnylJpJ0Xa7Km6_KxA")
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[must_use = "there is no client before build()"]
pub struct ClientBuilder {
    base_url: String,
    connection_hash: String,
    token: Result<Token, InvalidToken>,
    auth_token: Option<String>,
    data_source: Option<String>,
    queue_offline_messages: bool,
    bounds: Bounds,
}

impl ClientBuilder {
    /// The base URL of the API group, or of the instance. Needed.
    ///
    /// ```no_run,standalone_crate
    /// let builder = xano_wasm::XanoClient::builder().base_url("https://x8ki-letl-twmt.n7.xano.io/api:abc");
    /// ```
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// The connection hash, from the Realtime Settings of the workspace. Needed.
    ///
    /// ```no_run,standalone_crate
    /// let builder = xano_wasm::XanoClient::builder().connection_hash("1lK90n16tnnylJpJ0Xa7Km6_KxA");
    /// ```
    pub fn connection_hash(mut self, hash: impl Into<String>) -> Self {
        self.connection_hash = hash.into();
        self
    }

    /// The token to connect with. Default: anonymous.
    ///
    /// ```no_run,standalone_crate
    /// # fn demo(token: &str) {
    /// let builder = xano_wasm::XanoClient::builder().realtime_auth_token(token);
    /// # }
    /// ```
    pub fn realtime_auth_token(mut self, token: &str) -> Self {
        self.token = Token::fixed(token);
        self
    }

    /// What is asked for a token before each connection. It has 10 seconds; where it fails, the attempt has failed, and
    /// the next one asks again.
    ///
    /// ```no_run,standalone_crate
    /// # async fn fetch_token() -> Result<String, String> { Ok(String::new()) }
    /// let builder = xano_wasm::XanoClient::builder().realtime_auth_token_provider(async || fetch_token().await);
    /// ```
    pub fn realtime_auth_token_provider<F, E>(mut self, provide: F) -> Self
    where
        F: AsyncFn() -> Result<String, E> + 'static,
        E: Display,
    {
        self.token = Ok(Token::provided(provide));
        self
    }

    /// The token that goes with requests of the API. Default: none.
    ///
    /// ```no_run,standalone_crate
    /// # fn demo(token: &str) {
    /// let builder = xano_wasm::XanoClient::builder().auth_token(token);
    /// # }
    /// ```
    pub fn auth_token(mut self, token: impl Into<String>) -> Self {
        self.auth_token = Some(token.into());
        self
    }

    /// The data source of the workspace that requests of the API use. Default: the live one.
    ///
    /// ```no_run,standalone_crate
    /// let builder = xano_wasm::XanoClient::builder().data_source("test");
    /// ```
    pub fn data_source(mut self, name: impl Into<String>) -> Self {
        self.data_source = Some(name.into());
        self
    }

    /// Whether messages wait while there is no connection, or are refused. Default: they wait.
    ///
    /// ```no_run,standalone_crate
    /// let builder = xano_wasm::XanoClient::builder().queue_offline_messages(false);
    /// ```
    pub fn queue_offline_messages(mut self, wait: bool) -> Self {
        self.queue_offline_messages = wait;
        self
    }

    /// How many items each stream holds, at least 1. Default: 1,000, ten seconds at the hundred messages a second that
    /// a server takes of a socket.
    ///
    /// ```no_run,standalone_crate
    /// let builder = xano_wasm::XanoClient::builder().stream_capacity(100);
    /// ```
    pub fn stream_capacity(mut self, items: usize) -> Self {
        self.bounds.capacity = items;
        self
    }

    /// What happens when a stream is full. Default: [`WhenFull::DropOldest`].
    ///
    /// ```no_run,standalone_crate
    /// let builder = xano_wasm::XanoClient::builder().when_full(xano_wasm::WhenFull::End);
    /// ```
    pub fn when_full(mut self, policy: WhenFull) -> Self {
        self.bounds.when_full = policy;
        self
    }

    /// The client. It connects when the first channel is joined.
    ///
    /// # Errors
    ///
    /// When a setting is missing or none.
    ///
    /// ```no_run,standalone_crate
    /// let error = xano_wasm::XanoClient::builder().build().unwrap_err();
    /// assert_eq!(error, xano_wasm::BuildError::MissingBaseUrl);
    /// ```
    pub fn build(self) -> Result<XanoClient, BuildError> {
        if self.base_url.is_empty() {
            return Err(BuildError::MissingBaseUrl);
        }
        if self.connection_hash.is_empty() {
            return Err(BuildError::MissingConnectionHash);
        }
        if self.bounds.capacity == 0 {
            return Err(BuildError::NoCapacity);
        }
        let invalid = || BuildError::InvalidBaseUrl { url: self.base_url.clone() };
        let base = Url::new(&self.base_url).map_err(|_| invalid())?;
        if base.host().is_empty() {
            return Err(invalid());
        }
        let connection =
            Connection::new(socket_url(&base, &self.connection_hash), self.token?, self.queue_offline_messages);
        let http = Http::new(self.base_url, self.auth_token, self.data_source);
        Ok(XanoClient { inner: Rc::new(Inner { connection, http }), bounds: self.bounds })
    }
}

impl Default for ClientBuilder {
    fn default() -> Self {
        ClientBuilder {
            base_url: String::new(),
            connection_hash: String::new(),
            token: Ok(Token::Anonymous),
            auth_token: None,
            data_source: None,
            queue_offline_messages: true,
            bounds: Bounds { capacity: DEFAULT_CAPACITY, when_full: WhenFull::default() },
        }
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without its tokens.
        formatter.debug_struct("ClientBuilder").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}

/// A client of a Xano workspace. Clones are handles of the same one; when the last is dropped, its channels are left,
/// their streams end, and the socket closes.
///
/// ```no_run,standalone_crate
/// # fn demo() -> Result<(), xano_wasm::BuildError> {
/// let client = xano_wasm::XanoClient::builder()
///     .base_url("https://x8ki-letl-twmt.n7.xano.io/api:abc")
///     .connection_hash("1lK90n16tnnylJpJ0Xa7Km6_KxA")
///     .build()?;
/// let channel = client.channel("marvel-chat-room").join();
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "when the last clone of the client is dropped, its channels are left"]
pub struct XanoClient {
    pub(super) inner: Rc<Inner>,
    bounds: Bounds,
}

pub(super) struct Inner {
    connection: Rc<Connection>,
    pub(super) http: Http,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.connection.close();
    }
}

impl XanoClient {
    /// Where a client begins.
    ///
    /// ```no_run,standalone_crate
    /// let builder = xano_wasm::XanoClient::builder();
    /// ```
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// A channel of that name, still to be joined.
    ///
    /// ```no_run,standalone_crate
    /// # fn demo(client: xano_wasm::XanoClient) {
    /// let channel = client.channel("marvel-chat-room").join();
    /// # }
    /// ```
    pub fn channel(&self, name: impl Into<String>) -> ChannelBuilder {
        ChannelBuilder::new(self.inner.connection.clone(), name.into(), self.bounds)
    }

    /// How the connection stands: first how it does now, then each change.
    ///
    /// ```no_run,standalone_crate
    /// # fn demo(client: xano_wasm::XanoClient) {
    /// let statuses = client.status();
    /// # }
    /// ```
    pub fn status(&self) -> Statuses {
        Statuses::new(&self.inner.connection, self.bounds)
    }

    /// Sets the token for the next connection, an empty one for an anonymous one; [`XanoClient::reconnect`] makes it
    /// now.
    ///
    /// # Errors
    ///
    /// When it cannot be sent; the one before stays.
    ///
    /// ```no_run,standalone_crate
    /// # fn demo(client: xano_wasm::XanoClient, token: &str) -> Result<(), xano_wasm::InvalidToken> {
    /// client.set_realtime_auth_token(token)?;
    /// client.reconnect();
    /// # Ok(())
    /// # }
    /// ```
    pub fn set_realtime_auth_token(&self, token: &str) -> Result<(), InvalidToken> {
        self.inner.connection.set_token(Token::fixed(token)?);
        Ok(())
    }

    /// Sets what is asked for a token before each connection; see [`ClientBuilder::realtime_auth_token_provider`].
    ///
    /// ```no_run,standalone_crate
    /// # async fn fetch_token() -> Result<String, String> { Ok(String::new()) }
    /// # fn demo(client: xano_wasm::XanoClient) {
    /// client.set_realtime_auth_token_provider(async || fetch_token().await);
    /// # }
    /// ```
    pub fn set_realtime_auth_token_provider<F, E>(&self, provide: F)
    where
        F: AsyncFn() -> Result<String, E> + 'static,
        E: Display,
    {
        self.inner.connection.set_token(Token::provided(provide));
    }

    /// Opens a new socket in place of the present one, with the token of now. Does nothing while no channel is joined.
    ///
    /// ```no_run,standalone_crate
    /// # fn demo(client: xano_wasm::XanoClient) {
    /// client.reconnect();
    /// # }
    /// ```
    pub fn reconnect(&self) {
        self.inner.connection.reconnect();
    }
}

impl fmt::Debug for XanoClient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("XanoClient").finish_non_exhaustive()
    }
}

/// The URL's host and port, its path dropped, and the hash. Only near hosts, where no certificate can be had, get `ws:`,
/// and only where the URL says `http:`.
fn socket_url(base: &Url, hash: &str) -> String {
    let scheme = if base.protocol() == "http:" && is_near(&base.hostname()) { "ws" } else { "wss" };
    format!("{scheme}://{}/rt/{hash}", base.host())
}

/// Whether a host, as a URL parser leaves it, is this machine or of a private network.
fn is_near(host: &str) -> bool {
    use std::net::{Ipv4Addr, Ipv6Addr};
    if let Ok(address) = host.parse::<Ipv4Addr>() {
        return address.is_loopback() || address.is_private() || address.is_link_local();
    }
    if let Ok(address) = host.trim_matches(['[', ']']).parse::<Ipv6Addr>() {
        return address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local();
    }
    host == "localhost" || host.ends_with(".localhost") || host.ends_with(".local")
}
