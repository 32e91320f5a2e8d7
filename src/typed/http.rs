//! Requests of the API.

use std::cell::RefCell;

use gloo_net::http::{Headers, Method, RequestBuilder, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;
use web_sys::{AbortController, AbortSignal, Url};

use super::client::XanoClient;
use super::codec;
use super::error::HttpError;

/// A query, in the order in which it is written.
type Query<'a> = &'a [(&'a str, &'a str)];

/// What requests need of a client.
pub(super) struct Http {
    base_url: String,
    auth_token: RefCell<Option<String>>,
    data_source: RefCell<Option<String>>,
}

impl Http {
    pub(super) fn new(base_url: String, auth_token: Option<String>, data_source: Option<String>) -> Self {
        Http { base_url, auth_token: RefCell::new(auth_token), data_source: RefCell::new(data_source) }
    }

    async fn request(
        &self,
        abort: &AbortOnDrop,
        method: Method,
        endpoint: &str,
        query: Query<'_>,
        body: Option<String>,
    ) -> Result<Response, HttpError> {
        let network = |error: gloo_net::Error| HttpError::Network(error.to_string());
        let url = self.url(endpoint);
        let mut request = RequestBuilder::new(&url)
            .abort_signal(abort.signal().as_ref())
            .method(method)
            .header("Accept", "application/json, text/plain, */*");
        if !query.is_empty() {
            request = request.query(query.iter().copied());
        }
        let token = self.auth_token.borrow().clone();
        if let Some(token) = token.filter(|_| self.is_same_origin(&url)) {
            request = request.header("Authorization", &format!("Bearer {token}"));
        }
        let data_source = self.data_source.borrow().clone();
        if let Some(data_source) = data_source {
            request = request.header("X-Data-Source", &data_source);
        }
        let request = match body {
            Some(body) => request.header("Content-Type", "application/json").body(body),
            None => request.build(),
        };
        let response = request.map_err(network)?.send().await.map_err(network)?;
        if response.ok() {
            return Ok(response);
        }
        let status = response.status();
        Err(HttpError::Status { status, body: body_of(response).await? })
    }

    async fn exchange<R: DeserializeOwned>(
        &self,
        method: Method,
        endpoint: &str,
        query: Query<'_>,
        body: Option<Result<String, String>>,
    ) -> Result<R, HttpError> {
        let body = body.transpose().map_err(HttpError::Encode)?;
        let abort = AbortOnDrop::new();
        let response = self.request(&abort, method, endpoint, query, body).await?;
        Ok(codec::decode(body_of(response).await?)?)
    }

    /// The endpoint behind the base, unless it is a whole URL itself.
    fn url(&self, endpoint: &str) -> String {
        if Url::new(endpoint).is_ok() {
            return endpoint.to_owned();
        }
        format!("{}/{}", self.base_url.trim_end_matches('/'), endpoint.trim_start_matches('/'))
    }

    /// A token goes nowhere else.
    fn is_same_origin(&self, url: &str) -> bool {
        let origin = |url: &str| Url::new(url).map(|url| url.origin()).ok();
        origin(url) == origin(&self.base_url)
    }
}

/// Aborts what is still under way: the future of a request that is dropped takes it along.
struct AbortOnDrop(Option<AbortController>);

impl AbortOnDrop {
    /// Where the platform has none, requests run to their end.
    fn new() -> Self {
        AbortOnDrop(AbortController::new().ok())
    }

    fn signal(&self) -> Option<AbortSignal> {
        self.0.as_ref().map(AbortController::signal)
    }
}

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        if let Some(controller) = &self.0 {
            controller.abort();
        }
    }
}

/// What the JSON of an answer says, or else its text.
async fn body_of(response: Response) -> Result<JsValue, HttpError> {
    let text = response.text().await.map_err(|error| HttpError::Network(error.to_string()))?;
    Ok(js_sys::JSON::parse(&text).unwrap_or_else(|_| JsValue::from_str(&text)))
}

fn json<B: Serialize + ?Sized>(body: &B) -> Option<Result<String, String>> {
    Some(codec::encode(body).and_then(|value| codec::to_json(&value)))
}

/// Requests of the API. An endpoint stands behind the base URL, unless it is a whole URL itself. Dropping the future
/// aborts the request.
impl XanoClient {
    /// Sets the token that goes with requests of the API from now on, to the origin of the base URL alone.
    ///
    /// ```no_run,standalone_crate
    /// # fn demo(client: xano_wasm::XanoClient, token: String) {
    /// client.set_auth_token(Some(token));
    /// # }
    /// ```
    pub fn set_auth_token(&self, token: Option<String>) {
        self.inner.http.auth_token.replace(token);
    }

    /// Sets the data source that requests of the API use from now on; none: the live one.
    ///
    /// ```no_run,standalone_crate
    /// # fn demo(client: xano_wasm::XanoClient) {
    /// client.set_data_source(Some("test".into()));
    /// # }
    /// ```
    pub fn set_data_source(&self, data_source: Option<String>) {
        self.inner.http.data_source.replace(data_source);
    }

    /// Gets what is there.
    ///
    /// # Errors
    ///
    /// When no answer comes, it is a failure, or it does not fit the type.
    ///
    /// ```no_run,standalone_crate
    /// # async fn demo(client: xano_wasm::XanoClient) -> Result<(), xano_wasm::HttpError> {
    /// let heroes: Vec<String> = client.get("/heroes", &[("team", "avengers")]).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn get<R: DeserializeOwned>(&self, endpoint: &str, query: Query<'_>) -> Result<R, HttpError> {
        self.inner.http.exchange(Method::GET, endpoint, query, None).await
    }

    /// Asks for the headers alone.
    ///
    /// # Errors
    ///
    /// When no answer comes, or it is a failure.
    ///
    /// ```no_run,standalone_crate
    /// # async fn demo(client: xano_wasm::XanoClient) -> Result<(), xano_wasm::HttpError> {
    /// let total = client.head("/heroes", &[]).await?.get("x-total-count");
    /// # Ok(())
    /// # }
    /// ```
    pub async fn head(&self, endpoint: &str, query: Query<'_>) -> Result<Headers, HttpError> {
        let abort = AbortOnDrop::new();
        Ok(self.inner.http.request(&abort, Method::HEAD, endpoint, query, None).await?.headers())
    }

    /// Posts something new.
    ///
    /// # Errors
    ///
    /// As those of [`XanoClient::get`], and when JSON cannot say the body.
    ///
    /// ```no_run,standalone_crate
    /// # #[derive(serde::Serialize)] struct Login { email: String, password: String }
    /// # #[derive(serde::Deserialize)] #[serde(rename_all = "camelCase")] struct Session { auth_token: String }
    /// # async fn demo(client: xano_wasm::XanoClient, login: Login) -> Result<(), xano_wasm::HttpError> {
    /// let session: Session = client.post("/auth/login", &login).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn post<B, R>(&self, endpoint: &str, body: &B) -> Result<R, HttpError>
    where
        B: Serialize + ?Sized,
        R: DeserializeOwned,
    {
        self.inner.http.exchange(Method::POST, endpoint, &[], json(body)).await
    }

    /// Puts something in place of what is there.
    ///
    /// # Errors
    ///
    /// As those of [`XanoClient::post`].
    ///
    /// ```no_run,standalone_crate
    /// # async fn demo(client: xano_wasm::XanoClient) -> Result<(), xano_wasm::HttpError> {
    /// let name: String = client.put("/heroes/7", &"Jill").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn put<B, R>(&self, endpoint: &str, body: &B) -> Result<R, HttpError>
    where
        B: Serialize + ?Sized,
        R: DeserializeOwned,
    {
        self.inner.http.exchange(Method::PUT, endpoint, &[], json(body)).await
    }

    /// Changes a part of what is there.
    ///
    /// # Errors
    ///
    /// As those of [`XanoClient::post`].
    ///
    /// ```no_run,standalone_crate
    /// # async fn demo(client: xano_wasm::XanoClient) -> Result<(), xano_wasm::HttpError> {
    /// let name: String = client.patch("/heroes/7", &"Jill").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn patch<B, R>(&self, endpoint: &str, body: &B) -> Result<R, HttpError>
    where
        B: Serialize + ?Sized,
        R: DeserializeOwned,
    {
        self.inner.http.exchange(Method::PATCH, endpoint, &[], json(body)).await
    }

    /// Deletes what is there.
    ///
    /// # Errors
    ///
    /// As those of [`XanoClient::get`].
    ///
    /// ```no_run,standalone_crate
    /// # async fn demo(client: xano_wasm::XanoClient) -> Result<(), xano_wasm::HttpError> {
    /// let gone: Option<String> = client.delete("/heroes/7").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn delete<R: DeserializeOwned>(&self, endpoint: &str) -> Result<R, HttpError> {
        self.inner.http.exchange(Method::DELETE, endpoint, &[], None).await
    }
}
