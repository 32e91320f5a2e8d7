//! The HTTP client for triggers. It signs requests, and bounds the size of answers.

use std::error::Error;
use std::time::Instant;

use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, Request, Response};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::lazily::Lazily;
use super::signature::{SIGNATURE, Signer};
use crate::settings::Secret;
use crate::settings::TriggerUrl;

/// An HTTP client that posts questions to URLs. It follows no redirects and sends no header of the asking client.
#[derive(Debug)]
pub(super) struct HttpClient {
    plain: Client<HttpConnector, Full<Bytes>>,
    /// Created for the first `https` URL, because creating it reads the root certificates of the machine.
    secure: Lazily<SecureClient>,
    answer_bytes: usize,
    signer: Option<Signer>,
}

type SecureClient = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

pub(super) type Failure = Box<dyn Error + Send + Sync>;

impl HttpClient {
    pub(super) fn new(answer_bytes: usize, secret: Option<&Secret>) -> HttpClient {
        let plain = Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build_http();
        HttpClient { plain, secure: Lazily::new(), answer_bytes, signer: secret.map(Signer::new) }
    }

    /// Posts a body and returns the body of the answer. Any status outside 2xx is an error.
    pub(super) async fn post(&self, url: &TriggerUrl, body: String) -> Result<Bytes, Failure> {
        let mut request =
            Request::builder().method(Method::POST).uri(url.as_str()).header(CONTENT_TYPE, "application/json");
        if let Some(signer) = &self.signer {
            request = request.header(SIGNATURE, signer.sign(&body));
        }
        let request = request.body(Full::from(body))?;
        let response: Response<Incoming> = if request.uri().scheme_str() == Some("https") {
            let secure = self.secure.get(Instant::now(), secure_client).await;
            secure
                .map_err(|error| format!("cannot read the certificates of this machine: {error}"))?
                .request(request)
                .await?
        } else {
            self.plain.request(request).await?
        };
        if !response.status().is_success() {
            return Err(format!("the answer's status is {}", response.status()).into());
        }
        Ok(Limited::new(response.into_body(), self.answer_bytes).collect().await?.to_bytes())
    }
}

fn secure_client() -> Result<SecureClient, Failure> {
    let connector = HttpsConnectorBuilder::new().with_native_roots()?.https_only().enable_http1().build();
    Ok(Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build(connector))
}
