//! The settings of a client.

use std::fmt::{self, Display};

use super::address::socket_url;
use super::client::XanoClient;
use super::client_id::{self, ClientId};
use super::error::{BuildError, InvalidToken};
use super::http::Http;
use super::queue::{Bounds, DEFAULT_CAPACITY, WhenFull};
use super::realtime::Realtime;
use super::token::Token;
use super::version::RealtimeVersion;

/// The settings of a client, under the names that they have in JavaScript. A clone of it builds clients that share one socket.
///
/// ```no_run,standalone_crate
/// # fn demo() -> Result<(), xano_wasm::BuildError> {
/// let client = xano_wasm::XanoClient::builder()
///     .instance_base_url("https://x8ki-letl-twmt.n7.xano.io")
///     .realtime_connection_hash("1lK90n16tnnylJpJ0Xa7Km6_KxA")
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "there is no client before build()"]
pub struct ClientBuilder {
    instance_base_url: String,
    api_group_base_url: String,
    hash: String,
    canonical: String,
    version: RealtimeVersion,
    client_id: Option<ClientId>,
    token: Result<Token, InvalidToken>,
    auth_token: Option<String>,
    data_source: Option<String>,
    bounds: Bounds,
}

impl ClientBuilder {
    pub(super) fn new() -> Self {
        ClientBuilder {
            instance_base_url: String::new(),
            api_group_base_url: String::new(),
            hash: String::new(),
            canonical: String::new(),
            version: RealtimeVersion::default(),
            client_id: None,
            token: Ok(Token::Anonymous),
            auth_token: None,
            data_source: None,
            bounds: Bounds { capacity: DEFAULT_CAPACITY, when_full: WhenFull::default() },
        }
    }

    /// The base URL of the instance. This or [`ClientBuilder::api_group_base_url`] is needed; where both are given, sockets
    /// go here.
    ///
    /// ```no_run,standalone_crate
    /// let builder = xano_wasm::XanoClient::builder().instance_base_url("https://x8ki-letl-twmt.n7.xano.io");
    /// ```
    pub fn instance_base_url(mut self, url: impl Into<String>) -> Self {
        self.instance_base_url = url.into();
        self
    }

    /// The base URL of the API group. Where both are given, requests of the API go here.
    ///
    /// ```no_run,standalone_crate
    /// let builder = xano_wasm::XanoClient::builder().api_group_base_url("https://x8ki-letl-twmt.n7.xano.io/api:abc");
    /// ```
    pub fn api_group_base_url(mut self, url: impl Into<String>) -> Self {
        self.api_group_base_url = url.into();
        self
    }

    /// The connection hash, from the Realtime Settings of the workspace. This or
    /// [`ClientBuilder::realtime_connection_canonical`] is needed.
    ///
    /// ```no_run,standalone_crate
    /// let builder = xano_wasm::XanoClient::builder().realtime_connection_hash("1lK90n16tnnylJpJ0Xa7Km6_KxA");
    /// ```
    pub fn realtime_connection_hash(mut self, hash: impl Into<String>) -> Self {
        self.hash = hash.into();
        self
    }

    /// The connection hash by its other name; where both are given, this one is taken.
    ///
    /// ```no_run,standalone_crate
    /// let builder = xano_wasm::XanoClient::builder().realtime_connection_canonical("1lK90n16tnnylJpJ0Xa7Km6_KxA");
    /// ```
    pub fn realtime_connection_canonical(mut self, hash: impl Into<String>) -> Self {
        self.canonical = hash.into();
        self
    }

    /// The canonical of a Realtime server, by the name that Xano's documentation of Realtime V2 has for it: the same as
    /// [`ClientBuilder::realtime_connection_canonical`].
    ///
    /// ```no_run,standalone_crate
    /// let builder = xano_wasm::XanoClient::builder().realtime_canonical("rtmain01");
    /// ```
    pub fn realtime_canonical(self, canonical: impl Into<String>) -> Self {
        self.realtime_connection_canonical(canonical)
    }

    /// Which Realtime the workspace has. Default: [`RealtimeVersion::V1`].
    ///
    /// ```no_run,standalone_crate
    /// use xano_wasm::RealtimeVersion;
    /// let builder = xano_wasm::XanoClient::builder().version(RealtimeVersion::V2);
    /// ```
    pub fn version(mut self, version: RealtimeVersion) -> Self {
        self.version = version;
        self
    }

    /// Realtime V2: which client it is. Default: a name that is made once for the page.
    ///
    /// ```no_run,standalone_crate
    /// use xano_wasm::ClientId;
    /// let builder = xano_wasm::XanoClient::builder().realtime_client_id(ClientId::Stored);
    /// ```
    pub fn realtime_client_id(mut self, id: impl Into<ClientId>) -> Self {
        self.client_id = Some(id.into());
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

    /// The closure that is asked for a token before each connection; an empty one is for an anonymous connection. It has 10
    /// seconds; where it fails, the attempt has failed, and the next one asks again.
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

    /// The client. It connects when the first channel is joined, over the socket that another client of the page with the
    /// same address and token, and on Realtime V2 with the same client id, has, or over a new one.
    ///
    /// # Errors
    ///
    /// When a setting is missing or cannot be used, and outside of wasm32.
    ///
    /// ```no_run,standalone_crate
    /// use xano_wasm::{BuildError, XanoClient};
    /// assert!(matches!(XanoClient::builder().build(), Err(BuildError::MissingBaseUrl)));
    /// ```
    pub fn build(self) -> Result<XanoClient, BuildError> {
        if cfg!(not(target_family = "wasm")) {
            return Err(BuildError::NotWasm);
        }
        let [sockets, requests] =
            [[&self.instance_base_url, &self.api_group_base_url], [&self.api_group_base_url, &self.instance_base_url]]
                .map(|[preferred, other]| if preferred.is_empty() { other } else { preferred }.clone());
        if sockets.is_empty() {
            return Err(BuildError::MissingBaseUrl);
        }
        let segment = if self.canonical.is_empty() { &self.hash } else { &self.canonical };
        if segment.is_empty() {
            return Err(BuildError::MissingConnectionHash);
        }
        if self.bounds.capacity == 0 {
            return Err(BuildError::NoCapacity);
        }
        let Some(address) = socket_url(&sockets, segment, self.version) else {
            return Err(BuildError::InvalidBaseUrl { url: sockets });
        };
        let http = Http::new(requests, self.auth_token, self.data_source);
        let client_id = match self.version {
            RealtimeVersion::V1 => None,
            RealtimeVersion::V2 => Some(client_id::name_of(self.client_id)),
        };
        Ok(XanoClient::new(Realtime::new(address, self.token?, client_id), http, self.bounds))
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without its tokens.
        let base = [&self.instance_base_url, &self.api_group_base_url];
        formatter.debug_struct("ClientBuilder").field("base_urls", &base).finish_non_exhaustive()
    }
}
