//! The client.

use std::fmt::{self, Display};
use std::rc::Rc;

use super::builder::ClientBuilder;
use super::channel_builder::ChannelBuilder;
use super::error::InvalidToken;
use super::http::Http;
use super::pool;
use super::queue::Bounds;
use super::realtime::Realtime;
use super::status::Status;
use super::streams::Statuses;
use super::subscription::Subscription;
use super::token::Token;

/// A client of a Xano workspace. Clones are handles of the same one; when the last is dropped, its channels are left and
/// their streams end. The socket closes unless another client of the page uses it: clients with the same address and token
/// share one.
///
/// ```no_run,standalone_crate
/// # fn demo() -> Result<(), xano_wasm::BuildError> {
/// let client = xano_wasm::XanoClient::builder()
///     .instance_base_url("https://x8ki-letl-twmt.n7.xano.io")
///     .realtime_connection_hash("1lK90n16tnnylJpJ0Xa7Km6_KxA")
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
    realtime: Rc<Realtime>,
    pub(super) http: Http,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.realtime.close();
    }
}

impl XanoClient {
    pub(super) fn new(realtime: Rc<Realtime>, http: Http, bounds: Bounds) -> Self {
        XanoClient { inner: Rc::new(Inner { realtime, http }), bounds }
    }

    /// Where a client begins.
    ///
    /// ```no_run,standalone_crate
    /// let builder = xano_wasm::XanoClient::builder();
    /// ```
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }

    /// A channel of that name, still to be joined.
    ///
    /// ```no_run,standalone_crate
    /// # fn demo(client: xano_wasm::XanoClient) {
    /// let channel = client.channel("marvel-chat-room").join();
    /// # }
    /// ```
    pub fn channel(&self, name: impl Into<String>) -> ChannelBuilder {
        ChannelBuilder::new(self.inner.realtime.clone(), name.into(), self.bounds)
    }

    /// How the connection stands now.
    ///
    /// ```no_run,standalone_crate
    /// # fn demo(client: xano_wasm::XanoClient) {
    /// if client.connection_status() == xano_wasm::Status::Connected {
    ///     println!("connected");
    /// }
    /// # }
    /// ```
    pub fn connection_status(&self) -> Status {
        self.inner.realtime.status()
    }

    /// How the connection stands: first how it does now, then each change.
    ///
    /// ```no_run,standalone_crate
    /// # fn demo(client: xano_wasm::XanoClient) {
    /// let statuses = client.connection_statuses();
    /// # }
    /// ```
    pub fn connection_statuses(&self) -> Statuses {
        Statuses::new(&self.inner.realtime, self.bounds)
    }

    /// Calls the closure with how the connection stands now, and with each change, until the subscription is dropped.
    ///
    /// ```no_run,standalone_crate
    /// # fn demo(client: xano_wasm::XanoClient) {
    /// let subscription = client.on_connection_status(|status| println!("{status:?}"));
    /// # }
    /// ```
    pub fn on_connection_status(&self, handler: impl FnMut(Status) + 'static) -> Subscription {
        Subscription::start(self.connection_statuses(), handler)
    }

    /// Sets the token for the next connection, an empty one for an anonymous one; [`XanoClient::realtime_reconnect`] makes
    /// it now.
    ///
    /// # Errors
    ///
    /// When it cannot be sent; the one before stays.
    ///
    /// ```no_run,standalone_crate
    /// # fn demo(client: xano_wasm::XanoClient, token: &str) -> Result<(), xano_wasm::InvalidToken> {
    /// client.set_realtime_auth_token(token)?;
    /// client.realtime_reconnect();
    /// # Ok(())
    /// # }
    /// ```
    pub fn set_realtime_auth_token(&self, token: &str) -> Result<(), InvalidToken> {
        self.inner.realtime.set_token(Token::fixed(token)?);
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
        self.inner.realtime.set_token(Token::provided(provide));
    }

    /// Opens a new socket in place of the present one, with the token of now. Clients that share the socket and have not the
    /// same new token keep it. Does nothing while no channel is joined.
    ///
    /// ```no_run,standalone_crate
    /// # fn demo(client: xano_wasm::XanoClient) {
    /// client.realtime_reconnect();
    /// # }
    /// ```
    pub fn realtime_reconnect(&self) {
        pool::reconnect(&self.inner.realtime);
    }
}

impl fmt::Debug for XanoClient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("XanoClient").finish_non_exhaustive()
    }
}
