//! Asks the URLs of the settings: bounded in time, in number and in size.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, Request, Response};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::time::timeout;

use crate::hub::Answer;
use crate::logging::LineRate;
use crate::settings::TriggerUrl;

/// Asks URLs. A redirect is not followed, and no header of a client goes along.
#[derive(Debug)]
pub(crate) struct Triggers {
    plain: Client<HttpConnector, Full<Bytes>>,
    /// Made when the first `https` URL is asked: it reads the certificates that the machine trusts.
    secure: OnceLock<Option<Client<HttpsConnector<HttpConnector>, Full<Bytes>>>>,
    timeout: Duration,
    answer_bytes: usize,
    /// How many questions are open, at URLs where any are.
    open: Mutex<HashMap<TriggerUrl, usize>>,
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

impl Triggers {
    pub(crate) fn new(timeout: Duration, answer_bytes: usize) -> Triggers {
        let plain = Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build_http();
        Triggers { plain, secure: OnceLock::new(), timeout, answer_bytes, open: Mutex::default() }
    }

    /// Always has an answer, in time.
    pub(crate) async fn ask(&self, url: &TriggerUrl, input: Box<str>) -> Answer {
        let Some(_turn) = self.begin(url) else {
            return Answer::Busy;
        };
        let answer = match timeout(self.timeout, self.answer(url, input)).await {
            Ok(Ok(body)) => body,
            Ok(Err(error)) => return failed(error.as_ref()),
            Err(elapsed) => return failed(&elapsed),
        };
        match serde_json::from_slice(&answer) {
            Ok(json) => Answer::Json(json),
            Err(_) => Answer::NotJson,
        }
    }

    async fn answer(&self, url: &TriggerUrl, input: Box<str>) -> Result<Bytes, Failure> {
        let request =
            Request::builder().method(Method::POST).uri(url.as_str()).header(CONTENT_TYPE, "application/json");
        let request = request.body(Full::from(String::from(input)))?;
        let response: Response<Incoming> = if request.uri().scheme_str() == Some("https") {
            let secure = self.secure.get_or_init(secure_client).as_ref();
            secure.ok_or("the certificates that this machine trusts cannot be read")?.request(request).await?
        } else {
            self.plain.request(request).await?
        };
        if !response.status().is_success() {
            return Err(format!("the answer's status is {}", response.status()).into());
        }
        Ok(Limited::new(response.into_body(), self.answer_bytes).collect().await?.to_bytes())
    }

    fn begin(&self, url: &TriggerUrl) -> Option<Turn<'_>> {
        let mut open = self.open();
        let count = open.entry(url.clone()).or_default();
        if *count >= AT_ONCE {
            return None;
        }
        *count += 1;
        Some(Turn { triggers: self, url: url.clone() })
    }

    fn open(&self) -> MutexGuard<'_, HashMap<TriggerUrl, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One open question; over when it is dropped.
struct Turn<'a> {
    triggers: &'a Triggers,
    url: TriggerUrl,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut open = self.triggers.open();
        if let Some(count) = open.get_mut(&self.url) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.url);
            }
        }
    }
}

/// The URL is not logged: it may hold a key.
fn failed(error: &dyn std::error::Error) -> Answer {
    if let Some(left_out) = FAILURES.admits(Instant::now()) {
        tracing::warn!(%error, left_out, "a trigger failed");
    }
    Answer::Failed
}

fn secure_client() -> Option<Client<HttpsConnector<HttpConnector>, Full<Bytes>>> {
    let connector = HttpsConnectorBuilder::new().with_native_roots();
    let connector = connector.inspect_err(|error| tracing::error!(%error, "no https for triggers")).ok()?;
    let connector = connector.https_only().enable_http1().build();
    Some(Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build(connector))
}

/// At one URL, on behalf of everybody.
const AT_ONCE: usize = 64;

static FAILURES: LineRate = LineRate::new();
