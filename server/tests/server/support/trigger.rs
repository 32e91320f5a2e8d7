//! An HTTP server that stands in for a trigger. The path decides its answer.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::{Notify, Semaphore};

pub struct Trigger {
    pub address: SocketAddr,
    seen: Arc<Seen>,
}

struct Seen {
    requests: Mutex<Vec<(HeaderMap, Value)>>,
    came: Notify,
    /// A request to `/held` waits for a permit of this semaphore.
    released: Semaphore,
}

impl Trigger {
    /// Starts the server. `/echo` answers with the payload, `/shout` with the payload in capitals, `/false` with
    /// `false`, `/denied` with `allowed` and a reason, `/404` with status 404, `/away` with
    /// a redirect to `/echo`, `/large` with a megabyte, `/text` with text that is not JSON, and `/held` with the
    /// payload once it is released.
    pub async fn start() -> Trigger {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Seen { requests: Mutex::default(), came: Notify::new(), released: Semaphore::new(0) });
        let away = (StatusCode::TEMPORARY_REDIRECT, [("location", format!("http://{address}/echo"))]);
        let routes = Router::new()
            .route("/echo", post(echo))
            .route("/held", post(held))
            .route("/shout", post(shout))
            .route("/false", post(async || "false"))
            .route("/denied", post(async || r#"{"allowed":false,"reason":"Not on Sundays"}"#))
            .route("/text", post(async || "fine"))
            .route("/large", post(async || format!("\"{}\"", "x".repeat(1_000_000))))
            .route("/away", post(async move || away))
            .with_state(Arc::clone(&seen));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Trigger { address, seen }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Lets this number of requests to `/held` continue.
    pub fn release(&self, requests: usize) {
        self.seen.released.add_permits(requests);
    }

    /// Resolves when `/echo` and `/held` have received this number of requests in total.
    pub async fn has_seen(&self, requests: usize) {
        loop {
            let came = self.seen.came.notified();
            if self.seen.requests.lock().unwrap().len() >= requests {
                return;
            }
            super::patiently(came).await;
        }
    }

    pub fn last(&self) -> (HeaderMap, Value) {
        self.seen.requests.lock().unwrap().last().unwrap().clone()
    }
}

impl Seen {
    fn note(&self, headers: HeaderMap, body: &str) -> String {
        let input: Value = serde_json::from_str(body).unwrap();
        let payload = input["payload"].to_string();
        self.requests.lock().unwrap().push((headers, input));
        self.came.notify_one();
        payload
    }
}

async fn echo(State(seen): State<Arc<Seen>>, headers: HeaderMap, body: String) -> String {
    seen.note(headers, &body)
}

async fn shout(State(seen): State<Arc<Seen>>, headers: HeaderMap, body: String) -> String {
    seen.note(headers, &body).to_uppercase()
}

async fn held(State(seen): State<Arc<Seen>>, headers: HeaderMap, body: String) -> String {
    let payload = seen.note(headers, &body);
    seen.released.acquire().await.unwrap().forget();
    payload
}
